"""Finding quizzes, attempts and answers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.cohorts.queries import Seat
from courses.quizzes.models import Answer, Attempt, AttemptState, ExtraTime, Question, Quiz, QuizQuestion
from lms.errors import NotFound


def quiz_of(session: Session, activity_id: uuid.UUID) -> Quiz:
    """The quiz of an activity that the caller has already found for its reader."""
    quiz = session.get(Quiz, activity_id)
    if quiz is None:
        raise NotFound
    return quiz


def attempts_of(session: Session, seat: Seat, activity_id: uuid.UUID) -> Sequence[Attempt]:
    """The learner's attempts at a quiz, the first in front."""
    found = sa.select(Attempt).where(
        Attempt.enrolment_id == seat.enrolment_id, Attempt.activity_id == activity_id
    )
    return session.scalars(found.order_by(Attempt.number)).all()


def attempt_of(session: Session, seat: Seat, attempt_id: uuid.UUID, *, lock: bool = False) -> Attempt:
    """One of the learner's own attempts; somebody else's does not exist."""
    found = sa.select(Attempt).where(Attempt.id == attempt_id, Attempt.enrolment_id == seat.enrolment_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    attempt = session.scalars(found).one_or_none()
    if attempt is None:
        raise NotFound
    return attempt


def answers_of(session: Session, attempt_id: uuid.UUID) -> dict[int, Answer]:
    """The saved answers of an attempt by question number."""
    found = session.scalars(sa.select(Answer).where(Answer.attempt_id == attempt_id))
    return {answer.number: answer for answer in found}


def bank_of(session: Session, activity_id: uuid.UUID) -> Sequence[Question]:
    """The questions that a quiz may use, in the author's order."""
    found = (
        sa.select(Question)
        .join(QuizQuestion, QuizQuestion.question_id == Question.id)
        .where(QuizQuestion.activity_id == activity_id, Question.retired_at.is_(None))
    )
    return session.scalars(found.order_by(QuizQuestion.position, Question.id)).all()


def extra_percent(session: Session, enrolment_id: uuid.UUID, activity_id: uuid.UUID) -> int:
    """How much longer this person may take, in percent of the limit."""
    extra = session.get(ExtraTime, (enrolment_id, activity_id))
    return extra.percent if extra else 0


def overdue(session: Session, now: object) -> Sequence[uuid.UUID]:
    """Open attempts whose deadline and grace are over."""
    found = (
        sa.select(Attempt.id)
        .join(Quiz, Quiz.activity_id == Attempt.activity_id)
        .where(
            Attempt.state == AttemptState.OPEN,
            Attempt.deadline + sa.func.make_interval(0, 0, 0, 0, 0, Quiz.grace_minutes) < now,
        )
    )
    return session.scalars(found.order_by(Attempt.deadline)).all()
