"""Marking essays by hand, and giving a person more time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.cohorts.models import Cohort
from courses.quizzes.class_queries import Script, time_rows
from courses.quizzes.events import QuizMarked
from courses.quizzes.kinds.base import points_of, rows
from courses.quizzes.models import AnswerMark, Attempt, AttemptState, ExtraTime, Quiz
from courses.quizzes.queries import answers_of, percents_of
from courses.quizzes.scoring import rubric_share
from courses.quizzes.services import marks_of, settle, take_marks
from courses.quizzes.timing import deadline_for
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Invalid
from lms.events import publish

MOST_EXTRA = 300  # percent of the limit


def share_from_levels(content: Mapping[str, Any], levels: Sequence[int | None]) -> Decimal:
    """The share by the rubric; Invalid at the first criterion without a level."""
    missing = next((at for at, level in enumerate(levels) if level is None), None)
    if missing is not None or len(levels) != len(rows(content, "rubric")):
        raise Invalid(N_("Pilih satu tingkat untuk setiap kriteria."), field=f"level_{missing or 0}")
    return rubric_share(content, [level for level in levels if level is not None])


def share_from_points(content: Mapping[str, Any], points: Decimal | None) -> Decimal:
    """The share of a question without a rubric, by its points."""
    most = points_of(content)
    if points is None or not 0 <= points <= most:
        raise Invalid(N_("Isi poin dari 0 sampai %(most)s."), field="points", most=most)
    return points / most


def mark(
    session: Session,
    script: Script,
    share: Decimal,
    marking: Mapping[str, Any],
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Give an answer its mark, or another one; every mark stays in answer_mark and, once it counts, in the ledger.

    A second mark needs a reason. When nothing waits any more the attempt is marked and its learner is told. The rows of
    the script are locked.
    """
    attempt, answer, quiz = script.attempt, script.answer, script.quiz
    again = answer.share is not None
    if again and (answer.share, answer.marking) == (share, dict(marking)):
        return
    if again and not reason:
        raise Invalid(
            N_("Tulis alasan mengubah nilai. Peserta dan pemeriksa dapat menanyakannya."), field="reason"
        )
    answer.share, answer.marking, answer.marked_by, answer.waits = share, dict(marking), by.id, False
    session.add(
        AnswerMark(
            attempt_id=attempt.id,
            number=answer.number,
            share=share,
            marking=dict(marking),
            marked_by=by.id,
            reason=reason,
            at=now,
        )
    )
    session.flush()
    take_marks(attempt, marks_of(attempt, answers_of(session, attempt.id)), quiz)
    session.flush()
    if attempt.state is AttemptState.MARKED:
        _tell(session, attempt, quiz, answer.number, reason, by=by, now=now)


def _tell(
    session: Session, attempt: Attempt, quiz: Quiz, number: int, reason: str, *, by: Actor, now: datetime
) -> None:
    percents = percents_of(session, attempt.enrolment_id, attempt.activity_id)
    why = reason or f"soal {number}"
    settle(session, attempt, quiz, percents, now=now, by=by.id, reason=why)
    publish(session, QuizMarked(attempt.id, attempt.enrolment_id, attempt.activity_id, by.id))


def give_time(
    session: Session, cohort: Cohort, quiz: Quiz, percents: Mapping[Any, int], *, by: Actor, now: datetime
) -> int:
    """Set the extra time (percent of the limit) by enrolment id; returns how many changed.

    A running attempt gets its longer deadline at once; nobody's running deadline is ever brought forward. Ids of other
    cohorts are ignored.
    """
    known = {row.enrolment_id: row.percent for row in time_rows(session, cohort, quiz.activity_id)}
    changed = {id_: percent for id_, percent in percents.items() if id_ in known and known[id_] != percent}
    if not changed:
        return 0
    new = insert(ExtraTime).values(
        [
            {"enrolment_id": id_, "activity_id": quiz.activity_id, "percent": percent}
            for id_, percent in changed.items()
        ]
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=[ExtraTime.enrolment_id, ExtraTime.activity_id],
            set_={"percent": new.excluded.percent},
        )
    )
    note(
        session,
        "quiz:extra-time",
        "activity",
        quiz.activity_id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        before={str(id_): known[id_] for id_ in changed},
        after={str(id_): percent for id_, percent in changed.items()},
    )
    _lengthen(session, quiz, changed)
    return len(changed)


def _lengthen(session: Session, quiz: Quiz, percents: Mapping[Any, int]) -> None:
    running = session.scalars(
        sa.select(Attempt)
        .where(
            Attempt.activity_id == quiz.activity_id,
            Attempt.enrolment_id.in_(percents),
            Attempt.state == AttemptState.OPEN,
            Attempt.deadline.is_not(None),
        )
        .with_for_update()
    )
    for attempt in running:
        later = deadline_for(attempt.started_at, quiz.time_limit_minutes, percents[attempt.enrolment_id])
        if later and attempt.deadline and later > attempt.deadline:
            attempt.deadline = later
    session.flush()
