"""Making quizzes and questions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity
from courses.catalogue.services import Stale
from courses.quizzes.drawing import Line, plan_problems
from courses.quizzes.kinds.base import with_ids
from courses.quizzes.kinds.registry import check
from courses.quizzes.models import Question, Quiz, QuizQuestion
from courses.quizzes.queries import bank_of
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Invalid
from lms.problems import Problem

# Settings of a quiz that an author may write; the columns of Quiz by these names.
SETTINGS = (
    "intro",
    "intro_source",
    "role",
    "time_limit_minutes",
    "attempts_allowed",
    "counts",
    "pass_mark",
    "shuffle",
    "reveal",
    "grace_minutes",
    "offline",
    "draw",
)


def create_quiz(session: Session, activity: Activity, **settings: Any) -> Quiz:
    """The quiz of an activity; settings are columns of Quiz."""
    quiz = Quiz(activity_id=activity.id, **settings)
    session.add(quiz)
    session.flush()
    describe(session, quiz)
    return quiz


def change_quiz(session: Session, quiz: Quiz, *, by: Actor, now: datetime, **settings: Any) -> None:
    """Write settings of a quiz (SETTINGS). Attempts that have begun keep their paper, deadline and rules of marking."""
    before = {name: str(getattr(quiz, name)) for name in settings if name != "intro"}
    for name in SETTINGS:
        if name in settings:
            setattr(quiz, name, settings[name])
    after = {name: str(settings[name]) for name in before}
    changed = {name for name in before if before[name] != after[name]}
    if changed:
        note(
            session,
            "quiz:changed",
            "activity",
            quiz.activity_id,
            by=by,
            now=now,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    session.flush()
    describe(session, quiz)


def add_question(
    session: Session,
    course_id: uuid.UUID,
    content: Mapping[str, Any],
    *,
    tags: Sequence[str] = (),
    source: Mapping[str, str] | None = None,
    now: datetime,
) -> Question:
    """A question in the bank of a course, once nothing is wrong with it. Raises Invalid at the field otherwise.

    `source` is the Markdown of its text and explanation, if it was written in Markdown.
    """
    whole = _whole(content)
    question = Question(
        course_id=course_id,
        kind=whole["kind"],
        content=whole,
        source=dict(source or {}),
        tags=list(tags),
        updated_at=now,
    )
    session.add(question)
    session.flush()
    return question


def change_question(
    session: Session,
    question: Question,
    content: Mapping[str, Any],
    *,
    tags: Sequence[str],
    source: Mapping[str, str],
    now: datetime,
    version: int | None = None,
) -> Question:
    """A new version of a question. Attempts that show an older one keep it and are marked by it.

    With `version` (what the editor saw) a question that somebody else saved since raises Stale.
    """
    whole = _whole(content)
    session.refresh(question, with_for_update=True)
    if (whole, list(tags), dict(source)) == (question.content, question.tags, question.source):
        return question
    if version not in (None, question.version):
        raise Stale
    question.content, question.tags, question.source = whole, list(tags), dict(source)
    question.version += 1
    question.updated_at = now
    session.flush()
    return question


def retire_question(session: Session, question: Question, *, now: datetime, back: bool = False) -> None:
    """Take a question out of new papers, or bring it back. Quizzes keep their place for it."""
    question.retired_at = None if back else question.retired_at or now
    session.flush()


def _whole(content: Mapping[str, Any]) -> dict[str, Any]:
    whole = with_ids(content)
    problems = check(whole)
    if problems:
        raise problems[0].refusal()
    return whole


def use_questions(session: Session, quiz: Quiz, questions: Sequence[Question]) -> None:
    """Put questions of the bank into a quiz, in this order."""
    session.add_all(
        QuizQuestion(activity_id=quiz.activity_id, question_id=question.id, position=position)
        for position, question in enumerate(questions, 1)
    )
    session.flush()
    describe(session, quiz)


def choose_questions(
    session: Session, quiz: Quiz, question_ids: Sequence[uuid.UUID], plan: Sequence[Line] | None
) -> None:
    """The questions that a quiz may use, in this order, and the plan by which each paper is drawn from them.

    Ids that are not of the quiz's course are refused, and so is a plan that the questions cannot fill.
    """
    course_id = sa.select(Activity.course_id).where(Activity.id == quiz.activity_id).scalar_subquery()
    known = set(
        session.scalars(
            sa.select(Question.id).where(Question.course_id == course_id, Question.id.in_(question_ids))
        )
    )
    if set(question_ids) - known:
        raise Invalid(N_("Sebagian soal tidak ada di bank soal kursus ini. Muat ulang halaman ini."))
    session.execute(sa.delete(QuizQuestion).where(QuizQuestion.activity_id == quiz.activity_id))
    rows = [
        {"activity_id": quiz.activity_id, "question_id": id_, "position": position}
        for position, id_ in enumerate(dict.fromkeys(question_ids), 1)
    ]
    if rows:
        session.execute(sa.insert(QuizQuestion), rows)
    problems = plan_faults(session, quiz.activity_id, plan)
    if problems:
        raise problems[0].refusal()
    quiz.draw = [list(line) for line in plan] if plan else None
    session.flush()
    describe(session, quiz)


def plan_faults(session: Session, activity_id: uuid.UUID, plan: Sequence[Line] | None) -> list[Problem]:
    """Why the chosen questions cannot fill a plan; empty when they can, or when there is no plan."""
    bank = [(row.id, row.tags) for row in bank_of(session, activity_id)]
    return plan_problems(bank, plan) if plan else []


def describe(session: Session, quiz: Quiz) -> None:
    """Write into the activity what its row says: how many questions and minutes, and which test it is."""
    activity = session.get_one(Activity, quiz.activity_id)
    if quiz.draw:
        count = sum(line[1] for line in quiz.draw)
    else:
        count = len(bank_of(session, quiz.activity_id))
    activity.detail = {
        "questions": count,
        "limit": quiz.time_limit_minutes,
        "role": str(quiz.role or "practice"),
    }
    session.flush()
