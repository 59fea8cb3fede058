"""What the home pages gather: what is due, the year's JP, and what waits for the training office."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course
from courses.certificates.models import Certificate, CertificateState
from courses.cohorts.models import ActivityDates, Cohort, CohortStaff, Enrolment, EnrolmentState
from courses.cohorts.permissions import SEE
from courses.progress.models import Progress, State
from lms.access import Actor, agencies_where
from lms.people.models import Person, PersonStatus, Unit

# PP 11/2017 jo. PP 17/2020 art. 203: at least 20 JP a year.
JP_TARGET = 20
SOON = timedelta(days=3)
# Groups smaller than this are left out of charts: a mean of a few people points at persons.
LEAST_GROUP = 5


@dataclass(frozen=True, slots=True)
class Due:
    """An activity that is late or due within three days."""

    cohort_id: uuid.UUID
    activity_id: uuid.UUID
    kind: str
    title: str
    due_at: datetime
    zone: str
    is_late: bool


_NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
_DUE = (
    sa.select(
        Cohort.id,
        Activity.id,
        sa.cast(Activity.kind, sa.Text),
        Activity.title,
        ActivityDates.due_at,
        Cohort.zone,
        ActivityDates.due_at < _NOW,
    )
    .join(Enrolment, Enrolment.cohort_id == Cohort.id)
    .join(ActivityDates, ActivityDates.cohort_id == Cohort.id)
    .join(Activity, Activity.id == ActivityDates.activity_id)
    .outerjoin(Progress, sa.and_(Progress.enrolment_id == Enrolment.id, Progress.activity_id == Activity.id))
    .where(
        Enrolment.person_id == sa.bindparam("person"),
        Enrolment.state == EnrolmentState.ACTIVE,
        Cohort.published,
        Cohort.ends_on >= sa.bindparam("today"),
        Activity.published,
        ActivityDates.due_at < sa.bindparam("soon"),
        sa.func.coalesce(Progress.state, State.TODO).in_([State.TODO, State.DOING]),
    )
    .order_by(ActivityDates.due_at)
    .limit(5)
)


def due_for(session: Session, actor: Actor, *, now: datetime) -> list[Due]:
    """What a learner has not finished and must soon, over all running classes, the most urgent first."""
    asked = {"person": actor.id, "now": now, "today": now.date(), "soon": now + SOON}
    rows: Sequence[Any] = session.execute(_DUE, asked).all()
    return [Due(*row) for row in rows]


_JP = sa.select(sa.func.sum(Certificate.facts["jp"].as_integer())).where(
    Certificate.person_id == sa.bindparam("person"),
    Certificate.state == CertificateState.VALID,
    sa.extract("year", Certificate.issued_on) == sa.bindparam("year"),
)


def jp_this_year(session: Session, actor: Actor, *, now: datetime) -> int:
    """JP of the valid certificates that a person got this year."""
    return int(session.scalar(_JP, {"person": actor.id, "year": now.year}) or 0)


_DECISIONS = sa.select(sa.func.count(Enrolment.id)).where(
    Enrolment.approver_id == sa.bindparam("person"), Enrolment.state == EnrolmentState.REQUESTED
)


def decisions_of(session: Session, actor: Actor) -> int:
    """How many requests wait for the actor's decision as a superior."""
    return int(session.scalar(_DECISIONS, {"person": actor.id}) or 0)


@dataclass(frozen=True, slots=True)
class Office:
    """The figures of a training office, all of one agency."""

    learning: int
    running: int
    ending: int
    issued: int
    requests: int
    unstaffed: int


def office_of(session: Session, actor: Actor, *, now: datetime) -> Office:
    """The figures of the agencies that the actor oversees, in one statement."""
    agencies = agencies_where(actor, SEE)
    today = now.date()
    mine = Cohort.agency_id.in_(agencies)
    running = sa.and_(mine, Cohort.published, Cohort.starts_on <= today, Cohort.ends_on >= today)
    in_mine = Enrolment.cohort_id.in_(sa.select(Cohort.id).where(running))
    unstaffed = ~sa.exists().where(CohortStaff.cohort_id == Cohort.id)
    figures = (
        _count(sa.distinct(Enrolment.person_id), Enrolment.state == EnrolmentState.ACTIVE, in_mine),
        _count(Cohort.id, running),
        _count(Cohort.id, running, Cohort.ends_on <= today + timedelta(days=7)),
        _count(
            Certificate.id,
            Certificate.agency_id.in_(agencies),
            Certificate.year == now.year,
            Certificate.state == CertificateState.VALID,
        ),
        _count(
            Enrolment.id,
            Enrolment.state == EnrolmentState.REQUESTED,
            Enrolment.cohort_id.in_(sa.select(Cohort.id).where(mine)),
        ),
        _count(Cohort.id, mine, Cohort.ends_on >= today, unstaffed),
    )
    return Office(*tuple(session.execute(sa.select(*figures)).one()))


