"""Papers that are frozen before an exam opens, so that at the opening a thousand starts only have to take theirs."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Kind
from courses.cohorts.models import ActivityDates, Cohort, Enrolment, EnrolmentState
from courses.cohorts.queries import Seat
from courses.progress.outline import SOON
from courses.quizzes.drawing import new_seed
from courses.quizzes.models import Attempt, AttemptState, PreparedPaper, Question, Quiz, QuizQuestion
from courses.quizzes.papers import freeze
from courses.quizzes.queries import bank_of, quiz_of
from lms.database import new_id

# What nobody took is thrown away after a day.
KEPT_FOR = timedelta(days=1)
# At an opening phones come in one after the other: so many a second, the last of them after so many seconds.
STARTS_A_SECOND, LONGEST_SPREAD = 17, 60
PORTION = 50  # papers in one transaction


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """A quiz that opens soon. `left` and `spread` are seconds: until then, and over which phones then come in."""

    opens_at: datetime
    left: int
    spread: int


def waiting_room(session: Session, seat: Seat, opens_at: datetime | None, *, now: datetime) -> WaitingRoom:
    """What somebody who waits is told. Each phone draws its own moment of the spread, so that not all come at once."""
    assert opens_at is not None
    learners = session.scalar(
        sa.select(sa.func.count()).where(
            Enrolment.cohort_id == seat.cohort_id, Enrolment.state == EnrolmentState.ACTIVE
        )
    )
    left = math.ceil((opens_at - now).total_seconds())
    return WaitingRoom(opens_at, left, min(LONGEST_SPREAD, (learners or 0) // STARTS_A_SECOND))


def opening_soon(session: Session, now: datetime) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """(cohort, activity) of each quiz that opens soon in a published class."""
    found = (
        sa.select(ActivityDates.cohort_id, ActivityDates.activity_id)
        .join(Activity, Activity.id == ActivityDates.activity_id)
        .join(Cohort, Cohort.id == ActivityDates.cohort_id)
        .where(
            Activity.kind == Kind.QUIZ,
            Activity.published,
            Cohort.published,
            ActivityDates.opens_at > now,
            ActivityDates.opens_at <= now + SOON,
        )
    )
    return [(row[0], row[1]) for row in session.execute(found)]


def prepare(session: Session, cohort_id: uuid.UUID, activity_id: uuid.UUID, *, now: datetime) -> int:
    """Freeze a portion of the papers that a class still lacks; returns how many. A quiz without questions has none."""
    lacking = _lacking(session, cohort_id, activity_id)
    bank, quiz = bank_of(session, activity_id), quiz_of(session, activity_id)
    if not lacking or not bank:
        return 0
    edition = session.scalar(sa.select(_edition(activity_id)))
    plan = [(tag, count) for tag, count in quiz.draw] if quiz.draw else None
    rows = []
    for enrolment_id in lacking:
        seed = new_seed()
        paper, keys = freeze(bank, plan, seed=seed, shuffle=quiz.shuffle)
        rows.append(
            {
                "enrolment_id": enrolment_id,
                "activity_id": activity_id,
                "edition": edition,
                "seed": seed,
                "paper": paper,
                "keys": keys,
                "prepared_at": now,
            }
        )
    session.execute(sa.insert(PreparedPaper), rows)
    return len(rows)


def _lacking(session: Session, cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Who in the class has neither a paper nor an attempt."""

    def none_in(model: type[PreparedPaper | Attempt]) -> sa.ColumnElement[bool]:
        mine = (model.enrolment_id == Enrolment.id) & (model.activity_id == activity_id)
        return ~sa.exists().where(mine)

    found = sa.select(Enrolment.id).where(
        Enrolment.cohort_id == cohort_id,
        Enrolment.state == EnrolmentState.ACTIVE,
        none_in(PreparedPaper),
        none_in(Attempt),
    )
    return session.scalars(found.order_by(Enrolment.id).limit(PORTION)).all()


def _edition(activity_id: uuid.UUID) -> sa.ScalarSelect[Any]:
    """What a paper was drawn from, in short: another edition means that an author has changed something since."""
    item = sa.func.concat(Question.id, ":", Question.version)
    items = sa.func.string_agg(item, sa.text("',' ORDER BY quiz_question.position, question.id"))
    rules = sa.func.concat(items, "|", sa.cast(Quiz.draw, sa.Text), "|", Quiz.shuffle)
    return (
        sa.select(sa.func.md5(rules))
        .select_from(Quiz)
        .join(QuizQuestion, QuizQuestion.activity_id == Quiz.activity_id)
        .join(Question, Question.id == QuizQuestion.question_id)
        .where(Quiz.activity_id == activity_id, Question.retired_at.is_(None))
        .group_by(Quiz.activity_id)
        .scalar_subquery()
    )


def take(
    session: Session,
    enrolment_id: uuid.UUID,
    activity_id: uuid.UUID,
    *,
    now: datetime,
    deadline: datetime | None,
) -> uuid.UUID | None:
    """The first attempt of a learner on the paper that was prepared, or None without one or when it is outdated.

    One statement: the paper goes from one table to the other inside the database.
    """
    mine = (PreparedPaper.enrolment_id == enrolment_id) & (PreparedPaper.activity_id == activity_id)
    taken = sa.delete(PreparedPaper).where(mine).returning(PreparedPaper).cte("taken")
    facts: dict[str, Any] = {
        "id": sa.literal(new_id()),
        "enrolment_id": taken.c.enrolment_id,
        "activity_id": taken.c.activity_id,
        "number": sa.literal(1),
        "seed": taken.c.seed,
        "paper": taken.c.paper,
        "keys": taken.c["keys"],
        "state": sa.literal(AttemptState.OPEN, Attempt.state.type),
        "started_at": sa.literal(now, Attempt.started_at.type),
        "deadline": sa.literal(deadline, Attempt.deadline.type),
        "closed_by_clock": sa.false(),
    }
    fresh = sa.select(*facts.values()).where(taken.c.edition == _edition(activity_id))
    return session.scalar(sa.insert(Attempt).from_select(list(facts), fresh).returning(Attempt.id))


def forget(session: Session, *, now: datetime) -> None:
    """Throw away papers that nobody took."""
    session.execute(sa.delete(PreparedPaper).where(PreparedPaper.prepared_at < now - KEPT_FOR))
