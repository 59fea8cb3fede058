"""An agency's certificates: found, exported, looked at, revoked and replaced."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.certificates import queries, services
from courses.certificates.facts import Facts
from courses.certificates.forms import EndForm
from courses.certificates.models import STATE_NAMES, Certificate, CertificateState
from courses.certificates.permissions import DESIGN, ISSUE, LIST
from courses.certificates.siasn import COLUMNS, row
from lms.access import allows, needs
from lms.clock import now
from lms.errors import Invalid, NotFound
from lms.people import reads
from lms.people.sheets import Cell, csv_lines, write_xlsx
from lms.web import actor, page_number, session

issuing = Blueprint("issuing", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@issuing.get("/kelola/sertifikat")
@needs(LIST)
def overview() -> str:
    text, state, page = _wanted_text(), _wanted_state(), page_number()
    found = queries.search(session(), actor(), text=text, state=state, page=page)
    if page > 1 and not found.page:
        raise NotFound

    def page_url(number: int) -> str:
        return url_for(".overview", q=text or None, keadaan=state, page=number)

    return render_template(
        "certificates/overview.html",
        found=found,
        text=text,
        state=state,
        page=page,
        page_url=page_url,
        state_names=STATE_NAMES,
        design=DESIGN,
    )


def _wanted_text() -> str:
    return request.args.get("q", "").strip()[:100]


def _wanted_state() -> CertificateState | None:
    name = request.args.get("keadaan", "")
    if name and name not in set(CertificateState):
        raise NotFound
    return CertificateState(name) if name else None


@issuing.get("/kelola/sertifikat/unduh.<any(xlsx, csv):kind>")
@needs(LIST)
def export(kind: str) -> Response:
    """The certificates that the list shows, with the columns that SIASN takes."""
    facts = queries.exported(session(), actor(), text=_wanted_text(), state=_wanted_state())
    name = f"sertifikat-{now():%Y-%m-%d}.{kind}"
    if kind == "csv":
        return _file("".join(csv_lines(_rows(facts))).encode(), "text/csv; charset=utf-8", name)
    book = io.BytesIO()
    write_xlsx(book, _rows(facts), title="Sertifikat")
    return _file(book.getvalue(), XLSX, name)


def _rows(found: Iterable[Facts]) -> Iterator[list[Cell]]:
    yield list(COLUMNS)
    for facts in found:
        yield list(row(facts))


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(
        data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@issuing.get("/kelola/sertifikat/<uuid:certificate_id>")
@needs(LIST)
def detail(certificate_id: uuid.UUID) -> str:
    certificate = queries.certificate_of(session(), actor(), certificate_id)
    reads.noted(actor(), certificate.person_id)
    older, newer = queries.neighbours(session(), certificate)
    return render_template(
        "certificates/detail.html",
        certificate=certificate,
        facts=certificate.facts,
        older=older,
        newer=newer,
        names=queries.names(session(), [certificate.issued_by, certificate.ended_by]),
        may_end=allows(actor(), ISSUE, certificate.agency_id),
    )


@issuing.route("/kelola/sertifikat/<uuid:certificate_id>/cabut", methods=["GET", "POST"])
@needs(ISSUE, fresh=True)
def revoke(certificate_id: uuid.UUID) -> str | Response | tuple[str, int]:
    def act(certificate: Certificate, reason: str) -> Certificate:
        services.revoke(session(), certificate, reason, by=actor(), now=now())
        flash(_("Sertifikat %(number)s dicabut.", number=certificate.number), "success")
        return certificate

    return _ending(certificate_id, "certificates/revoke.html", act)


@issuing.route("/kelola/sertifikat/<uuid:certificate_id>/ganti", methods=["GET", "POST"])
@needs(ISSUE, fresh=True)
def replace(certificate_id: uuid.UUID) -> str | Response | tuple[str, int]:
    def act(certificate: Certificate, reason: str) -> Certificate:
        new = services.replace(session(), certificate, reason, by=actor(), now=now())
        flash(_("Sertifikat pengganti terbit dengan nomor %(number)s.", number=new.number), "success")
        return new

    return _ending(certificate_id, "certificates/replace.html", act)


def _ending(
    certificate_id: uuid.UUID, template: str, act: Callable[[Certificate, str], Certificate]
) -> str | Response | tuple[str, int]:
    """The form with its reason, or the act. One that ended already leads to its page, so a second press is harmless."""
    certificate = queries.certificate_of(session(), actor(), certificate_id, permission=ISSUE)
    if certificate.state is not CertificateState.VALID:
        return redirect(url_for(".detail", certificate_id=certificate_id), 303)
    form = EndForm()
    if form.validate_on_submit():
        try:
            shown = act(certificate, form.reason.data or "")
        except Invalid as refusal:
            form.refuse(refusal.field, _(refusal.message) % refusal.values)
        else:
            return redirect(url_for(".detail", certificate_id=shown.id), 303)
    values: dict[str, Any] = {"form": form, "certificate": certificate, "facts": certificate.facts}
    values["today"] = queries.facts_today(session(), certificate) if template.endswith("replace.html") else {}
    return render_template(template, **values), 422 if form.errors else 200
