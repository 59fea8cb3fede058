"""Finding what a class did in its quizzes, for those who teach and oversee it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, undefer

from courses.catalogue.models import Activity, Kind, Module
from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.cohorts.queries import cohort_of, teaches
from courses.progress.models import Progress
from courses.quizzes.models import Answer, AnswerMark, Attempt, AttemptState, ExtraTime, Quiz, QuizRole
from courses.quizzes.permissions import MARK_ALL
from lms.access import Actor, agencies_where
from lms.errors import Forbidden, NotFound
from lms.people.models import Person, Unit


def staffed_cohort(session: Session, actor: Actor, cohort_id: uuid.UUID) -> Cohort:
    """A cohort in which the actor may mark: its staff, and administrators of its agency.

    Who may not know of it gets NotFound; who may only look gets Forbidden.
    """
    cohort = cohort_of(session, actor, cohort_id)
    if not may_mark(session, actor, cohort):
        raise Forbidden
    return cohort


def may_mark(session: Session, actor: Actor, cohort: Cohort) -> bool:
    return cohort.agency_id in agencies_where(actor, MARK_ALL) or teaches(session, actor, cohort.id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that waits for a person, with the question's text (HTML) as it was shown."""

    attempt_id: uuid.UUID
    number: int
    text: str
    person: str
    title: str
    submitted_at: datetime


def _waiting() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Answer.attempt_id,
            Answer.number,
            Attempt.paper[Answer.number - 1]["text"].astext,
            Person.full_name,
            Activity.title,
            Attempt.submitted_at,
        )
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Activity, Activity.id == Attempt.activity_id)
        .where(Answer.waits)
        .order_by(Attempt.submitted_at, Answer.attempt_id, Answer.number)
    )


def waiting_in(session: Session, cohort_id: uuid.UUID, *, limit: int = 200) -> list[Waiting]:
    """What waits to be marked in a cohort, the oldest in front."""
    rows = session.execute(_waiting().where(Enrolment.cohort_id == cohort_id).limit(limit))
    return [Waiting(*tuple(row)) for row in rows]


def waiting_per_class(classes: sa.Select[uuid.UUID]) -> sa.Select[uuid.UUID, int]:
    """How many answers wait for a person in each of some classes that have any: (cohort_id, count)."""
    return (
        sa.select(Enrolment.cohort_id, sa.func.count())
        .select_from(Answer)
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Answer.waits, Enrolment.cohort_id.in_(classes))
        .group_by(Enrolment.cohort_id)
    )


@dataclass(frozen=True, slots=True)
class Script:
    """One answer on the marker's desk. `attempt` has its keys."""

    attempt: Attempt
    quiz: Quiz
    answer: Answer
    person_id: uuid.UUID
    person: str
    title: str

    @property
    def content(self) -> dict[str, Any]:
        """The question as it was when the attempt began, with its rubric."""
        content: dict[str, Any] = self.attempt.keys[self.answer.number - 1]["content"]
        return content


