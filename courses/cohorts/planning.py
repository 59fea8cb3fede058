"""Changing a cohort: its settings, its publication, its dates, and a copy of it for the next batch."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.cohorts.models import (
    ActivityDates,
    Cohort,
    CohortStaff,
    Enrolment,
    EnrolmentState,
)
from courses.cohorts.plan import Plan, Times
from courses.cohorts.schedule import copied_dates, next_name
from courses.cohorts.services import locked, open_cohort, promote
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Invalid

# Calendars must notice when one of these changes.
DATED = frozenset({"name", "starts_on", "ends_on", "zone", "place"})


def open_planned(
    session: Session,
    agency_id: uuid.UUID,
    course_id: uuid.UUID,
    plan: Plan,
    *,
    by: Actor,
    now: datetime,
) -> Cohort:
    """A new cohort as planned."""
    plan.check()
    return open_cohort(session, agency_id, course_id, by=by, now=now, **plan.values())


def change(session: Session, cohort: Cohort, plan: Plan, *, by: Actor, now: datetime) -> None:
    """Change a cohort. When the quota grows, those who wait longest get the new seats.

    A quota below the seats already given is refused: nobody loses a seat by it.
    """
    plan.check()
    locked(session, cohort)
    taken = seats_taken(session, cohort)
    if plan.quota is not None and plan.quota < taken:
        raise Invalid(
            N_("Sudah ada %(taken)s peserta. Kuota tidak boleh lebih kecil dari itu."),
            field="quota",
            taken=taken,
        )
    wanted = plan.values()
    before = {name: getattr(cohort, name) for name in wanted if getattr(cohort, name) != wanted[name]}
    if not before:
        return
    for name in before:
        setattr(cohort, name, wanted[name])
    cohort.revision += bool(DATED & before.keys())
    _note(
        session, "cohort:changed", cohort, by=by, now=now, before=_plain(before), after=_plain(wanted, before)
    )
    session.flush()
    promote(session, cohort, now=now)


def seats_taken(session: Session, cohort: Cohort) -> int:
    counted = sa.select(sa.func.count()).where(
        Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE
    )
    return session.scalar(counted) or 0


def _plain(values: Mapping[str, Any], only: Mapping[str, Any] | None = None) -> dict[str, Any]:
    names = values if only is None else only
    return {name: None if values[name] is None else str(values[name]) for name in names}


def publish_cohort(session: Session, cohort: Cohort, *, by: Actor, now: datetime, published: bool) -> None:
    """Show a cohort to learners, or take it back while nobody has a seat."""
    if cohort.published == published:
        return
    if not published and seats_taken(session, cohort):
        raise Invalid(N_("Kelas ini sudah mempunyai peserta, jadi tidak dapat ditarik kembali menjadi draf."))
    cohort.published = published
    cohort.revision += 1
    act = "cohort:published" if published else "cohort:unpublished"
    _note(session, act, cohort, by=by, now=now, after={"name": cohort.name})


def duplicate(session: Session, cohort: Cohort, *, by: Actor, now: datetime) -> Cohort:
    """The next batch as a draft: same settings, staff and rhythm, whole weeks later; nobody is enrolled."""
    dates = copied_dates(cohort.starts_on, cohort.ends_on)
    copy = open_cohort(
        session,
        cohort.agency_id,
        cohort.course_id,
        name=next_name(cohort.name),
        starts_on=dates.starts_on,
        ends_on=dates.ends_on,
        zone=cohort.zone,
        quota=cohort.quota,
        delivery=cohort.delivery,
        place=cohort.place,
        admission=cohort.admission,
        enrol_from=cohort.enrol_from and cohort.enrol_from + dates.later,
        enrol_until=cohort.enrol_until and cohort.enrol_until + dates.later,
        rule=cohort.rule,
        by=by,
        now=now,
    )
    _copy(session, CohortStaff, cohort, copy, [CohortStaff.person_id])
    moved = [
        ActivityDates.activity_id,
        ActivityDates.opens_at + dates.later,
        ActivityDates.due_at + dates.later,
    ]
    _copy(session, ActivityDates, cohort, copy, moved)
    return copy


def _copy(
    session: Session,
    table: type[CohortStaff] | type[ActivityDates],
    old: Cohort,
    new: Cohort,
    columns: list[sa.ColumnElement[Any]] | list[Any],
) -> None:
    names = table.__table__.columns.keys()
    rows = sa.select(sa.literal(new.id, sa.Uuid), *columns).where(table.cohort_id == old.id)
    session.execute(sa.insert(table).from_select(names, rows))


def set_dates(
    session: Session, cohort: Cohort, times: Mapping[uuid.UUID, Times], *, by: Actor, now: datetime
) -> None:
    """Keep the dates of these activities of the cohort's course, in two statements whatever their number."""
    rows = [
        {"cohort_id": cohort.id, "activity_id": id_, "opens_at": t.opens_at, "due_at": t.due_at}
        for id_, t in times.items()
        if t.opens_at or t.due_at
    ]
    session.execute(
        sa.delete(ActivityDates).where(
            ActivityDates.cohort_id == cohort.id, ActivityDates.activity_id.in_(list(times))
        )
    )
    if rows:
        session.execute(insert(ActivityDates), rows)
    cohort.revision += 1
    _note(session, "cohort:dated", cohort, by=by, now=now, after={"activities": len(rows)})


def _note(
    session: Session,
    act: str,
    cohort: Cohort,
    *,
    by: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    note(
        session,
        act,
        "cohort",
        cohort.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        before=before,
        after=after,
    )
