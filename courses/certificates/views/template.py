"""The template of an agency's certificates, and its sample."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.certificates import design, queries
from courses.certificates.forms import TemplateForm
from courses.certificates.jobs import PDF
from courses.certificates.models import CertificateKind, CertificateTemplate
from courses.certificates.permissions import DESIGN
from courses.certificates.samples import sample_facts, sample_key
from courses.certificates.views.agency import issuing
from courses.certificates.views.public import LIFE
from courses.cohorts.models import Cohort
from courses.cohorts.queries import cohort_of
from lms.access import agencies_where, check, needs
from lms.clock import now
from lms.errors import Invalid, NotFound
from lms.web import actor, session, store


def _agency_id() -> uuid.UUID:
    """The agency in whose name the page works: the actor's own, or another one named in the address."""
    allowed = agencies_where(actor(), DESIGN)
    named = request.args.get("instansi", type=uuid.UUID)
    wanted = named or actor().agency_id
    if wanted in allowed:
        return wanted
    if named is None and allowed:
        return min(allowed)
    raise NotFound


@issuing.route("/kelola/sertifikat/templat", methods=["GET", "POST"])
@needs(DESIGN)
def template() -> str | Response | tuple[str, int]:
    agency_id = _agency_id()
    kept = queries.template_in_force(session(), agency_id)
    form = TemplateForm.of(kept)
    if form.validate_on_submit():
        try:
            with session().begin_nested():
                saved = _save(agency_id, form, kept)
        except Invalid as refusal:
            form.refuse(refusal.field, _(refusal.message) % refusal.values)
        else:
            design.want_sample(session(), saved, None, on=now().date())
            flash(_("Templat disimpan dan langsung dipakai untuk sertifikat berikutnya."), "success")
            return redirect(url_for(".sample", instansi=agency_id, dibuat=1), 303)
    values: dict[str, Any] = {"form": form, "kept": kept, "agency_id": agency_id, "sample": None}
    if kept:
        values["sample"] = sample_facts(session(), kept, None, now().date())
    return render_template("certificates/template.html", **values), 422 if form.errors else 200


def _save(agency_id: uuid.UUID, form: TemplateForm, kept: CertificateTemplate | None) -> CertificateTemplate:
    logo_id = kept.logo_id if kept and not form.remove_logo.data else None
    upload = request.files.get("logo")
    if upload and upload.filename:
        data = upload.stream.read(design.MOST_LOGO + 1)
        logo_id = design.keep_logo(session(), store(), agency_id, data, by=actor(), now=now()).id
    return design.save_template(
        session(),
        agency_id,
        form.texts(),
        kind=CertificateKind(form.kind.data),
        signatories=form.signatories(),
        logo_id=logo_id,
        by=actor(),
        now=now(),
    )


@issuing.route("/kelola/sertifikat/templat/contoh", methods=["GET", "POST"])
@needs(DESIGN)
def sample() -> str | Response:
    """The sample as a picture and as a PDF once the worker has made it; a press of the button has it made."""
    cohort = _cohort()
    agency_id = cohort.agency_id if cohort else _agency_id()
    kept = queries.template_of(session(), agency_id)
    today = queries.today_in(cohort.zone, now()) if cohort else now().date()
    facts = sample_facts(session(), kept, cohort, today)
    if request.method == "POST":
        design.want_sample(session(), kept, cohort.id if cohort else None, on=today)
        return redirect(
            url_for(".sample", instansi=agency_id, kelas=cohort.id if cohort else None, dibuat=1), 303
        )
    key = sample_key(facts, "pdf")
    is_there = store().stat(key) is not None
    return render_template(
        "certificates/sample.html",
        cohort=cohort,
        agency_id=agency_id,
        facts=facts,
        pdf_url=store().url(key, seconds=LIFE, content_type=PDF, filename="contoh-sertifikat.pdf")
        if is_there
        else None,
        picture_url=store().url(sample_key(facts, "png"), seconds=LIFE, content_type="image/png"),
        asked="dibuat" in request.args,
    )


def _cohort() -> Cohort | None:
    cohort_id = request.args.get("kelas", type=uuid.UUID)
    if cohort_id is None:
        return None
    cohort = cohort_of(session(), actor(), cohort_id)
    check(actor(), DESIGN, cohort.agency_id)
    return cohort
