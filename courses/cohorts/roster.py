"""What staff see of a cohort: the list of cohorts, the roster, the teachers and the dates."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from courses.catalogue.models import Activity, Course, Kind, Module
from courses.cohorts.models import ActivityDates, Cohort, CohortStaff, Enrolment, EnrolmentState
from courses.cohorts.permissions import SEE
from courses.cohorts.queries import queue_place
from courses.cohorts.schedule import Phase, phase, today_in
from lms.access import Actor, Role, agencies_where
from lms.people.employee_number import grouped
from lms.people.models import EmployeeNumber, Grant, Person, PersonStatus, Unit, titled

PER_PAGE = 50


def _phase_column(now: datetime) -> sa.ColumnElement[str]:
    """`schedule.phase` in SQL."""
    today = sa.cast(sa.func.timezone(Cohort.zone, now), sa.Date)
    return sa.case(
        (sa.not_(Cohort.published), Phase.DRAFT.value),
        (today < Cohort.starts_on, Phase.ANNOUNCED.value),
        (today <= Cohort.ends_on, Phase.RUNNING.value),
        else_=Phase.FINISHED.value,
    )


def _seen_by(actor: Actor) -> sa.ColumnElement[bool]:
    taught = sa.select(CohortStaff.cohort_id).where(CohortStaff.person_id == actor.id)
    return sa.or_(Cohort.agency_id.in_(agencies_where(actor, SEE)), Cohort.id.in_(taught))


def _count(state: EnrolmentState) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.state == state)
        .correlate(Cohort)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A cohort in the list of staff."""

    id: uuid.UUID
    course_title: str
    name: str
    starts_on: date
    ends_on: date
    quota: int | None
    phase: Phase
    active: int
    waiting: int
    requested: int
    teachers: Sequence[str]


def cohort_page(
    session: Session, actor: Actor, *, only: Phase | None, text: str, page: int, now: datetime
) -> tuple[list[Listed], bool]:
    """One page of the cohorts that the actor teaches or oversees, the latest start first; and whether there are more."""
    teachers = (
        sa.select(sa.func.array_agg(sa.distinct(Person.full_name)))
        .join(CohortStaff, CohortStaff.person_id == Person.id)
        .where(CohortStaff.cohort_id == Cohort.id)
        .correlate(Cohort)
        .scalar_subquery()
    )
    state = _phase_column(now)
    found = (
        sa.select(
            Cohort.id,
            Course.title,
            Cohort.name,
            Cohort.starts_on,
            Cohort.ends_on,
            Cohort.quota,
            state,
            _count(EnrolmentState.ACTIVE),
            _count(EnrolmentState.WAITING),
            _count(EnrolmentState.REQUESTED),
            teachers,
        )
        .join(Course, Course.id == Cohort.course_id)
        .where(_seen_by(actor), *_searched(text), *([state == only.value] if only else []))
        .order_by(Cohort.starts_on.desc(), Course.title, Cohort.id)
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    )
    rows = [Listed(*r[:6], Phase(r[6]), *r[7:10], r[10] or ()) for r in session.execute(found)]
    return rows[:PER_PAGE], len(rows) > PER_PAGE


def phase_counts(session: Session, actor: Actor, *, text: str, now: datetime) -> dict[Phase, int]:
    """How many cohorts are in each phase, under the same search."""
    state = _phase_column(now).label("phase")
    rows = session.execute(
        sa.select(state, sa.func.count())
        .select_from(Cohort)
        .join(Course, Course.id == Cohort.course_id)
        .where(_seen_by(actor), *_searched(text))
        .group_by(state)
    )
    counts = {Phase(row[0]): row[1] for row in rows}
    return {one: counts.get(one, 0) for one in Phase}


def _searched(text: str) -> list[sa.ColumnElement[bool]]:
    if not text:
        return []
    return [
        sa.or_(Course.title.icontains(text, autoescape=True), Cohort.name.icontains(text, autoescape=True))
    ]


def phase_of(cohort: Cohort, *, now: datetime) -> Phase:
    return phase(cohort.published, cohort.starts_on, cohort.ends_on, today_in(cohort.zone, now))


