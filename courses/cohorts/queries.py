"""Finding cohorts and enrolments, for somebody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from courses.catalogue.models import Course
from courses.cohorts.models import Admission, Cohort, CohortStaff, Enrolment, EnrolmentState
from courses.cohorts.permissions import ANNOUNCE, RUN, SEE
from lms.access import Actor, agencies_where, allows
from lms.errors import Forbidden, NotFound
from lms.media.models import Media
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Seat:
    """A learner's place in a cohort: what every learner page starts from, in one statement."""

    enrolment_id: uuid.UUID
    cohort_id: uuid.UUID
    course_id: uuid.UUID
    person_id: uuid.UUID
    cohort_name: str
    course_title: str
    jp: int
    starts_on: Any
    ends_on: Any
    zone: str
    rule: dict[str, Any]
    # The renditions of the course's cover (courses.catalogue.covers); only pages of a whole class ask for it.
    cover: dict[str, Any] | None = None


def _seats() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Enrolment.id,
            Cohort.id,
            Course.id,
            Enrolment.person_id,
            Cohort.name,
            Course.title,
            Course.jp,
            Cohort.starts_on,
            Cohort.ends_on,
            Cohort.zone,
            Cohort.rule,
            Media.renditions,
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .outerjoin(Media, Media.id == Course.cover_id)
        .where(Enrolment.state == EnrolmentState.ACTIVE, Cohort.published)
    )


# Every learner page begins with these, so they are put together once.
_SEAT = _seats().where(Cohort.id == sa.bindparam("cohort"), Enrolment.person_id == sa.bindparam("person"))
_SEATS = _seats().where(Enrolment.person_id == sa.bindparam("person")).order_by(Cohort.ends_on, Cohort.id)


def seat_of(session: Session, actor: Actor, cohort_id: uuid.UUID) -> Seat:
    """The actor's own place in a cohort, or NotFound: a class one does not attend does not exist."""
    row = session.execute(_SEAT, {"cohort": cohort_id, "person": actor.id}).one_or_none()
    if row is None:
        raise NotFound
    return Seat(*row)


def seat_of_enrolment(session: Session, enrolment_id: uuid.UUID) -> Seat:
    """The place of an enrolment that the caller has already found for its reader. Raises NotFound when it has ended."""
    row = session.execute(_seats().where(Enrolment.id == enrolment_id)).one_or_none()
    if row is None:
        raise NotFound
    return Seat(*row)


def seats_for(session: Session, actor: Actor) -> list[Seat]:
    """All places of the actor, those that end first in front."""
    return [Seat(*row) for row in session.execute(_SEATS, {"person": actor.id})]


def cohort_of(session: Session, actor: Actor, cohort_id: uuid.UUID, *, run: bool = False) -> Cohort:
    """A cohort that the actor teaches or oversees; with `run`, one that they may change."""
    cohort = session.scalars(
        sa.select(Cohort).where(Cohort.id == cohort_id).options(joinedload(Cohort.course))
    ).one_or_none()
    if cohort is None or not may_see(session, actor, cohort):
        raise NotFound
    if run and not may_run(actor, cohort):
        raise Forbidden
    return cohort


def may_run(actor: Actor, cohort: Cohort) -> bool:
    """Whether the actor may change a cohort and its people."""
    return cohort.agency_id in agencies_where(actor, RUN)


def may_announce(session: Session, actor: Actor, cohort: Cohort) -> bool:
    """Whether the actor may speak to everybody in a cohort: its teachers and its administrators."""
    return may_run(actor, cohort) or (allows(actor, ANNOUNCE) and teaches(session, actor, cohort.id))


def may_see(session: Session, actor: Actor, cohort: Cohort) -> bool:
    return cohort.agency_id in agencies_where(actor, SEE) or teaches(session, actor, cohort.id)


def teaches(session: Session, actor: Actor, cohort_id: uuid.UUID) -> bool:
    """Whether the actor is on the staff of a cohort."""
    return session.get(CohortStaff, (cohort_id, actor.id)) is not None


