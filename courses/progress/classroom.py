"""A whole class at a glance, for its staff: people × activities, in a number of statements that does not grow."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Module
from courses.cohorts.models import ActivityDates, Cohort, Enrolment, EnrolmentState
from courses.progress.models import Progress, State
from courses.progress.outline import DONE, lock_of, state_of
from lms.people.models import EmployeeNumber, Person, Unit, titled

# Seats by their ids, or what finds them.
Seats = sa.Select[uuid.UUID] | Sequence[uuid.UUID]
PAGE, PORTION = 50, 500
ALL, BEHIND, WAITING, FINISHED = "all", "behind", "waiting", "finished"


@dataclass(frozen=True, slots=True)
class Column:
    """An activity of the class: `label` is "2.3" (module and place), the rest is what an outline needs."""

    id: uuid.UUID
    module_id: uuid.UUID
    module_title: str
    kind: str
    title: str
    minutes: int
    required: bool
    completion: str
    after_id: uuid.UUID | None
    detail: dict[str, Any]
    opens_at: datetime | None
    due_at: datetime | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one learner has of one activity; `state` as in an outline."""

    state: str
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Learner:
    """A row of the class page. `mean` is the mean of the marks so far, `last` the last step of any kind."""

    enrolment_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    number: str
    unit: str
    done: int
    waiting: int
    late: int
    mean: Decimal | None
    last: datetime | None
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page was asked for."""

    filter: str = ALL
    search: str = ""
    unit_id: uuid.UUID | None = None
    page: int = 1


def columns(session: Session, cohort: Cohort) -> list[Column]:
    """The published activities of a class in order, labelled by module and place."""
    rows = session.execute(
        sa.select(
            Activity.id,
            Activity.module_id,
            Module.title,
            sa.cast(Activity.kind, sa.Text),
            Activity.title,
            Activity.minutes,
            Activity.required,
            sa.cast(Activity.completion, sa.Text),
            Activity.after_id,
            Activity.detail,
            ActivityDates.opens_at,
            ActivityDates.due_at,
        )
        .join(Module, Module.id == Activity.module_id)
        .outerjoin(
            ActivityDates,
            sa.and_(ActivityDates.activity_id == Activity.id, ActivityDates.cohort_id == cohort.id),
        )
        .where(Activity.course_id == cohort.course_id, Activity.published)
        .order_by(Module.position, Module.id, Activity.position, Activity.id)
    )
    return _labelled([tuple(row) for row in rows])


def _labelled(rows: Sequence[Sequence[Any]]) -> list[Column]:
    made: list[Column] = []
    modules: dict[uuid.UUID, int] = {}
    for row in rows:
        module = modules.setdefault(row[1], len(modules) + 1)
        place = 1 + sum(column.module_id == row[1] for column in made)
        made.append(replace(Column(*row), label=f"{module}.{place}"))
    return made


def _standing(
    cohort: Cohort, due: Sequence[uuid.UUID], total: int, among: Seats | None = None
) -> sa.Subquery:
    """The learners (among these seats) with what they have done, what waits for marks and how much is overdue."""
    handed = Progress.state.in_([State.DONE, State.WAITING])
    overdue = (
        len(due) - sa.func.count().filter(handed, Progress.activity_id.in_(due)) if due else sa.literal(0)
    )
    done = sa.func.count().filter(Progress.state == State.DONE)
    return (
        sa.select(
            Enrolment.id.label("enrolment_id"),
            Enrolment.person_id,
            Enrolment.unit_id,
            done.label("done"),
            sa.func.count().filter(Progress.state == State.WAITING).label("waiting"),
            overdue.label("late"),
            (done >= total).label("finished"),
            sa.func.avg(Progress.percent).label("mean"),
            sa.func.max(Progress.updated_at).label("last"),
        )
        .outerjoin(Progress, Progress.enrolment_id == Enrolment.id)
        .where(
            Enrolment.cohort_id == cohort.id,
            Enrolment.state == EnrolmentState.ACTIVE,
            Enrolment.id.in_(among) if among is not None else sa.true(),
        )
        .group_by(Enrolment.id)
        .subquery("standing")
    )


def _number_of(person_id: Any) -> sa.ScalarSelect[str]:
    return (
        sa.select(EmployeeNumber.number)
        .where(EmployeeNumber.person_id == person_id, EmployeeNumber.valid_to.is_(None))
        .limit(1)
        .scalar_subquery()
    )


class Classroom:
    """One class, ready to be asked for its counts, a page of learners, or all of them."""

    def __init__(self, session: Session, cohort: Cohort, *, now: datetime) -> None:
        self.session, self.cohort, self.now = session, cohort, now
        self.columns = columns(session, cohort)
        self.by_id = {column.id: column for column in self.columns}
        self.due = [column.id for column in self.columns if column.due_at and column.due_at < now]

    def counts(self) -> dict[str, int]:
        """How many learners each filter shows."""
        s = self._standing().c
        row = self.session.execute(
            sa.select(
                sa.func.count(),
                sa.func.count().filter(s.late > 0),
                sa.func.count().filter(s.waiting > 0),
                sa.func.count().filter(s.finished),
            )
        ).one()
        return dict(zip((ALL, BEHIND, WAITING, FINISHED), row, strict=True))

    def units(self) -> list[tuple[uuid.UUID, str]]:
        """The units that the learners come from, by name."""
        seats = sa.select(Enrolment.unit_id).where(
            Enrolment.cohort_id == self.cohort.id, Enrolment.state == EnrolmentState.ACTIVE
        )
        found = sa.select(Unit.id, Unit.name).where(Unit.id.in_(seats))
        return [(row.id, row.name) for row in self.session.execute(found.order_by(Unit.name))]

    def learners(self, wanted: Wanted) -> tuple[list[Learner], bool]:
        """A page of learners by name, and whether another page follows."""
        rows = self.session.execute(self._select(wanted)).all()
        return self._made(rows[:PAGE]), len(rows) > PAGE

    def everybody(self) -> Iterator[Learner]:
        """All learners by name, read in portions so that memory does not grow with the class."""
        seats = self.session.scalars(self._seats(Wanted())).all()
        for first in range(0, len(seats), PORTION):
            s = self._standing(seats[first : first + PORTION]).c
            yield from self._made(self.session.execute(self._named(s)).all())

    def _standing(self, among: Seats | None = None) -> sa.Subquery:
        return _standing(self.cohort, self.due, max(1, len(self.columns)), among)

    def _seats(self, wanted: Wanted) -> sa.Select[uuid.UUID]:
        """The seats asked for, by name, before anything is counted."""
        found = (
            sa.select(Enrolment.id)
            .join(Person, Person.id == Enrolment.person_id)
            .where(Enrolment.cohort_id == self.cohort.id, Enrolment.state == EnrolmentState.ACTIVE)
            .order_by(Person.full_name, Enrolment.id)
        )
        if wanted.unit_id:
            found = found.where(Enrolment.unit_id == wanted.unit_id)
        if wanted.search:
            digits = "".join(c for c in wanted.search if c.isdigit())
            by_name = Person.full_name.icontains(wanted.search, autoescape=True)
            by_number = _number_of(Enrolment.person_id).startswith(digits)
            found = found.where(sa.or_(by_name, by_number) if len(digits) > 3 else by_name)
        return found

    def _select(self, wanted: Wanted) -> sa.Select[*tuple[Any, ...]]:
        """A page and one more. Only a filter by standing has to count for the whole class."""
        seats, first = self._seats(wanted), (wanted.page - 1) * PAGE
        everyone = wanted.filter not in {BEHIND, WAITING, FINISHED}
        s = self._standing(seats.limit(PAGE + 1).offset(first) if everyone else seats.order_by(None)).c
        found = self._named(s)
        if everyone:
            return found
        condition = {BEHIND: s.late > 0, WAITING: s.waiting > 0, FINISHED: s.finished}[wanted.filter]
        return found.where(condition).limit(PAGE + 1).offset(first)

    def _named(self, s: Any) -> sa.Select[*tuple[Any, ...]]:
        """Who stands where, by name."""
        return (
            sa.select(
                *(s.enrolment_id, s.person_id, Person.front_title, Person.full_name, Person.back_title),
                _number_of(s.person_id).label("number"),
                *(Unit.name.label("unit"), s.done, s.waiting, s.late, s.mean, s.last),
            )
            .join(Person, Person.id == s.person_id)
            .outerjoin(Unit, Unit.id == s.unit_id)
            .order_by(Person.full_name, s.enrolment_id)
        )

    def _made(self, rows: Sequence[Any]) -> list[Learner]:
        stored = self._stored([row.enrolment_id for row in rows])
        return [
            Learner(
                enrolment_id=row.enrolment_id,
                person_id=row.person_id,
                name=titled(row.front_title, row.full_name, row.back_title),
                number=row.number or "",
                unit=row.unit or "",
                done=row.done,
                waiting=row.waiting,
                late=row.late,
                mean=row.mean,
                last=row.last,
                cells=self._cells(stored.get(row.enrolment_id, {})),
            )
            for row in rows
        ]

    def _stored(self, enrolments: list[uuid.UUID]) -> dict[uuid.UUID, dict[uuid.UUID, Any]]:
        found: dict[uuid.UUID, dict[uuid.UUID, Any]] = {}
        rows = self.session.execute(
            sa.select(
                Progress.enrolment_id,
                Progress.activity_id,
                sa.cast(Progress.state, sa.Text).label("stored"),
                Progress.percent,
            ).where(Progress.enrolment_id.in_(enrolments))
        )
        for row in rows:
            found.setdefault(row.enrolment_id, {})[row.activity_id] = row
        return found

    def _cells(self, stored: dict[uuid.UUID, Any]) -> list[Cell]:
        done = {activity_id for activity_id, row in stored.items() if row.stored == DONE}
        cells = []
        for column in self.columns:
            row = stored.get(column.id)
            lock = lock_of(column, self.by_id, done, self.now)
            state = state_of(row.stored if row else None, lock, column.due_at, self.now)
            cells.append(Cell(state, row.percent if row else None))
        return cells
