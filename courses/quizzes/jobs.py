"""Closing attempts whose time is over."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from courses.quizzes.models import Attempt
from courses.quizzes.queries import overdue, quiz_of
from courses.quizzes.services import close
from lms.jobs.queue import Work, job


@job(cron="* * * * *")
def close_overdue(work: Work) -> None:
    """Close what is past its deadline and grace, with the answers that were saved; each in its own transaction."""
    with work.transaction() as session:
        late = overdue(session, work.now())
    for attempt_id in late:
        close_one(work, attempt_id)


def close_one(work: Work, attempt_id: uuid.UUID) -> None:
    with work.transaction() as session:
        attempt = session.scalars(sa.select(Attempt).where(Attempt.id == attempt_id).with_for_update()).one()
        if attempt.is_open:
            close(session, attempt, quiz_of(session, attempt.activity_id), now=work.now(), by_clock=True)
