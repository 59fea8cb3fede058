"""Opening cohorts and giving seats."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.cohorts.events import Enrolled
from courses.cohorts.models import Cohort, CohortStaff, Enrolment, EnrolmentState
from lms.access import Actor
from lms.audit.services import note
from lms.events import publish
from lms.people.models import Person


def open_cohort(
    session: Session,
    agency_id: uuid.UUID,
    course_id: uuid.UUID,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    zone: str,
    by: Actor,
    now: datetime,
    quota: int | None = None,
) -> Cohort:
    """A new cohort, not yet visible to learners until it is published."""
    cohort = Cohort(
        agency_id=agency_id,
        course_id=course_id,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        zone=zone,
        quota=quota,
        created_at=now,
    )
    session.add(cohort)
    session.flush()
    note(
        session,
        "cohort:opened",
        "cohort",
        cohort.id,
        by=by,
        now=now,
        agency_id=agency_id,
        after={"name": name},
    )
    return cohort


def assign_staff(session: Session, cohort: Cohort, person_id: uuid.UUID) -> None:
    """Let somebody teach a cohort; a second call changes nothing."""
    if session.get(CohortStaff, (cohort.id, person_id)) is None:
        session.add(CohortStaff(cohort_id=cohort.id, person_id=person_id))


def enrol(session: Session, cohort: Cohort, person: Person, *, by: Actor | None, now: datetime) -> Enrolment:
    """Give somebody a seat, or the next place in the waiting list when all are taken. A second call changes nothing.

    The cohort's row is locked, so that parallel requests are served one by one and a quota of 30 gives exactly 30.
    """
    session.execute(sa.select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    enrolment = session.scalars(
        sa.select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.person_id == person.id)
    ).one_or_none()
    if enrolment and enrolment.state in {EnrolmentState.ACTIVE, EnrolmentState.WAITING}:
        return enrolment
    enrolment = enrolment or Enrolment(cohort_id=cohort.id, person_id=person.id)
    enrolment.state = EnrolmentState.ACTIVE if has_room(session, cohort) else EnrolmentState.WAITING
    enrolment.unit_id, enrolment.created_at = person.unit_id, now
    enrolment.decided_at, enrolment.decided_by = now, by.id if by else None
    session.add(enrolment)
    session.flush()
    if enrolment.state is EnrolmentState.ACTIVE:
        publish(session, Enrolled(enrolment.id, person.id, cohort.id))
    return enrolment


def has_room(session: Session, cohort: Cohort) -> bool:
    if cohort.quota is None:
        return True
    taken = session.scalar(
        sa.select(sa.func.count()).where(
            Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE
        )
    )
    return (taken or 0) < cohort.quota
