"""Recording progress. Activities call `record`; nothing here knows what kind they are."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.selectable import ExecutableReturnsRows

from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.cohorts.services import locked
from courses.progress.events import ActivityFinished
from courses.progress.models import MarkEntry, Progress, State
from lms.access import Actor
from lms.events import publish
from lms.notifications.queries import told_since
from lms.notifications.services import notify

REMINDER = "progress:reminder"
SAME = timedelta(minutes=10)

_ENROLMENT = sa.bindparam("enrolment", type_=sa.Uuid)
_ACTIVITY = sa.bindparam("activity", type_=sa.Uuid)
_NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))


def begin(session: Session, enrolment_id: uuid.UUID, activity_id: uuid.UUID, *, now: datetime) -> Progress:
    """The row of an activity, made if this is the first time, and locked until the transaction ends: one statement."""
    asked = {"enrolment": enrolment_id, "activity": activity_id, "now": now}
    options = {"populate_existing": True}
    progress: Progress = session.scalars(_begun(), asked, execution_options=options).one()
    return progress


@cache
def _begun() -> ExecutableReturnsRows:
    row = insert(Progress).values(
        enrolment_id=_ENROLMENT,
        activity_id=_ACTIVITY,
        state=State.DOING,
        detail={},
        began_at=_NOW,
        updated_at=_NOW,
    )
    # An update that changes nothing, so that an older row is locked and returned as well.
    upsert = row.on_conflict_do_update(
        index_elements=[Progress.enrolment_id, Progress.activity_id], set_={"state": Progress.state}
    )
    return sa.select(Progress).from_statement(upsert.returning(Progress))


def record(
    session: Session,
    enrolment_id: uuid.UUID,
    activity_id: uuid.UUID,
    state: State,
    *,
    now: datetime,
    percent: Decimal | None = None,
    passed: bool | None = None,
    by: uuid.UUID | None = None,
    reason: str = "",
) -> Progress:
    """Note where an activity stands. What is done stays done; marks are kept in the ledger, the given one counts."""
    marked = percent is not None or passed is not None
    marks = {"percent": percent, "passed": passed} if marked else {}
    progress, before = _noted(session, enrolment_id, activity_id, state, marks, now)
    if marked:
        session.add(
            MarkEntry(
                enrolment_id=enrolment_id,
                activity_id=activity_id,
                percent=percent,
                passed=passed,
                given_by=by,
                reason=reason,
                at=now,
            )
        )
    session.flush()
    # Of two requests at once both saw it open before, but only one of them was first.
    if before != State.DONE and progress.state is State.DONE and progress.done_at == now:
        publish(session, ActivityFinished(enrolment_id, activity_id))
    return progress


def _noted(
    session: Session,
    enrolment_id: uuid.UUID,
    activity_id: uuid.UUID,
    state: State,
    marks: Mapping[str, Any],
    now: datetime,
) -> tuple[Progress, State | None]:
    """The row with what is new in it, and the state it had when the statement began: one statement."""
    asked = {"enrolment": enrolment_id, "activity": activity_id, "state": state, "now": now, **marks}
    asked["done_at"] = now if state is State.DONE else None
    statement = _noting(marked=bool(marks))
    progress, before = session.execute(statement, asked, execution_options={"populate_existing": True}).one()
    return progress, before


@cache
def _noting(*, marked: bool) -> ExecutableReturnsRows:
    old, column = aliased(Progress), Progress.__table__.c
    before = sa.select(old.state).where(old.enrolment_id == _ENROLMENT, old.activity_id == _ACTIVITY)
    names = ("percent", "passed") if marked else ()
    marks = {name: sa.bindparam(name, type_=column[name].type) for name in names}
    row = insert(Progress).values(
        enrolment_id=_ENROLMENT,
        activity_id=_ACTIVITY,
        state=sa.bindparam("state", type_=column.state.type),
        detail={},
        began_at=_NOW,
        done_at=sa.bindparam("done_at", type_=sa.DateTime(timezone=True)),
        updated_at=_NOW,
        **marks,
    )
    was_done = Progress.state == State.DONE
    upsert = row.on_conflict_do_update(
        index_elements=[Progress.enrolment_id, Progress.activity_id],
        set_={
            "state": sa.case((was_done, Progress.state), else_=row.excluded.state),
            "done_at": sa.case((was_done, Progress.done_at), else_=row.excluded.done_at),
            "updated_at": _NOW,
            **marks,
        },
    )
    then = before.scalar_subquery().label("before")
    return sa.select(Progress, then).from_statement(upsert.returning(Progress, then))


def take_back(
    session: Session,
    enrolment_id: uuid.UUID,
    activity_id: uuid.UUID,
    state: State,
    *,
    now: datetime,
    by: uuid.UUID,
    reason: str,
) -> Progress:
    """A mark is being looked at again: it counts no more, the ledger says so, and the activity stands at `state`."""
    progress = begin(session, enrolment_id, activity_id, now=now)
    progress.percent, progress.passed, progress.state, progress.updated_at = None, None, state, now
    if state is not State.DONE:
        progress.done_at = None
    session.add(
        MarkEntry(enrolment_id=enrolment_id, activity_id=activity_id, given_by=by, reason=reason, at=now)
    )
    session.flush()
    return progress


def remind(
    session: Session, cohort: Cohort, enrolment_ids: Sequence[uuid.UUID], *, by: Actor, now: datetime
) -> int:
    """Remind learners of a class of what they still have to do; returns how many were told.

    A form that is sent again, because its answer was lost on the way, reminds nobody twice.
    """
    locked(session, cohort)
    path = f"/kelas/{cohort.id}"
    people = session.scalars(
        sa.select(Enrolment.person_id).where(
            Enrolment.id.in_(enrolment_ids),
            Enrolment.cohort_id == cohort.id,
            Enrolment.state == EnrolmentState.ACTIVE,
        )
    ).all()
    notify(
        session,
        set(people) - told_since(session, people, REMINDER, path, now - SAME),
        kind=REMINDER,
        template="progress/mail/reminder",
        path=path,
        now=now,
        course=cohort.course.title,
        ends_on=cohort.ends_on,
        sender=by.name,
    )
    return len(people)
