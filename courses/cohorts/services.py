"""Opening cohorts, giving seats in them, and keeping the waiting list in order."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from courses.cohorts.events import Enrolled, EnrolmentWithdrawn, PutOnWaitingList, SeatsGiven
from courses.cohorts.models import Cohort, CohortStaff, Enrolment, EnrolmentState
from courses.cohorts.schedule import today_in
from lms.access import Actor
from lms.audit.services import note
from lms.events import publish
from lms.people.models import Person

# Who has a place, in the class or in its queue.
PLACED = frozenset({EnrolmentState.ACTIVE, EnrolmentState.WAITING})


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
    **settings: Any,
) -> Cohort:
    """A new cohort, not visible to learners until it is published. `settings` are further columns of Cohort."""
    cohort = Cohort(
        agency_id=agency_id,
        course_id=course_id,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        zone=zone,
        quota=quota,
        created_at=now,
        **settings,
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


def release_staff(session: Session, cohort: Cohort, person_id: uuid.UUID) -> None:
    """Let somebody teach it no longer."""
    found = session.get(CohortStaff, (cohort.id, person_id))
    if found:
        session.delete(found)


class Outcome(enum.StrEnum):
    """What became of somebody who was to be enrolled."""

    ADDED = "added"
    WAITING = "waiting"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to enrol, with the unit they belong to now."""

    person_id: uuid.UUID
    unit_id: uuid.UUID | None


def enrol(session: Session, cohort: Cohort, person: Person, *, by: Actor | None, now: datetime) -> Enrolment:
    """Give somebody a seat, or the next place in the waiting list when all are taken. A second call changes nothing."""
    enrol_many(session, cohort, [Candidate(person.id, person.unit_id)], by=by, now=now)
    return session.scalars(
        sa.select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.person_id == person.id)
    ).one()


def enrol_many(
    session: Session, cohort: Cohort, candidates: Sequence[Candidate], *, by: Actor | None, now: datetime
) -> dict[uuid.UUID, Outcome]:
    """Seats for these people in their order, then places in the waiting list, with a constant number of statements.

    The cohort's row is locked, so that parallel requests are served one by one and a quota of 30 gives exactly 30.
    """
    locked(session, cohort)
    known = _known(session, cohort, [c.person_id for c in candidates])
    fresh = {
        c.person_id: c
        for c in candidates
        if c.person_id not in known or known[c.person_id].state not in PLACED
    }
    seats = _room(session, cohort)
    number = _last_number(session, cohort)
    given: list[Enrolment] = []
    for index, candidate in enumerate(fresh.values()):
        found = known.get(candidate.person_id) or Enrolment(
            cohort_id=cohort.id, person_id=candidate.person_id
        )
        seated = seats is None or index < seats
        if found.state is not EnrolmentState.REQUESTED:
            found.created_at = now
        found.state = EnrolmentState.ACTIVE if seated else EnrolmentState.WAITING
        found.queue_number = None if seated else number + index + 1
        found.unit_id, found.reason = candidate.unit_id, ""
        found.decided_at, found.decided_by = now, by.id if by else None
        given.append(found)
    session.add_all(given)
    session.flush()
    _note_enrolled(session, cohort, given, by=by, now=now)
    _tell(session, cohort, given)
    outcomes = {e.person_id: Outcome.ADDED if e.queue_number is None else Outcome.WAITING for e in given}
    return {c.person_id: outcomes.get(c.person_id, Outcome.ALREADY) for c in candidates}


def locked(session: Session, cohort: Cohort) -> Cohort:
    """Hold the cohort until the transaction ends; its columns are read anew. Rows that point to it stay writable."""
    return session.scalars(
        sa.select(Cohort)
        .where(Cohort.id == cohort.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _known(session: Session, cohort: Cohort, person_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Enrolment]:
    found = sa.select(Enrolment).where(
        Enrolment.cohort_id == cohort.id,
        Enrolment.person_id == sa.any_(sa.bindparam("wanted", type_=ARRAY(sa.Uuid))),
    )
    rows = session.scalars(found.execution_options(populate_existing=True), {"wanted": list(person_ids)})
    return {e.person_id: e for e in rows}


def _room(session: Session, cohort: Cohort) -> int | None:
    """How many seats are free; None: no limit. Call it under the lock."""
    if cohort.quota is None:
        return None
    taken = session.scalar(
        sa.select(sa.func.count()).where(
            Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE
        )
    )
    return max(0, cohort.quota - (taken or 0))


def _last_number(session: Session, cohort: Cohort) -> int:
    return (
        session.scalar(sa.select(sa.func.max(Enrolment.queue_number)).where(Enrolment.cohort_id == cohort.id))
        or 0
    )


def _tell(session: Session, cohort: Cohort, given: Sequence[Enrolment], *, promoted: bool = False) -> None:
    seated = [e for e in given if e.state is EnrolmentState.ACTIVE]
    waiting = tuple(e.person_id for e in given if e.state is EnrolmentState.WAITING)
    for enrolment in seated:
        publish(session, Enrolled(enrolment.id, enrolment.person_id, cohort.id))
    if seated:
        publish(session, SeatsGiven(cohort.id, tuple(e.person_id for e in seated), promoted))
    if waiting:
        publish(session, PutOnWaitingList(cohort.id, waiting))


def _note_enrolled(
    session: Session, cohort: Cohort, given: Sequence[Enrolment], *, by: Actor | None, now: datetime
) -> None:
    """Who was enrolled by staff; enrolling oneself is no act on others."""
    others = [str(e.person_id) for e in given if by and e.person_id != by.id]
    if others:
        note(
            session,
            "cohort:enrolled",
            "cohort",
            cohort.id,
            by=by,
            now=now,
            agency_id=cohort.agency_id,
            after={"person_ids": others},
        )


def promote(session: Session, cohort: Cohort, *, now: datetime) -> list[Enrolment]:
    """Give free seats to those who wait longest. A finished cohort promotes nobody."""
    locked(session, cohort)
    if today_in(cohort.zone, now) > cohort.ends_on:
        return []
    first = (
        sa.select(Enrolment)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.WAITING)
        .order_by(Enrolment.queue_number)
        .limit(_room(session, cohort))
        .execution_options(populate_existing=True)
    )
    promoted = list(session.scalars(first))
    for enrolment in promoted:
        enrolment.state, enrolment.queue_number, enrolment.decided_at = EnrolmentState.ACTIVE, None, now
    session.flush()
    _tell(session, cohort, promoted, promoted=True)
    return promoted


def withdraw(session: Session, enrolment: Enrolment, *, by: Actor, now: datetime, reason: str = "") -> None:
    """Give a place up; a seat goes to whoever waits longest. Learning that was recorded stays. Twice changes nothing."""
    cohort = locked(session, enrolment.cohort)
    session.refresh(enrolment)
    before = enrolment.state
    if before in {EnrolmentState.WITHDRAWN, EnrolmentState.DECLINED}:
        return
    enrolment.state, enrolment.queue_number, enrolment.reason = EnrolmentState.WITHDRAWN, None, reason
    enrolment.decided_at, enrolment.decided_by = now, by.id
    note(
        session,
        "enrolment:withdrawn",
        "enrolment",
        enrolment.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        before={"state": before.value},
        after={"reason": reason},
    )
    publish(
        session,
        EnrolmentWithdrawn(enrolment.id, enrolment.person_id, cohort.id, enrolment.person_id != by.id),
    )
    if before is EnrolmentState.ACTIVE:
        promote(session, cohort, now=now)
