"""Finding cohorts and enrolments, for somebody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from courses.catalogue.models import Course
from courses.cohorts.models import Cohort, CohortStaff, Enrolment, EnrolmentState
from courses.cohorts.permissions import RUN, SEE
from lms.access import Actor, agencies_where
from lms.errors import Forbidden, NotFound


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
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(Enrolment.state == EnrolmentState.ACTIVE, Cohort.published)
    )


def seat_of(session: Session, actor: Actor, cohort_id: uuid.UUID) -> Seat:
    """The actor's own place in a cohort, or NotFound: a class one does not attend does not exist."""
    row = session.execute(
        _seats().where(Cohort.id == cohort_id, Enrolment.person_id == actor.id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Seat(*row)


def seats_for(session: Session, actor: Actor) -> list[Seat]:
    """All places of the actor, those that end first in front."""
    rows = session.execute(
        _seats().where(Enrolment.person_id == actor.id).order_by(Cohort.ends_on, Cohort.id)
    )
    return [Seat(*row) for row in rows]


def cohort_of(session: Session, actor: Actor, cohort_id: uuid.UUID, *, run: bool = False) -> Cohort:
    """A cohort that the actor teaches or oversees; with `run`, one that they may change."""
    cohort = session.scalars(
        sa.select(Cohort).where(Cohort.id == cohort_id).options(joinedload(Cohort.course))
    ).one_or_none()
    if cohort is None or not may_see(session, actor, cohort):
        raise NotFound
    if run and cohort.agency_id not in agencies_where(actor, RUN):
        raise Forbidden
    return cohort


def may_see(session: Session, actor: Actor, cohort: Cohort) -> bool:
    return cohort.agency_id in agencies_where(actor, SEE) or teaches(session, actor, cohort.id)


def teaches(session: Session, actor: Actor, cohort_id: uuid.UUID) -> bool:
    """Whether the actor is on the staff of a cohort."""
    return session.get(CohortStaff, (cohort_id, actor.id)) is not None


def cohorts_for(session: Session, actor: Actor) -> Sequence[Cohort]:
    """The cohorts that the actor teaches or oversees, those that end last in front."""
    taught = sa.select(CohortStaff.cohort_id).where(CohortStaff.person_id == actor.id)
    found = sa.select(Cohort).where(
        sa.or_(Cohort.agency_id.in_(agencies_where(actor, SEE)), Cohort.id.in_(taught))
    )
    return session.scalars(
        found.options(joinedload(Cohort.course)).order_by(Cohort.ends_on.desc(), Cohort.id)
    ).all()