def state_counts(session: Session, cohort: Cohort) -> dict[EnrolmentState, int]:
    rows = session.execute(
        sa.select(Enrolment.state, sa.func.count())
        .where(Enrolment.cohort_id == cohort.id)
        .group_by(Enrolment.state)
    )
    counts = {row[0]: row[1] for row in rows}
    return {state: counts.get(state, 0) for state in EnrolmentState}


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody in the roster of a cohort."""

    id: uuid.UUID
    person_id: uuid.UUID
    state: EnrolmentState
    name: str
    unit: str
    number: str
    created_at: datetime
    reason: str
    place: int
    approver: str

    @property
    def printed_number(self) -> str:
        return grouped(self.number)


def roster(
    session: Session, cohort: Cohort, state: EnrolmentState, *, text: str, page: int
) -> tuple[list[Entered], bool]:
    """One page of a cohort's people in one state: the queue in its order, others by name; and whether there are more."""
    approver = aliased(Person)
    order = Enrolment.queue_number if state is EnrolmentState.WAITING else Person.full_name
    found = (
        sa.select(
            Enrolment,
            Person.front_title,
            Person.full_name,
            Person.back_title,
            sa.func.coalesce(Unit.name, ""),
            sa.func.coalesce(EmployeeNumber.number, ""),
            sa.case((Enrolment.state == EnrolmentState.WAITING, queue_place()), else_=0),
            sa.func.coalesce(approver.full_name, ""),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(approver, approver.id == Enrolment.approver_id)
        .outerjoin(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(EmployeeNumber, current_number(Person))
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == state)
        .order_by(order, Enrolment.id)
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    )
    if text:
        found = found.where(named(text))
    rows = [_entered(row) for row in session.execute(found)]
    return rows[:PER_PAGE], len(rows) > PER_PAGE


def _entered(row: Sequence[Any]) -> Entered:
    enrolment, front, name, back, unit, number, place, approver = row
    return Entered(
        enrolment.id,
        enrolment.person_id,
        enrolment.state,
        titled(front, name, back),
        unit,
        number,
        enrolment.created_at,
        enrolment.reason,
        place,
        approver,
    )


def current_number(person: type[Person]) -> sa.ColumnElement[bool]:
    return sa.and_(EmployeeNumber.person_id == person.id, EmployeeNumber.valid_to.is_(None))


def named(text: str) -> sa.ColumnElement[bool]:
    """A part of the name, or the beginning of the NIP when only digits were typed."""
    digits = "".join(c for c in text if c.isdigit())
    if digits and not any(c.isalpha() for c in text):
        return EmployeeNumber.number.startswith(digits, autoescape=True)
    return Person.full_name.icontains(text.strip(), autoescape=True)


def faculty_of(session: Session, cohort: Cohort) -> tuple[list[Person], list[Person]]:
    """Who teaches a cohort, and who else may be asked to; both by name."""
    chosen = sa.select(CohortStaff.person_id).where(CohortStaff.cohort_id == cohort.id)
    found = session.execute(
        sa.select(Person, Person.id.in_(chosen))
        .where(sa.or_(Person.id.in_(chosen), _can_teach(cohort.agency_id)))
        .order_by(Person.full_name, Person.id)
    ).all()
    return [person for person, teaches in found if teaches], [
        person for person, teaches in found if not teaches
    ]


def instructors_of(session: Session, agency_id: uuid.UUID) -> Sequence[Person]:
    """Who may be asked to teach in an agency, by name."""
    return session.scalars(
        sa.select(Person).where(_can_teach(agency_id)).order_by(Person.full_name, Person.id)
    ).all()


def _can_teach(agency_id: uuid.UUID) -> sa.ColumnElement[bool]:
    granted = sa.select(Grant.person_id).where(
        Grant.role.in_([Role.INSTRUCTOR, Role.ADMIN]), Grant.agency_id == agency_id
    )
    return sa.and_(Person.id.in_(granted), Person.status == PersonStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Dated:
    """An activity of the cohort's course, with its dates in this cohort."""

    id: uuid.UUID
    title: str
    module: str
    kind: str
    opens_at: datetime | None
    due_at: datetime | None


def dated_activities(session: Session, cohort: Cohort) -> list[Dated]:
    rows = session.execute(
        sa.select(
            Activity.id,
            Activity.title,
            Module.title,
            sa.cast(Activity.kind, sa.Text),
            ActivityDates.opens_at,
            ActivityDates.due_at,
        )
        .join(Module, Module.id == Activity.module_id)
        .outerjoin(
            ActivityDates,
            sa.and_(ActivityDates.activity_id == Activity.id, ActivityDates.cohort_id == cohort.id),
        )
        .where(Activity.course_id == cohort.course_id)
        .order_by(Module.position, Module.id, Activity.position, Activity.id)
    )
    return [Dated(*row) for row in rows]


def projects_in(session: Session, cohort: Cohort) -> list[tuple[uuid.UUID, str]]:
    """The published projects of a class's course, in the course's order."""
    rows = session.execute(
        sa.select(Activity.id, Activity.title)
        .join(Module, Module.id == Activity.module_id)
        .where(Activity.course_id == cohort.course_id, Activity.published, Activity.kind == Kind.PROJECT)
        .order_by(Module.position, Module.id, Activity.position, Activity.id)
    )
    return [(id_, title) for id_, title in rows]