def script_of(
    session: Session, cohort: Cohort, attempt_id: uuid.UUID, number: int, *, lock: bool = False
) -> Script:
    """An answer that a person marks, in this cohort; anything else does not exist."""
    found = (
        sa.select(Attempt, Quiz, Answer, Person.id, Person.full_name, Activity.title)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Quiz, Quiz.activity_id == Attempt.activity_id)
        .join(Activity, Activity.id == Attempt.activity_id)
        .join(Answer, Answer.attempt_id == Attempt.id)
        .where(
            Attempt.id == attempt_id,
            Enrolment.cohort_id == cohort.id,
            Attempt.state != AttemptState.OPEN,
            Answer.number == number,
            sa.or_(Answer.waits, Answer.share.is_not(None)),
        )
        .options(undefer(Attempt.keys))
    )
    if lock:
        found = found.with_for_update(of=[Attempt, Answer])
    row = session.execute(found, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound
    return Script(*row)


@dataclass(frozen=True, slots=True)
class Marked:
    """One mark in an answer's history."""

    share: Decimal
    comment: str
    reason: str
    by: str
    at: datetime


def history_of(session: Session, attempt_id: uuid.UUID, number: int) -> list[Marked]:
    """Every mark that an answer was given, the newest in front."""
    rows = session.execute(
        sa.select(
            AnswerMark.share,
            AnswerMark.marking["comment"].astext,
            AnswerMark.reason,
            Person.full_name,
            AnswerMark.at,
        )
        .join(Person, Person.id == AnswerMark.marked_by)
        .where(AnswerMark.attempt_id == attempt_id, AnswerMark.number == number)
        .order_by(AnswerMark.at.desc(), AnswerMark.id.desc())
    )
    return [Marked(*tuple(row)) for row in rows]


@dataclass(frozen=True, slots=True)
class QuizResult:
    """A quiz as a class did it. Means are over those who have a mark, which are `marked` people."""

    activity_id: uuid.UUID
    title: str
    role: QuizRole
    began: int
    marked: int
    waiting: int
    passed: int
    mean: Decimal | None

    @property
    def pass_percent(self) -> int | None:
        return 100 * self.passed // self.marked if self.marked else None


def quiz_results(session: Session, cohort: Cohort) -> list[QuizResult]:
    """Every quiz of a cohort's course in order: one statement."""
    seats = sa.select(Enrolment.id).where(
        Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE
    )
    rows = session.execute(
        sa.select(
            Activity.id,
            Activity.title,
            Quiz.role,
            sa.func.count(Progress.enrolment_id),
            sa.func.count(Progress.percent),
            sa.func.count().filter(Progress.state == "waiting"),
            sa.func.count().filter(Progress.passed.is_(True)),
            sa.func.avg(Progress.percent),
        )
        .join(Quiz, Quiz.activity_id == Activity.id)
        .join(Module, Module.id == Activity.module_id)
        .outerjoin(Progress, sa.and_(Progress.activity_id == Activity.id, Progress.enrolment_id.in_(seats)))
        .where(Activity.course_id == cohort.course_id, Activity.kind == Kind.QUIZ, Activity.published)
        .group_by(Activity.id, Quiz.role, Module.position, Module.id)
        .order_by(Module.position, Module.id, Activity.position, Activity.id)
    )
    return [QuizResult(*tuple(row)) for row in rows]


def pre_post_pairs(session: Session, cohort: Cohort) -> list[tuple[Decimal, Decimal]]:
    """The marks (first test, last test) of everybody in a cohort who has both: one statement."""
    first, last = aliased(Progress), aliased(Progress)
    first_quiz, last_quiz = aliased(Quiz), aliased(Quiz)
    rows = session.execute(
        sa.select(sa.func.max(first.percent), sa.func.max(last.percent))
        .select_from(Enrolment)
        .join(first, first.enrolment_id == Enrolment.id)
        .join(
            first_quiz, sa.and_(first_quiz.activity_id == first.activity_id, first_quiz.role == QuizRole.PRE)
        )
        .join(last, last.enrolment_id == Enrolment.id)
        .join(last_quiz, sa.and_(last_quiz.activity_id == last.activity_id, last_quiz.role == QuizRole.POST))
        .where(
            Enrolment.cohort_id == cohort.id,
            Enrolment.state == EnrolmentState.ACTIVE,
            first.percent.is_not(None),
            last.percent.is_not(None),
        )
        .group_by(Enrolment.id)
    )
    return [
        (first_mark, last_mark)
        for first_mark, last_mark in rows
        if first_mark is not None and last_mark is not None
    ]


@dataclass(frozen=True, slots=True)
class TimeRow:
    """A learner of a cohort with the extra time for one quiz; `deadline` is that of a running attempt."""

    enrolment_id: uuid.UUID
    name: str
    unit: str
    percent: int
    deadline: datetime | None


def time_rows(session: Session, cohort: Cohort, activity_id: uuid.UUID) -> list[TimeRow]:
    """Everybody in a cohort by name, with their extra time for a quiz and the deadline of a running attempt."""
    rows = session.execute(
        sa.select(
            Enrolment.id,
            Person.full_name,
            sa.func.coalesce(Unit.name, ""),
            sa.func.coalesce(ExtraTime.percent, 0),
            Attempt.deadline,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(
            ExtraTime,
            sa.and_(ExtraTime.enrolment_id == Enrolment.id, ExtraTime.activity_id == activity_id),
        )
        .outerjoin(
            Attempt,
            sa.and_(
                Attempt.enrolment_id == Enrolment.id,
                Attempt.activity_id == activity_id,
                Attempt.state == AttemptState.OPEN,
            ),
        )
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE)
        .order_by(Person.full_name, Enrolment.id)
    )
    return [TimeRow(id_, name, unit, percent, deadline) for id_, name, unit, percent, deadline in rows]


def quiz_in(session: Session, cohort: Cohort, activity_id: uuid.UUID) -> tuple[Quiz, str]:
    """A quiz of a cohort's course, with its title."""
    row = session.execute(
        sa.select(Quiz, Activity.title)
        .join(Activity, Activity.id == Quiz.activity_id)
        .where(Quiz.activity_id == activity_id, Activity.course_id == cohort.course_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def person_of(session: Session, enrolment_id: uuid.UUID, activity_id: uuid.UUID) -> sa.Row[*tuple[Any, ...]]:
    """Whom a mark concerns: (person id, cohort id, title of the quiz)."""
    return session.execute(
        sa.select(Enrolment.person_id, Enrolment.cohort_id, Activity.title)
        .join(Activity, Activity.id == activity_id)
        .where(Enrolment.id == enrolment_id)
    ).one()
