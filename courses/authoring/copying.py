"""What a duplicated course takes along besides its lessons and projects: the question bank and its quizzes."""

from __future__ import annotations

import copy
import uuid
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.events import CourseCopied
from courses.quizzes.models import Question, Quiz, QuizQuestion
from lms.database import Model

Row = TypeVar("Row", bound=Model)


def copy_quizzes(session: Session, event: CourseCopied) -> None:
    """Every question in use gets a copy of its own, so that changing one course never changes the other."""
    bank = _copy_bank(session, event)
    for old in session.scalars(sa.select(Quiz).where(Quiz.activity_id.in_(event.activities))).all():
        session.add(_copy(old, activity_id=event.activities[old.activity_id]))
    session.flush()
    used = sa.select(QuizQuestion).where(QuizQuestion.activity_id.in_(event.activities))
    for line in session.scalars(used).all():
        if line.question_id in bank:
            session.add(
                _copy(
                    line, activity_id=event.activities[line.activity_id], question_id=bank[line.question_id]
                )
            )
    session.flush()


def _copy_bank(session: Session, event: CourseCopied) -> dict[uuid.UUID, uuid.UUID]:
    found = sa.select(Question).where(Question.course_id == event.source_id, Question.retired_at.is_(None))
    copies = {
        old.id: _copy(old, id=None, course_id=event.course_id, version=1, updated_at=event.now)
        for old in session.scalars(found).all()
    }
    session.add_all(copies.values())
    session.flush()
    return {old: new.id for old, new in copies.items()}


def _copy(row: Row, **changes: Any) -> Row:
    """The same row with some columns changed; None leaves a column to its default."""
    kept = {
        column.key: copy.deepcopy(getattr(row, column.key)) for column in sa.inspect(type(row)).column_attrs
    }
    return type(row)(**{name: value for name, value in {**kept, **changes}.items() if value is not None})
