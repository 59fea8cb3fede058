"""Telling those whose attempt still stands open that its time is nearly over: the one learner who has put the phone away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity
from courses.cohorts.models import Enrolment
from courses.quizzes.models import Attempt, AttemptState
from lms.jobs.queue import Work, job
from lms.notifications.models import Notification
from lms.notifications.services import notify

KIND = "quizzes:closing"
# So long before the deadline, and only of attempts that may take much longer: in a short one the clock is in view.
BEFORE = timedelta(minutes=15)
LONG = timedelta(hours=1)


@job(cron="* * * * *", lock="quizzes:closing")
def warn_closing(work: Work) -> None:
    """Every minute; each attempt once."""
    with work.transaction() as session:
        for row in closing_soon(session, now=work.now()):
            ids = {"cohort_id": row.cohort_id, "activity_id": row.activity_id, "attempt_id": row.id}
            notify(
                session,
                [row.person_id],
                kind=KIND,
                template="quizzes/mail/closing",
                path=url_for("quizzes.attempt", **ids, _external=False),
                now=work.now(),
                title=row.title,
                deadline=row.deadline,
            )


def closing_soon(session: Session, *, now: datetime) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Long attempts that end soon and of which nobody was told yet."""
    told = sa.select(Notification.id).where(
        Notification.person_id == Enrolment.person_id,
        Notification.kind == KIND,
        Notification.path.endswith(sa.cast(Attempt.id, sa.Text)),
    )
    found = (
        sa.select(
            Attempt.id,
            Attempt.activity_id,
            Attempt.deadline,
            Enrolment.cohort_id,
            Enrolment.person_id,
            Activity.title,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Activity, Activity.id == Attempt.activity_id)
        .where(
            Attempt.state == AttemptState.OPEN,
            Attempt.deadline > now,
            Attempt.deadline <= now + BEFORE,
            Attempt.deadline - Attempt.started_at >= LONG,
            ~told.exists(),
        )
    )
    return session.execute(found).all()
