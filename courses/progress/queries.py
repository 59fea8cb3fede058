"""How far somebody has come: one statement for a whole syllabus, one for all classes of a person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Module
from courses.cohorts.models import ActivityDates, Cohort, Enrolment
from courses.cohorts.queries import Seat
from courses.progress.models import MarkEntry, Progress, State
from courses.progress.outline import LOCKED, Outline, Row, outline
from lms.errors import N_, Conflict, NotFound
from lms.people.models import Person, Unit, titled

_STORED = sa.cast(Progress.state, sa.Text).label("stored")


def _outline_select() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Activity.id,
            Activity.module_id,
            Module.title.label("module_title"),
            sa.cast(Activity.kind, sa.Text).label("kind"),
            Activity.title,
            Activity.minutes,
            Activity.required,
            sa.cast(Activity.completion, sa.Text).label("completion"),
            Activity.after_id,
            Activity.detail,
            _STORED,
            Progress.percent,
            Progress.passed,
            Progress.done_at,
            ActivityDates.opens_at,
            ActivityDates.due_at,
        )
        .join(Module, Module.id == Activity.module_id)
        .outerjoin(
            Progress,
            sa.and_(Progress.activity_id == Activity.id, Progress.enrolment_id == sa.bindparam("enrolment")),
        )
        .outerjoin(
            ActivityDates,
            sa.and_(
                ActivityDates.activity_id == Activity.id, ActivityDates.cohort_id == sa.bindparam("cohort")
            ),
        )
        .where(Activity.course_id == sa.bindparam("course"), Activity.published)
        .order_by(Module.position, Module.id, Activity.position, Activity.id)
    )


_OUTLINE = _outline_select()


def outline_of(session: Session, seat: Seat, *, now: datetime) -> Outline:
    """The syllabus as this learner sees it, in one statement whatever its length."""
    rows = session.execute(
        _OUTLINE, {"enrolment": seat.enrolment_id, "cohort": seat.cohort_id, "course": seat.course_id}
    )
    return outline(rows, now=now)


def open_row(syllabus: Outline, activity_id: uuid.UUID) -> Row:
    """An activity that the learner may work on. Unknown: NotFound. Locked: Conflict, with the reason."""
    row = syllabus.row(activity_id)
    if row is None:
        raise NotFound
    if row.state == LOCKED and row.lock:
        if row.lock.after_title:
            raise Conflict(
                N_("Kegiatan ini terbuka setelah “%(title)s” selesai."), title=row.lock.after_title
            )
        raise Conflict(N_("Kegiatan ini belum dibuka. Lihat waktunya di halaman kelas."))
    return row


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """One class of a learner as home lists it."""

    seat: Seat
    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


_COUNTED = (
    sa.select(
        Enrolment.id,
        sa.func.count(Activity.id),
        sa.func.count(Progress.activity_id).filter(Progress.state == State.DONE),
    )
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .join(Activity, sa.and_(Activity.course_id == Cohort.course_id, Activity.published))
    .outerjoin(Progress, sa.and_(Progress.enrolment_id == Enrolment.id, Progress.activity_id == Activity.id))
    .where(Enrolment.id.in_(sa.bindparam("enrolments", expanding=True)))
    .group_by(Enrolment.id)
)


def summaries(session: Session, seats: Sequence[Seat]) -> list[ClassSummary]:
    """How many activities are done in each class: one statement for all of them."""
    counted = session.execute(_COUNTED, {"enrolments": [seat.enrolment_id for seat in seats]})
    found = {row[0]: (row[1], row[2]) for row in counted}
    return [ClassSummary(seat, *reversed(found.get(seat.enrolment_id, (0, 0)))) for seat in seats]


@dataclass(frozen=True, slots=True)
class SeatForStaff:
    """One learner of a class, for those who run it."""

    enrolment_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    unit: str
    syllabus: Outline


def seat_for_staff(
    session: Session, cohort: Cohort, enrolment_id: uuid.UUID, *, now: datetime
) -> SeatForStaff:
    """A learner of a cohort that the caller has already found for its reader; NotFound when of another one."""
    row = session.execute(
        sa.select(Person.front_title, Person.full_name, Person.back_title, Unit.name, Person.id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Unit, Unit.id == Enrolment.unit_id)
        .where(Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort.id)
    ).one_or_none()
    if row is None:
        raise NotFound
    found = session.execute(
        _OUTLINE, {"enrolment": enrolment_id, "cohort": cohort.id, "course": cohort.course_id}
    )
    return SeatForStaff(enrolment_id, row[4], titled(*row[:3]), row[3] or "", outline(found, now=now))


def ledger_of(session: Session, enrolment_id: uuid.UUID) -> Sequence[Any]:
    """Every mark that a learner was ever given, the newest first, with who gave it and why."""
    return session.execute(
        sa.select(
            MarkEntry.at,
            Activity.title,
            MarkEntry.percent,
            MarkEntry.passed,
            MarkEntry.reason,
            Person.full_name,
        )
        .join(Activity, Activity.id == MarkEntry.activity_id)
        .outerjoin(Person, Person.id == MarkEntry.given_by)
        .where(MarkEntry.enrolment_id == enrolment_id)
        .order_by(MarkEntry.at.desc(), MarkEntry.id)
    ).all()