def offered(session: Session, actor: Actor, cohort_id: uuid.UUID) -> Cohort:
    """A published cohort of the actor's own agency that takes people in, or in which the actor has asked for a place."""
    mine = (
        sa.exists().where(Enrolment.cohort_id == Cohort.id, Enrolment.person_id == actor.id).correlate(Cohort)
    )
    cohort = session.scalars(
        sa.select(Cohort).where(
            Cohort.id == cohort_id,
            Cohort.agency_id == actor.agency_id,
            Cohort.published,
            sa.or_(Cohort.admission != Admission.CLOSED, mine),
        )
    ).one_or_none()
    if cohort is None:
        raise NotFound
    return cohort


def own_enrolment(session: Session, actor: Actor, cohort_id: uuid.UUID) -> Enrolment:
    """The actor's own enrolment in a cohort, whatever its state."""
    found = session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.person_id == actor.id)
        .options(joinedload(Enrolment.cohort))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def enrolment_of(session: Session, cohort: Cohort, enrolment_id: uuid.UUID) -> Enrolment:
    """One enrolment of a cohort that the caller may run."""
    found = session.get(Enrolment, enrolment_id)
    if found is None or found.cohort_id != cohort.id:
        raise NotFound
    return found


def queue_place() -> sa.ScalarSelect[int]:
    """The place in the waiting list, from 1, of the Enrolment of the statement around it."""
    ahead = aliased(Enrolment)
    return (
        sa.select(sa.func.count())
        .where(
            ahead.cohort_id == Enrolment.cohort_id,
            ahead.state == EnrolmentState.WAITING,
            ahead.queue_number <= Enrolment.queue_number,
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )


def asked_of(session: Session, actor: Actor) -> Sequence[Enrolment]:
    """The requests that wait for the actor's decision as a superior, the oldest first."""
    return session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.approver_id == actor.id, Enrolment.state == EnrolmentState.REQUESTED)
        .options(
            joinedload(Enrolment.person).joinedload(Person.unit),
            joinedload(Enrolment.cohort).joinedload(Cohort.course),
        )
        .order_by(Enrolment.created_at, Enrolment.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Pending:
    """A place that somebody asked for and does not have yet; `place` is 0 while the superior decides."""

    cohort_id: uuid.UUID
    course_id: uuid.UUID
    course_title: str
    cohort_name: str
    jp: int
    starts_on: Any
    place: int


def pending_for(session: Session, actor: Actor) -> list[Pending]:
    """What the actor waits for, in one statement; templates/cohorts/_pending.html shows it."""
    rows = session.execute(
        sa.select(
            Cohort.id,
            Course.id,
            Course.title,
            Cohort.name,
            Course.jp,
            Cohort.starts_on,
            sa.case((Enrolment.state == EnrolmentState.WAITING, queue_place()), else_=0),
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(
            Enrolment.person_id == actor.id,
            Enrolment.state.in_([EnrolmentState.WAITING, EnrolmentState.REQUESTED]),
            Cohort.published,
        )
        .order_by(Cohort.starts_on, Cohort.id)
    )
    return [Pending(*row) for row in rows]


def members_of(session: Session, cohort_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Who has a seat in a cohort."""
    found = sa.select(Enrolment.person_id).where(
        Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE
    )
    return session.scalars(found).all()


def cohorts_for(session: Session, actor: Actor) -> Sequence[Cohort]:
    """The cohorts that the actor teaches or oversees, those that end last in front."""
    taught = sa.select(CohortStaff.cohort_id).where(CohortStaff.person_id == actor.id)
    found = sa.select(Cohort).where(
        sa.or_(Cohort.agency_id.in_(agencies_where(actor, SEE)), Cohort.id.in_(taught))
    )
    return session.scalars(
        found.options(joinedload(Cohort.course)).order_by(Cohort.ends_on.desc(), Cohort.id)
    ).all()
