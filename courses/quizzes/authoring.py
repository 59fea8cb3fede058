"""Making quizzes and questions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from courses.catalogue.models import Activity
from courses.quizzes.kinds.base import with_ids
from courses.quizzes.kinds.registry import check
from courses.quizzes.models import Question, Quiz, QuizQuestion


def create_quiz(session: Session, activity: Activity, **settings: Any) -> Quiz:
    """The quiz of an activity; settings are columns of Quiz."""
    quiz = Quiz(activity_id=activity.id, **settings)
    session.add(quiz)
    session.flush()
    return quiz


def add_question(
    session: Session,
    course_id: uuid.UUID,
    content: Mapping[str, Any],
    *,
    tags: Sequence[str] = (),
    now: datetime,
) -> Question:
    """A question in the bank of a course, once nothing is wrong with it. Raises Invalid at the field otherwise."""
    whole = with_ids(content)
    problems = check(whole)
    if problems:
        raise problems[0].refusal()
    question = Question(
        course_id=course_id, kind=whole["kind"], content=whole, tags=list(tags), updated_at=now
    )
    session.add(question)
    session.flush()
    return question


def use_questions(session: Session, quiz: Quiz, questions: Sequence[Question]) -> None:
    """Put questions of the bank into a quiz, in this order."""
    session.add_all(
        QuizQuestion(activity_id=quiz.activity_id, question_id=question.id, position=position)
        for position, question in enumerate(questions, 1)
    )
    session.flush()
