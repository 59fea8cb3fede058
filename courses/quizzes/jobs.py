"""Closing attempts whose time is over."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from courses.quizzes import preparing
from courses.quizzes.models import Attempt
from courses.quizzes.queries import overdue, quiz_of
from courses.quizzes.services import close
from courses.quizzes.timing import grace_over
from lms.jobs.queue import Urgency, Work, job, later


@job(cron="* * * * *", urgency=Urgency.ANSWERS)
def close_overdue(work: Work) -> None:
    """Every minute: a job for each attempt past its deadline and grace, so that one that fails holds up no other."""
    with work.transaction() as session:
        for attempt_id in overdue(session, work.now()):
            later(session, close_attempt, once=f"quizzes:close:{attempt_id}", attempt_id=str(attempt_id))


@job(cron="* * * * *")
def prepare_papers(work: Work) -> None:
    """Every minute: a job for each class whose quiz opens soon, so that its papers lie ready."""
    with work.transaction() as session:
        preparing.forget(session, now=work.now())
        for cohort_id, activity_id in preparing.opening_soon(session, work.now()):
            later(
                session,
                prepare_class,
                once=f"quizzes:prepare:{cohort_id}:{activity_id}",
                cohort_id=str(cohort_id),
                activity_id=str(activity_id),
            )


@job()
def prepare_class(work: Work, *, cohort_id: str, activity_id: str) -> None:
    """Freeze the papers of one class, portion by portion."""
    made = preparing.PORTION
    while made == preparing.PORTION:
        with work.transaction() as session:
            made = preparing.prepare(session, uuid.UUID(cohort_id), uuid.UUID(activity_id), now=work.now())


@job(urgency=Urgency.ANSWERS)
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
