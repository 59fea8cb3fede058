"""A class and its certificates: who has earned one, what will happen, and how far the PDFs are."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from courses.certificates import design, queries
from courses.certificates.facts import Subject
from courses.certificates.forms import ContentForm, RuleForm, subjects_in
from courses.certificates.learners import chosen, counts, items_of, learners_of
from courses.certificates.permissions import DESIGN, ISSUE, LIST
from courses.certificates.services import Promise, issue
from courses.certificates.views.agency import issuing
from courses.certificates.wording import MOST_SUBJECTS, span
from courses.cohorts.models import Cohort
from courses.cohorts.queries import cohort_of
from courses.progress.earning import Rule, spoken
from lms.access import Permission, allows, check, needs
from lms.clock import now
from lms.database import new_id
from lms.errors import Conflict, Invalid, NotFound
from lms.web import PER_PAGE, actor, page_number, session

HERE = "/kelola/kelas/<uuid:cohort_id>/sertifikat"
STANDINGS = ("ready", "not_yet", "issued", "revoked")


def _cohort(cohort_id: uuid.UUID, permission: Permission) -> Cohort:
    cohort = cohort_of(session(), actor(), cohort_id)
    check(actor(), permission, cohort.agency_id)
    return cohort


@issuing.get(HERE)
@needs(LIST)
def class_list(cohort_id: uuid.UUID) -> str:
    cohort = _cohort(cohort_id, LIST)
    standing, page = request.args.get("keadaan", ""), page_number()
    if standing not in {"", *STANDINGS}:
        raise NotFound
    everybody = learners_of(session(), cohort)
    shown = [learner for learner in everybody if standing in {"", learner.standing}]
    start = (page - 1) * PER_PAGE
    today = queries.today_in(cohort.zone, now())
    outlook = queries.outlook(session(), cohort.agency_id, today.year)

    def page_url(number: int) -> str:
        return url_for(".class_list", cohort_id=cohort_id, keadaan=standing or None, page=number)

    return render_template(
        "certificates/class_list.html",
        cohort=cohort,
        learners=shown[start : start + PER_PAGE],
        total=len(shown),
        start=start,
        per_page=PER_PAGE,
        counts=counts(everybody),
        everybody=len(everybody),
        standing=standing,
        page=page,
        page_url=page_url,
        outlook=outlook,
        next_number=outlook.number(today) if outlook.template else "",
        period=span(cohort.starts_on, cohort.ends_on),
        longest=max((learner.name for learner in everybody), key=len, default=""),
        spoken=spoken,
        may_issue=allows(actor(), ISSUE, cohort.agency_id),
        may_design=allows(actor(), DESIGN, cohort.agency_id),
    )


@issuing.route(f"{HERE}/terbitkan", methods=["GET", "POST"])
@needs(ISSUE, fresh=True)
def issue_chosen(cohort_id: uuid.UUID) -> str | Response:
    """What will happen, and the button that makes it happen. Who was chosen stands in the address."""
    cohort = _cohort(cohort_id, ISSUE)
    ids = None if "semua" in request.args else _chosen_ids()
    if request.method == "POST":
        return _issue(cohort, ids)
    today = queries.today_in(cohort.zone, now())
    outlook = queries.outlook(session(), cohort.agency_id, today.year)
    ready = chosen(learners_of(session(), cohort), ids) if outlook.template else []
    return render_template(
        "certificates/issue.html",
        cohort=cohort,
        ready=ready,
        outlook=outlook,
        first_number=outlook.number(today) if ready else "",
        last_number=outlook.number(today, len(ready)) if ready else "",
        batch_id=new_id(),
        asked=None if ids is None else len(ids),
    )


def _chosen_ids() -> set[uuid.UUID]:
    try:
        return {uuid.UUID(value) for value in request.args.getlist("pilih")}
    except ValueError as error:
        raise NotFound from error


def _issue(cohort: Cohort, ids: set[uuid.UUID] | None) -> Response:
    """A press that comes again finds its batch; one whose promise is stale issues nothing and shows the new numbers."""
    try:
        batch_id = uuid.UUID(request.form.get("batch", ""))
        promise = Promise(int(request.form.get("count", "")), int(request.form.get("first", "")))
    except ValueError as error:
        raise Invalid from error
    try:
        with session().begin_nested():
            issue(session(), cohort, ids, by=actor(), now=now(), batch_id=batch_id, promise=promise)
    except Conflict as refusal:
        flash(_(refusal.message) % refusal.values, "error")
        return redirect(request.full_path, 303)
    return redirect(url_for(".batch", cohort_id=cohort.id, batch_id=batch_id), 303)


@issuing.get(f"{HERE}/penerbitan/<uuid:batch_id>")
@needs(LIST)
def batch(cohort_id: uuid.UUID, batch_id: uuid.UUID) -> str:
    cohort = _cohort(cohort_id, LIST)
    progress = queries.batch_progress(session(), cohort, batch_id)
    return render_template("certificates/batch.html", cohort=cohort, progress=progress)


@issuing.route(f"{HERE}/syarat", methods=["GET", "POST"])
@needs(DESIGN)
def rule(cohort_id: uuid.UUID) -> str | Response | tuple[str, int]:
    cohort = _cohort(cohort_id, DESIGN)
    items = items_of(session(), cohort.course_id)
    kept = Rule.from_json(cohort.rule)
    form = RuleForm(
        what="required" if kept.chosen is None else "chosen",
        chosen=[str(item.id) for item in kept.asked(items)],
        least=spoken(kept.least) if kept.least is not None else "",
    )
    form.chosen.choices = [SelectChoice(str(item.id), item.title) for item in items]
    if form.validate_on_submit():
        chosen_ids = [uuid.UUID(one) for one in form.chosen.data or []]
        try:
            design.set_rule(
                session(),
                cohort,
                items,
                chosen=chosen_ids if form.what.data == "chosen" else None,
                least=form.least.data or "",
                by=actor(),
                now=now(),
            )
        except Invalid as refusal:
            form.refuse(refusal.field, _(refusal.message) % refusal.values)
        else:
            flash(_("Syarat sertifikat disimpan."), "success")
            return redirect(url_for(".class_list", cohort_id=cohort_id), 303)
    page = render_template("certificates/rule.html", cohort=cohort, form=form, items=items)
    return page, 422 if form.errors else 200


@issuing.route(f"{HERE}/isi", methods=["GET", "POST"])
@needs(DESIGN)
def content(cohort_id: uuid.UUID) -> str | Response | tuple[str, int]:
    cohort = _cohort(cohort_id, DESIGN)
    kept = queries.content_of(session(), cohort)
    form = ContentForm(training=kept.training, source="course" if kept.derived else "own")
    rows = list(kept.subjects)
    if form.validate_on_submit():
        try:
            rows = subjects_in(request.form)
            _save_content(cohort, form, rows)
        except Invalid as refusal:
            form.refuse(refusal.field, _(refusal.message) % refusal.values)
        else:
            flash(_("Isi sertifikat disimpan."), "success")
            return redirect(url_for(".class_list", cohort_id=cohort_id), 303)
    blank = [Subject("", None)] * min(4, MOST_SUBJECTS - len(rows))
    values: dict[str, Any] = {"cohort": cohort, "form": form, "rows": [*rows, *blank]}
    return render_template("certificates/content.html", **values), 422 if form.errors else 200


def _save_content(cohort: Cohort, form: ContentForm, rows: list[Subject]) -> None:
    design.set_content(
        session(),
        cohort,
        rows if form.source.data == "own" else None,
        training=int(form.training.data),
        by=actor(),
        now=now(),
    )
