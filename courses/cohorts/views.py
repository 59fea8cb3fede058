"""Running cohorts: the list, opening, changing, publishing, copying, dates, teachers."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from courses.catalogue.models import Course
from courses.catalogue.queries import courses_for
from courses.cohorts import planning, services
from courses.cohorts.forms import ADMISSION_NAMES, DELIVERY_NAMES, CohortForm, DatesForm
from courses.cohorts.models import Admission, Cohort, Delivery
from courses.cohorts.permissions import LIST, RUN
from courses.cohorts.queries import cohort_of, may_run
from courses.cohorts.roster import (
    cohort_page,
    dated_activities,
    faculty_of,
    instructors_of,
    phase_counts,
    phase_of,
    projects_in,
    state_counts,
)
from courses.cohorts.schedule import Phase
from lms.access import agencies_where, allows, needs
from lms.clock import now
from lms.errors import N_, Invalid, NotFound
from lms.people.models import Agency
from lms.shell.words import ZONE_LABELS, ZONE_NAMES, moment
from lms.web import actor, page_number, session

blueprint = Blueprint("cohorts", __name__)

PHASE_NAMES = {
    Phase.DRAFT: N_("Draf"),
    Phase.ANNOUNCED: N_("Dibuka"),
    Phase.RUNNING: N_("Berjalan"),
    Phase.FINISHED: N_("Selesai"),
}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A page of another feature about one class, shown to those who may open it; `each` stands once per project."""

    endpoint: str
    label: str
    note: str
    icon: str
    each: bool = False


ELSEWHERE = (
    Elsewhere(
        "classroom.show", N_("Kemajuan"), N_("Siapa sampai di mana, dan siapa yang tertinggal"), "bars"
    ),
    Elsewhere(
        "quizzes.class.waiting", N_("Perlu dinilai"), N_("Jawaban uraian yang menunggu pengajar"), "pen"
    ),
    Elsewhere(
        "quizzes.class.results", N_("Hasil kuis"), N_("Rata-rata, soal tersulit, tambahan waktu"), "question"
    ),
    Elsewhere("projects.groups", "", N_("Kelompok, kumpulan, dan nilai proyek"), "users", each=True),
    Elsewhere("issuing.class_list", N_("Sertifikat"), N_("Siapa memenuhi syarat, syarat, dan isi"), "award"),
)


def words() -> dict[str, Any]:
    """The names of closed sets, for templates."""
    return {
        "phase_names": {key: _(word) for key, word in PHASE_NAMES.items()},
        "delivery_names": {key: _(word) for key, word in DELIVERY_NAMES.items()},
        "zone_names": ZONE_NAMES,
        "admission_names": {key: _(word) for key, word in ADMISSION_NAMES.items()},
    }


@blueprint.get("/kelola/kelas")
@needs(LIST)
def index() -> str:
    text, page = request.args.get("cari", "").strip(), page_number()
    only = _phase(request.args.get("keadaan", ""))
    rows, has_next = cohort_page(session(), actor(), only=only, text=text, page=page, now=now())
    return render_template(
        "cohorts/list.html",
        rows=rows,
        has_next=has_next,
        counts=phase_counts(session(), actor(), text=text, now=now()),
        only=only,
        opens=allows(actor(), RUN),
        text=text,
        page=page,
        page_url=_pages(".index", cari=text or None, keadaan=only.value if only else None),
        **words(),
    )


def _phase(text: str) -> Phase | None:
    try:
        return Phase(text) if text else None
    except ValueError as error:
        raise NotFound from error


def _pages(endpoint: str, **values: Any) -> Callable[[int], str]:
    return lambda page: url_for(endpoint, page=page, **values)


@blueprint.route("/kelola/kelas/baru", methods=["GET", "POST"])
@needs(RUN)
def new() -> str | Response | tuple[str, int]:
    home = _home()
    courses = [c for c in courses_for(session(), actor()) if c.agency_id in agencies_where(actor(), RUN)]
    form = CohortForm(
        zone=home.zone, delivery=Delivery.ONLINE.value, admission=Admission.OPEN.value, **_wanted_course()
    )
    form.course.choices = _choices(courses)
    if form.validate_on_submit():
        try:
            course = next(c for c in courses if str(c.id) == form.course.data)
            cohort = planning.open_planned(
                session(), course.agency_id, course.id, form.plan(), by=actor(), now=now()
            )
            return redirect(url_for(".show", cohort_id=cohort.id), 303)
        except Invalid as refusal:
            form.refuse(refusal.field, _(refusal.message) % refusal.values)
    page = render_template("cohorts/form.html", form=form, cohort=None, courses=courses, **words())
    return page, 422 if form.errors else 200


def _choices(courses: Sequence[Course]) -> list[SelectChoice]:
    """The courses by title; those of the same title can be told apart by the time they were made."""
    titles = Counter(course.title for course in courses)
    return [
        SelectChoice(
            str(course.id),
            _("%(title)s · dibuat %(moment)s", title=course.title, moment=moment(course.created_at))
            if titles[course.title] > 1
            else course.title,
        )
        for course in courses
    ]