def _count(what: Any, *conditions: Any) -> Any:
    return sa.select(sa.func.count(what)).where(*conditions).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Running:
    """A class that runs now, with the part of its activities that its learners have done (whole percent)."""

    cohort_id: uuid.UUID
    title: str
    name: str
    ends_on: Any
    learners: int
    percent: int


def running_for(session: Session, actor: Actor, *, now: datetime) -> list[Running]:
    """The running classes that the actor teaches or oversees, those that end first in front; two statements."""
    today = now.date()
    taught = sa.select(CohortStaff.cohort_id).where(CohortStaff.person_id == actor.id)
    found = session.execute(
        sa.select(Cohort.id, Course.title, Cohort.name, Cohort.ends_on, Cohort.course_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(
            sa.or_(Cohort.agency_id.in_(agencies_where(actor, SEE)), Cohort.id.in_(taught)),
            Cohort.published,
            Cohort.starts_on <= today,
            Cohort.ends_on >= today,
        )
        .order_by(Cohort.ends_on, Cohort.id)
        .limit(8)
    ).all()
    done = _done_in(session, [row.id for row in found])
    return [Running(row.id, row.title, row.name, row.ends_on, *done.get(row.id, (0, 0))) for row in found]


def _done_in(session: Session, cohorts: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    total = (
        sa.select(sa.func.count())
        .where(Activity.course_id == Cohort.course_id, Activity.published)
        .correlate(Cohort)
        .scalar_subquery()
    )
    # Counted apart: joined first and told apart afterwards, 200,000 seats with all they did took six times as long.
    seats = sa.and_(Enrolment.cohort_id.in_(cohorts), Enrolment.state == EnrolmentState.ACTIVE)
    learners = _per_cohort(sa.select(Enrolment.cohort_id).where(seats))
    done = _per_cohort(
        sa.select(Enrolment.cohort_id)
        .join(Progress, Progress.enrolment_id == Enrolment.id)
        .where(seats, Progress.state == State.DONE)
    )
    rows = session.execute(
        sa.select(Cohort.id, learners.c.count, sa.func.coalesce(done.c.count, 0), total)
        .join(learners, learners.c.cohort_id == Cohort.id)
        .outerjoin(done, done.c.cohort_id == Cohort.id)
    )
    return {id_: (people, 100 * did // max(1, people * of)) for id_, people, did, of in rows}


def _per_cohort(rows: sa.Select[uuid.UUID]) -> sa.Subquery:
    """How many of the rows each cohort has."""
    return rows.add_columns(sa.func.count().label("count")).group_by(Enrolment.cohort_id).subquery()


@dataclass(frozen=True, slots=True)
class UnitYear:
    """The people of one unit this year: how many, their mean JP, and how many have reached the target."""

    name: str
    people: int
    mean: float
    reached: int


def year_by_unit(session: Session, actor: Actor, *, now: datetime) -> list[UnitYear]:
    """Every unit of the agencies that the actor oversees, the highest mean first; people without a unit under ""."""
    earned = (
        sa.select(Certificate.person_id, sa.func.sum(Certificate.facts["jp"].as_integer()).label("jp"))
        .where(Certificate.year == now.year, Certificate.state == CertificateState.VALID)
        .group_by(Certificate.person_id)
        .subquery()
    )
    mean = sa.func.avg(sa.func.coalesce(earned.c.jp, 0))
    name = sa.func.coalesce(Unit.name, "")
    rows = session.execute(
        sa.select(name, sa.func.count(Person.id), mean, sa.func.count().filter(earned.c.jp >= JP_TARGET))
        .select_from(Person)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(earned, earned.c.person_id == Person.id)
        .where(Person.agency_id.in_(agencies_where(actor, SEE)), Person.status == PersonStatus.ACTIVE)
        .group_by(Unit.id)
        .order_by(mean.desc(), name)
    ).all()
    return [UnitYear(name, people, float(value), reached) for name, people, value, reached in rows]


def charted(units: Sequence[UnitYear]) -> list[UnitYear]:
    """The units that may be shown beside each other."""
    return [unit for unit in units if unit.name and unit.people >= LEAST_GROUP]
