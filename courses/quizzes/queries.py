"""Finding quizzes, attempts and answers, for the learner who takes them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from courses.catalogue.models import Activity, Course
from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.cohorts.queries import Seat
from courses.quizzes.models import (
    Answer,
    AnswerRevision,
    Attempt,
    AttemptState,
    ExtraTime,
    LateAnswer,
    PreparedPaper,
    Question,
    Quiz,
    QuizQuestion,
)
from lms.access import Actor
from lms.errors import NotFound


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer to one question that counts, with the mark that a person gave it.

    `other` is (answer, when it arrived) from elsewhere while the learner has still to choose between the two.
    """

    value: Any
    revision: int
    saved_at: datetime
    share: Decimal | None = None
    comment: str = ""
    other: tuple[Any, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt with everything its pages say around it: one statement. `answers` is empty when it was locked.

    `undecided` counts the late answers on which nobody has decided yet.
    """

    attempt: Attempt
    quiz: Quiz
    title: str
    seat: Seat
    answers: Mapping[int, Saved]
    undecided: int

    @property
    def open_numbers(self) -> list[int]:
        """The questions without an answer."""
        numbers = range(1, len(self.attempt.paper) + 1)
        return [n for n in numbers if n not in self.answers or self.answers[n].value is None]

    @property
    def conflicts(self) -> list[int]:
        """The questions with two answers between which the learner has still to choose."""
        return [number for number, saved in sorted(self.answers.items()) if saved.other]

    @property
    def saved_at(self) -> datetime | None:
        """When the last answer arrived."""
        return max((saved.saved_at for saved in self.answers.values()), default=None)


_OTHER = (
    sa.select(sa.func.jsonb_build_array(AnswerRevision.value, AnswerRevision.saved_at))
    .where(
        AnswerRevision.attempt_id == Answer.attempt_id,
        AnswerRevision.number == Answer.number,
        AnswerRevision.revision == Answer.conflict,
    )
    .correlate(Answer)
    .scalar_subquery()
)
_ANSWERS = (
    sa.select(
        sa.func.jsonb_object_agg(
            sa.cast(Answer.number, sa.Text),
            sa.func.jsonb_build_array(
                Answer.value,
                Answer.revision,
                Answer.saved_at,
                sa.cast(Answer.share, sa.Text),
                Answer.marking["comment"].astext,
                _OTHER,
            ),
        )
    )
    .where(Answer.attempt_id == Attempt.id)
    .correlate(Attempt)
    .scalar_subquery()
)
_UNDECIDED = (
    sa.select(sa.func.count())
    .where(LateAnswer.attempt_id == Attempt.id, LateAnswer.accepted.is_(None))
    .correlate(Attempt)
    .scalar_subquery()
)
_SEAT = {
    "enrolment_id": Enrolment.id,
    "cohort_id": Cohort.id,
    "course_id": Course.id,
    "person_id": Enrolment.person_id,
    "cohort_name": Cohort.name,
    "course_title": Course.title,
    "jp": Course.jp,
    "starts_on": Cohort.starts_on,
    "ends_on": Cohort.ends_on,
    "zone": Cohort.zone,
    "rule": Cohort.rule,
}


def sitting_of(
    session: Session,
    actor: Actor,
    cohort_id: uuid.UUID,
    activity_id: uuid.UUID,
    attempt_id: uuid.UUID,
    *,
    lock: bool = False,
    keys: bool = False,
) -> Sitting:
    """One of the actor's own attempts; anybody else's does not exist.

    With `lock` its row is locked and the answers are left out: another transaction may just be writing them.
    """
    asked = {"attempt": attempt_id, "activity": activity_id, "cohort": cohort_id, "person": actor.id}
    options = {"populate_existing": True}
    row = session.execute(_sitting_select(lock, keys), asked, execution_options=options).one_or_none()
    if row is None:
        raise NotFound
    seat = Seat(**dict(zip(_SEAT, row[5:], strict=True)))
    return Sitting(row[0], row[1], row[2], seat, _answers(row[3] or {}), row[4])


@cache
def _sitting_select(lock: bool, keys: bool) -> sa.Select[*tuple[Any, ...]]:
    found = (
        sa.select(Attempt, Quiz, Activity.title, sa.null() if lock else _ANSWERS, _UNDECIDED, *_SEAT.values())
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .join(Quiz, Quiz.activity_id == Attempt.activity_id)
        .join(Activity, Activity.id == Attempt.activity_id)
        .where(
            Attempt.id == sa.bindparam("attempt"),
            Attempt.activity_id == sa.bindparam("activity"),
            Enrolment.cohort_id == sa.bindparam("cohort"),
            Enrolment.person_id == sa.bindparam("person"),
            Enrolment.state == EnrolmentState.ACTIVE,
            Cohort.published,
        )
    )
    if keys:
        found = found.options(undefer(Attempt.keys))
    return found.with_for_update(of=Attempt) if lock else found


def _answers(told: Mapping[str, Sequence[Any]]) -> dict[int, Saved]:
    return {
        int(number): Saved(
            value,
            revision,
            datetime.fromisoformat(at),
            None if share is None else Decimal(share),
            comment or "",
            (other[0], datetime.fromisoformat(other[1])) if other else None,
        )
        for number, (value, revision, at, share, comment, other) in told.items()
    }


def answers_of(session: Session, attempt_id: uuid.UUID) -> dict[int, Saved]:
    """The latest answers of an attempt by question number."""
    rows = session.execute(
        sa.select(
            Answer.number,
            Answer.value,
            Answer.revision,
            Answer.saved_at,
            Answer.share,
            Answer.marking["comment"].astext,
        ).where(Answer.attempt_id == attempt_id)
    )
    return {
        number: Saved(value, revision, at, share, comment or "")
        for number, value, revision, at, share, comment in rows
    }


def values_at(session: Session, attempt_id: uuid.UUID, revisions: Mapping[int, int]) -> dict[int, Any]:
    """What each question's answer was at a given revision (number → revision)."""
    if not revisions:
        return {}
    pair = sa.tuple_(AnswerRevision.number, AnswerRevision.revision)
    rows = session.execute(
        sa.select(AnswerRevision.number, AnswerRevision.value).where(
            AnswerRevision.attempt_id == attempt_id, pair.in_(list(revisions.items()))
        )
    )
    return {row[0]: row[1] for row in rows}


def quiz_of(session: Session, activity_id: uuid.UUID) -> Quiz:
    """The quiz of an activity that the caller has already found for its reader."""
    quiz = session.get(Quiz, activity_id)
    if quiz is None:
        raise NotFound
    return quiz


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt as the cover of a quiz lists it: neither paper nor keys."""

    id: uuid.UUID
    number: int
    state: AttemptState
    percent: Decimal | None
    passed: bool | None
    deadline: datetime | None
    submitted_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state is AttemptState.OPEN


@dataclass(frozen=True, slots=True)
class Entry:
    """A quiz as one learner may enter it. `is_prepared`: a paper was frozen for them before it opened."""

    quiz: Quiz
    extra_percent: int
    tries: Sequence[Tried]
    is_prepared: bool = False

    @property
    def running(self) -> Tried | None:
        return next((tried for tried in self.tries if tried.is_open), None)

    @property
    def left(self) -> int | None:
        """How many more attempts may begin; None without a limit."""
        allowed = self.quiz.attempts_allowed
        return None if allowed is None else max(0, allowed - len(self.tries))


def _entry_select() -> sa.Select[*tuple[Any, ...]]:
    seat = sa.bindparam("enrolment", type_=sa.Uuid)
    tried = [getattr(Attempt, name) for name in Tried.__slots__]
    mine = sa.and_(Attempt.activity_id == Quiz.activity_id, Attempt.enrolment_id == seat)
    extra = sa.and_(ExtraTime.activity_id == Quiz.activity_id, ExtraTime.enrolment_id == seat)
    prepared = sa.exists().where(
        PreparedPaper.activity_id == Quiz.activity_id, PreparedPaper.enrolment_id == seat
    )
    return (
        sa.select(Quiz, ExtraTime.percent, prepared, *tried)
        .outerjoin(ExtraTime, extra)
        .outerjoin(Attempt, mine)
        .where(Quiz.activity_id == sa.bindparam("activity"))
        .order_by(Attempt.number)
    )


_ENTRY = _entry_select()


def entry_of(session: Session, seat: Seat, activity_id: uuid.UUID) -> Entry:
    """The quiz, the learner's extra time and attempts, the first in front: one statement."""
    rows = session.execute(_ENTRY, {"enrolment": seat.enrolment_id, "activity": activity_id}).all()
    if not rows:
        raise NotFound
    tries = [Tried(*row[3:]) for row in rows if row[3] is not None]
    return Entry(rows[0][0], rows[0][1] or 0, tries, rows[0][2])


def bank_of(session: Session, activity_id: uuid.UUID) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The questions that a quiz may use (id, version, content, tags), in the author's order."""
    found = (
        sa.select(Question.id, Question.version, Question.content, Question.tags)
        .join(QuizQuestion, QuizQuestion.question_id == Question.id)
        .where(QuizQuestion.activity_id == activity_id, Question.retired_at.is_(None))
    )
    return session.execute(found.order_by(QuizQuestion.position, Question.id)).all()


def overdue(session: Session, now: datetime) -> Sequence[uuid.UUID]:
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


def percents_of(session: Session, enrolment_id: uuid.UUID, activity_id: uuid.UUID) -> list[Decimal]:
    """The percents of a learner's marked attempts, the first in front."""
    found = (
        sa.select(Attempt.percent)
        .where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.activity_id == activity_id,
            Attempt.state == AttemptState.MARKED,
        )
        .order_by(Attempt.number)
    )
    return [percent for percent in session.scalars(found) if percent is not None]
