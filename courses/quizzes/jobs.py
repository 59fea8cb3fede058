"""Closing attempts whose time is over."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from courses.quizzes.models import Attempt
from courses.quizzes.queries import overdue, quiz_of
from courses.quizzes.services import close
from courses.quizzes.timing import grace_over
from lms.jobs.queue import Work, job, later


@job(cron="* * * * *")
def close_overdue(work: Work) -> None:
    """Every minute: a job for each attempt past its deadline and grace, so that one that fails holds up no other."""
    with work.transaction() as session:
        for attempt_id in overdue(session, work.now()):
            later(session, close_attempt, once=f"quizzes:close:{attempt_id}", attempt_id=str(attempt_id))


@job()
def close_attempt(work: Work, *, attempt_id: str) -> None:
    """Close one attempt with the answers that were saved, unless somebody was faster or time was added."""
    with work.transaction() as session:
        attempt = session.scalars(
            sa.select(Attempt)
            .where(Attempt.id == uuid.UUID(attempt_id))
            .options(undefer(Attempt.keys))
            .with_for_update()
        ).one()
        quiz, now = quiz_of(session, attempt.activity_id), work.now()
        if attempt.is_open and grace_over(attempt.deadline, quiz.grace_minutes, now):
            close(session, attempt, quiz, now=now, by_clock=True)
