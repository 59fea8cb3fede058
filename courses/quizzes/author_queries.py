"""Finding questions and quizzes, for those who write them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course
from courses.catalogue.permissions import BROWSE
from courses.catalogue.queries import may_edit
from courses.quizzes.models import Question, Quiz, QuizQuestion
from lms.access import Actor, agencies_where
from lms.errors import Forbidden, NotFound
from lms.media.models import Media
from lms.web import PER_PAGE

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def authored_course(session: Session, actor: Actor, course_id: uuid.UUID) -> Course:
    """A course that the actor may change. Another agency's: NotFound; not theirs to change: Forbidden."""
    course = session.scalars(
        sa.select(Course).where(Course.id == course_id, Course.agency_id.in_(agencies_where(actor, BROWSE)))
    ).one_or_none()
    if course is None:
        raise NotFound
    if not may_edit(session, actor, course):
        raise Forbidden
    return course


def question_of(session: Session, course: Course, question_id: uuid.UUID) -> Question:
    """A question of this course's bank."""
    found = sa.select(Question).where(Question.id == question_id, Question.course_id == course.id)
    question = session.scalars(found).one_or_none()
    if question is None:
        raise NotFound
    return question


def bank(
    session: Session, course: Course, *, kind: str = "", tag: str = "", retired: bool = False, page: int = 1
) -> tuple[Sequence[Question], bool]:
    """A page of the bank, the last changed in front, and whether there is another page."""
    found = sa.select(Question).where(
        Question.course_id == course.id,
        Question.retired_at.is_not(None) if retired else Question.retired_at.is_(None),
    )
    if kind:
        found = found.where(Question.kind == kind)
    if tag:
        found = found.where(Question.tags.contains([tag]))
    found = (
        found.order_by(Question.updated_at.desc(), Question.id)
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    )
    questions = session.scalars(found).all()
    return questions[:PER_PAGE], len(questions) > PER_PAGE


def tags_in(session: Session, course: Course) -> list[str]:
    """Every label in a course's bank, in order."""
    each = sa.func.jsonb_array_elements_text(Question.tags)
    found = sa.select(each).where(Question.course_id == course.id)
    return sorted(session.scalars(found.distinct()))


def authored_quiz(session: Session, course: Course, activity_id: uuid.UUID) -> tuple[Quiz, Activity]:
    """A quiz of this course with its activity."""
    row = session.execute(
        sa.select(Quiz, Activity)
        .join(Activity, Activity.id == Quiz.activity_id)
        .where(Quiz.activity_id == activity_id, Activity.course_id == course.id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class Choosable:
    """A question that a quiz may use; `position` is None while it does not."""

    id: uuid.UUID
    kind: str
    text: str
    tags: Sequence[str]
    position: int | None


def choosable(session: Session, course: Course, activity_id: uuid.UUID) -> list[Choosable]:
    """The whole bank without what is retired: those in use in their order, then the others."""
    rows = session.execute(
        sa.select(
            Question.id, Question.kind, Question.content["text"].astext, Question.tags, QuizQuestion.position
        )
        .outerjoin(
            QuizQuestion,
            sa.and_(QuizQuestion.question_id == Question.id, QuizQuestion.activity_id == activity_id),
        )
        .where(Question.course_id == course.id, Question.retired_at.is_(None))
        .order_by(QuizQuestion.position.nulls_last(), Question.id)
    )
    return [Choosable(*tuple(row)) for row in rows]


def own_pictures(session: Session, course: Course, media_ids: Iterable[str]) -> set[str]:
    """Those of these ids that name a picture of the course's agency; one statement, none for no ids."""
    wanted = {id_ for id_ in media_ids if _UUID.fullmatch(id_)}
    found = sa.select(Media.id).where(
        Media.id.in_(wanted), Media.agency_id == course.agency_id, Media.content_type.startswith("image/")
    )
    return {str(id_) for id_ in session.scalars(found)} if wanted else set()
