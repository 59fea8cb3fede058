"""The people of a cohort: who is in, who waits, who asks; adding them by name, by NIP and by unit."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.cohorts import joining, services
from courses.cohorts.finding import (
    candidate,
    candidates_by_number,
    candidates_in_unit,
    find_people,
    unit_choices,
)
from courses.cohorts.models import Cohort, EnrolmentState
from courses.cohorts.permissions import LIST, RUN
from courses.cohorts.queries import cohort_of, enrolment_of, may_run
from courses.cohorts.roster import roster, state_counts
from courses.cohorts.schedule import today_in
from courses.cohorts.services import Outcome
from courses.cohorts.views import as_id
from lms.access import needs
from lms.clock import now
from lms.errors import N_, Invalid, NotFound
from lms.people.employee_number import parse
from lms.problems import Problem
from lms.web import actor, page_number, session

people = Blueprint("people", __name__, url_prefix="/kelola/kelas/<uuid:cohort_id>/peserta")

MOST_LINES = 2000
STATE_NAMES = {
    EnrolmentState.ACTIVE: N_("Peserta"),
    EnrolmentState.WAITING: N_("Daftar tunggu"),
    EnrolmentState.REQUESTED: N_("Menunggu persetujuan"),
    EnrolmentState.DECLINED: N_("Ditolak"),
    EnrolmentState.WITHDRAWN: N_("Mundur"),
}
OUTCOME_WORDS = {
    Outcome.ADDED: N_("Menjadi peserta"),
    Outcome.WAITING: N_("Masuk daftar tunggu"),
    Outcome.ALREADY: N_("Sudah terdaftar"),
}
TWICE = N_("Sudah ditulis di baris sebelumnya")
UNKNOWN = N_("NIP ini tidak tercatat sebagai pegawai aktif di instansi penyelenggara.")


@people.get("")
@needs(LIST)
def index(cohort_id: uuid.UUID) -> str:
    cohort = cohort_of(session(), actor(), cohort_id)
    state, text, page = _state(), request.args.get("cari", "").strip(), page_number()
    counts = state_counts(session(), cohort)
    rows, has_next = roster(session(), cohort, state, text=text, page=page)
    return render_template(
        "cohorts/people.html",
        cohort=cohort,
        runs=may_run(actor(), cohort),
        state=state,
        state_names={key: _(word) for key, word in STATE_NAMES.items()},
        counts={one: counts[one] for one in STATE_NAMES},
        rows=rows,
        has_next=has_next,
        text=text,
        page=page,
        page_url=_pages(cohort, state, text),
    )


def _state() -> EnrolmentState:
    try:
        return EnrolmentState(request.args.get("keadaan", EnrolmentState.ACTIVE.value))
    except ValueError as error:
        raise NotFound from error


def _pages(cohort: Cohort, state: EnrolmentState, text: str) -> Callable[[int], str]:
    return lambda page: url_for(
        ".index", cohort_id=cohort.id, keadaan=state.value, cari=text or None, page=page
    )


@people.get("/tambah")
@needs(RUN)
def add(cohort_id: uuid.UUID) -> str:
    return _add_page(cohort_of(session(), actor(), cohort_id, run=True))


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one pasted line: a NIP with the outcome, or what is wrong with it."""

    typed: str
    name: str
    outcome: Outcome | None
    words: str


def _add_page(cohort: Cohort, *, typed: str = "", lines: Sequence[Line] = ()) -> str:
    text = request.args.get("cari", "").strip()
    return render_template(
        "cohorts/add.html",
        cohort=cohort,
        text=text,
        found=find_people(session(), cohort, text),
        units=unit_choices(session(), cohort),
        typed=typed,
        lines=lines,
        tally=_tally(lines),
        state_names={key: _(word) for key, word in STATE_NAMES.items()},
    )


def _tally(lines: Sequence[Line]) -> Mapping[str, int]:
    return Counter(line.outcome.value if line.outcome else "wrong" for line in lines)