def _home() -> Agency:
    """The agency for which somebody opens classes."""
    agency_id = actor().agency_id or next(iter(agencies_where(actor(), RUN)))
    return session().get_one(Agency, agency_id)


def _wanted_course() -> dict[str, str]:
    return {"course": request.args["kursus"]} if "kursus" in request.args else {}


@blueprint.get("/kelola/kelas/<uuid:cohort_id>")
@needs(LIST)
def show(cohort_id: uuid.UUID) -> str:
    cohort = cohort_of(session(), actor(), cohort_id)
    return render_template("cohorts/show.html", **_about(cohort))


def _about(cohort: Cohort) -> dict[str, Any]:
    runs = may_run(actor(), cohort)
    teachers, others = faculty_of(session(), cohort)
    return {
        "cohort": cohort,
        "phase": phase_of(cohort, now=now()),
        "counts": state_counts(session(), cohort),
        "teachers": teachers,
        "others": others if runs else [],
        "runs": runs,
        "elsewhere": _elsewhere(cohort),
        **words(),
    }


def _elsewhere(cohort: Cohort) -> list[tuple[str, str, str, str]]:
    """Rows (title, note, address, icon) of what other features know about a class."""
    found = []
    for page in ELSEWHERE:
        if not _may_open(page.endpoint, cohort):
            continue
        if page.each:
            projects = projects_in(session(), cohort)
            found += [
                (title, _(page.note), url_for(page.endpoint, cohort_id=cohort.id, activity_id=id_), page.icon)
                for id_, title in projects
            ]
        else:
            found.append(
                (_(page.label), _(page.note), url_for(page.endpoint, cohort_id=cohort.id), page.icon)
            )
    return found


def _may_open(endpoint: str, cohort: Cohort) -> bool:
    rule = getattr(current_app.view_functions.get(endpoint), "rule", None)
    return bool(rule and rule.permission and cohort.agency_id in agencies_where(actor(), rule.permission))


@blueprint.route("/kelola/kelas/<uuid:cohort_id>/ubah", methods=["GET", "POST"])
@needs(RUN)
def edit(cohort_id: uuid.UUID) -> str | Response | tuple[str, int]:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    form = CohortForm.of(cohort)
    if form.validate_on_submit():
        try:
            planning.change(session(), cohort, form.plan(), by=actor(), now=now())
            flash(_("Perubahan kelas disimpan."), "success")
            return redirect(url_for(".show", cohort_id=cohort.id), 303)
        except Invalid as refusal:
            form.refuse(refusal.field, _(refusal.message) % refusal.values)
    page = render_template("cohorts/form.html", form=form, cohort=cohort, courses=[], **words())
    return page, 422 if form.errors else 200


@blueprint.post("/kelola/kelas/<uuid:cohort_id>/terbit")
@needs(RUN)
def publish(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    published = request.form.get("published") == "1"
    try:
        planning.publish_cohort(session(), cohort, by=actor(), now=now(), published=published)
        flash(_("Kelas terbit.") if published else _("Kelas kembali menjadi draf."), "success")
    except Invalid as refusal:
        flash(_(refusal.message) % refusal.values, "error")
    return redirect(url_for(".show", cohort_id=cohort.id), 303)


@blueprint.post("/kelola/kelas/<uuid:cohort_id>/salin")
@needs(RUN)
def duplicate(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    copy = planning.duplicate(session(), cohort, by=actor(), now=now())
    flash(_("Salinan dibuat sebagai draf. Periksa tanggalnya, lalu terbitkan."), "success")
    return redirect(url_for(".edit", cohort_id=copy.id), 303)


@blueprint.route("/kelola/kelas/<uuid:cohort_id>/tanggal", methods=["GET", "POST"])
@needs(RUN)
def dates(cohort_id: uuid.UUID) -> str | Response | tuple[str, int]:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    sent = request.form if request.method == "POST" else None
    form = DatesForm(dated_activities(session(), cohort), cohort.zone, sent)
    if sent is not None:
        times = form.read()
        if not form.errors:
            planning.set_dates(session(), cohort, times, by=actor(), now=now())
            flash(_("Tanggal kegiatan disimpan."), "success")
            return redirect(url_for(".show", cohort_id=cohort.id), 303)
    zone_name = ZONE_LABELS.get(cohort.zone, cohort.zone)
    page = render_template("cohorts/dates.html", cohort=cohort, form=form, zone_name=zone_name)
    return page, 422 if form.errors else 200


@blueprint.post("/kelola/kelas/<uuid:cohort_id>/pengajar")
@needs(RUN)
def add_teacher(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    person_id = as_id(request.form.get("person", ""))
    if person_id not in {person.id for person in instructors_of(session(), cohort.agency_id)}:
        raise NotFound
    services.assign_staff(session(), cohort, person_id)
    return redirect(url_for(".show", cohort_id=cohort.id), 303)


@blueprint.post("/kelola/kelas/<uuid:cohort_id>/pengajar/lepas")
@needs(RUN)
def remove_teacher(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    services.release_staff(session(), cohort, as_id(request.form.get("person", "")))
    return redirect(url_for(".show", cohort_id=cohort.id), 303)


def as_id(text: str) -> uuid.UUID:
    """An id from a form; nonsense does not exist."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error