@people.post("/tambah/orang")
@needs(RUN)
def add_person(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    chosen = candidate(session(), cohort, as_id(request.form.get("person", "")))
    if chosen is None:
        raise NotFound
    outcomes = services.enrol_many(session(), cohort, [chosen], by=actor(), now=now())
    flash(_(OUTCOME_WORDS[outcomes[chosen.person_id]]) + ".", "success")
    return redirect(url_for(".add", cohort_id=cohort.id, cari=request.form.get("cari") or None), 303)


@people.post("/tambah/unit")
@needs(RUN)
def add_unit(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    chosen = candidates_in_unit(session(), cohort, as_id(request.form.get("unit", "")))
    outcomes = services.enrol_many(session(), cohort, chosen, by=actor(), now=now())
    counts = Counter(outcomes.values())
    flash(
        _(
            "%(added)s orang menjadi peserta, %(waiting)s masuk daftar tunggu, %(already)s sudah terdaftar.",
            added=counts[Outcome.ADDED],
            waiting=counts[Outcome.WAITING],
            already=counts[Outcome.ALREADY],
        ),
        "success" if chosen else "warning",
    )
    return redirect(url_for(".index", cohort_id=cohort.id), 303)


@people.post("/tambah/nip")
@needs(RUN)
def add_numbers(cohort_id: uuid.UUID) -> str:
    """A list of NIPs, one a line. The answer says what became of each; sending it again changes nothing."""
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    typed = request.form.get("numbers", "")
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Invalid(N_("Paling banyak %(most)s baris sekali kirim."), most=MOST_LINES)
    results = _enrol_lines(cohort, lines)
    left = "\n".join(line.typed for line in results if line.outcome is None)
    return _add_page(cohort, typed=left, lines=results)


def _enrol_lines(cohort: Cohort, lines: Sequence[str]) -> list[Line]:
    today = today_in(cohort.zone, now())
    read = [(line, parse(line, today=today)) for line in lines]
    digits = [number.digits for _line, number in read if not isinstance(number, Problem)]
    known = candidates_by_number(session(), cohort, digits)
    chosen = [known[number][0] for number in dict.fromkeys(digits) if number in known]
    outcomes = services.enrol_many(session(), cohort, chosen, by=actor(), now=now())
    results, seen = [], set[str]()
    for typed, number in read:
        line, own = _line(typed, number, known, outcomes), getattr(number, "digits", "")
        if line.name and own in seen:
            line = replace(line, outcome=Outcome.ALREADY, words=_(TWICE))
        seen.add(own)
        results.append(line)
    return results


def _line(
    typed: str,
    number: object,
    known: Mapping[str, tuple[services.Candidate, str]],
    outcomes: Mapping[uuid.UUID, Outcome],
) -> Line:
    if isinstance(number, Problem):
        return Line(typed, "", None, _(number.message) % dict(number.values))
    found = known.get(getattr(number, "digits", ""))
    if found is None:
        return Line(typed, "", None, _(UNKNOWN))
    outcome = outcomes[found[0].person_id]
    return Line(typed, found[1], outcome, _(OUTCOME_WORDS[outcome]))


@people.post("/<uuid:enrolment_id>/keluar")
@needs(RUN)
def remove(cohort_id: uuid.UUID, enrolment_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    found = enrolment_of(session(), cohort, enrolment_id)
    services.withdraw(
        session(), found, by=actor(), now=now(), reason=request.form.get("reason", "").strip()[:2000]
    )
    flash(_("Peserta dikeluarkan. Pekerjaan yang sudah tersimpan tetap ada."), "success")
    return redirect(url_for(".index", cohort_id=cohort.id), 303)


@people.post("/<uuid:enrolment_id>/putuskan")
@needs(RUN)
def decide(cohort_id: uuid.UUID, enrolment_id: uuid.UUID) -> Response:
    """An administrator may decide in a superior's stead."""
    cohort = cohort_of(session(), actor(), cohort_id, run=True)
    found = enrolment_of(session(), cohort, enrolment_id)
    try:
        if request.form.get("decision") == "approve":
            joining.approve(session(), found, by=actor(), now=now())
        else:
            reason = request.form.get("reason", "")[:2000]
            joining.decline(session(), found, reason=reason, by=actor(), now=now())
    except Invalid as refusal:
        flash(_(refusal.message), "error")
    back = url_for(".index", cohort_id=cohort.id, keadaan=EnrolmentState.REQUESTED.value)
    return redirect(back, 303)
