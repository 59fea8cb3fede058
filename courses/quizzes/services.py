"""Attempts: start, keep answers, hand in. The deadline is the server's, and nothing that was saved is ever dropped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.cohorts.queries import Seat
from courses.progress.models import State
from courses.progress.services import begin, record
from courses.quizzes.drawing import new_seed
from courses.quizzes.events import AttemptSubmitted
from courses.quizzes.journal import Kept, held_attempt, keep
from courses.quizzes.kinds.registry import kind_of
from courses.quizzes.merging import Change, Verdict
from courses.quizzes.models import Answer, Attempt, AttemptState, Quiz, QuizRole
from courses.quizzes.papers import freeze
from courses.quizzes.preparing import take
from courses.quizzes.queries import Saved, Sitting, answers_of, bank_of, entry_of, percents_of, values_at
from courses.quizzes.scoring import Marks, counting, passed, score_attempt
from courses.quizzes.timing import deadline_for, is_over
from lms.errors import N_, Conflict
from lms.events import publish


def start(session: Session, seat: Seat, activity_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """The learner's open attempt, or a new one with its paper frozen. A second tap finds the first attempt.

    The learner's progress row is locked first, so that parallel taps are served one by one.
    """
    begin(session, seat.enrolment_id, activity_id, now=now)
    entry = entry_of(session, seat, activity_id)
    if entry.running:
        return entry.running.id
    if entry.left == 0:
        raise Conflict(N_("Semua percobaan untuk kuis ini sudah dipakai."))
    seed, quiz = new_seed(), entry.quiz
    deadline = deadline_for(now, quiz.time_limit_minutes, entry.extra_percent)
    if entry.is_prepared and (
        ready := take(session, seat.enrolment_id, activity_id, now=now, deadline=deadline)
    ):
        return ready
    plan = [(tag, count) for tag, count in quiz.draw] if quiz.draw else None
    paper, keys = freeze(bank_of(session, activity_id), plan, seed=seed, shuffle=quiz.shuffle)
    if not paper:
        raise Conflict(N_("Kuis ini belum berisi soal. Pengajar Anda perlu melengkapinya."))
    attempt = Attempt(
        enrolment_id=seat.enrolment_id,
        activity_id=activity_id,
        number=len(entry.tries) + 1,
        seed=seed,
        paper=paper,
        keys=keys,
        started_at=now,
        deadline=deadline,
    )
    session.add(attempt)
    session.flush()
    return attempt.id


def save(
    session: Session, person_id: uuid.UUID, attempt_id: uuid.UUID, values: Mapping[int, Any], *, now: datetime
) -> list[Kept]:
    """Keep answers (number → normalised value) as they stand, whatever was there before."""
    changes = [Change(number, value) for number, value in values.items()]
    return keep(session, held_attempt(session, person_id, attempt_id, changes), changes, now=now)


def save_page(
    session: Session,
    sitting: Sitting,
    values: Mapping[int, Any],
    *,
    base: Mapping[int, int],
    now: datetime,
) -> list[int]:
    """Keep a whole page of answers as an ordinary form sends it, touched or not; returns those a person must decide on.

    Where another page has saved meanwhile, a value that this page only showed and nobody touched is left alone. What
    arrives after the grace, or after handing in, is kept as late. Raises Conflict when nothing more is kept of the attempt.
    """
    attempt = sitting.attempt
    saved = answers_of(session, attempt.id)
    older = {n: seen for n, seen in base.items() if n in saved and seen < saved[n].revision}
    shown = values_at(session, attempt.id, older)
    changes = [
        Change(number, value, base=base.get(number))
        for number, value in values.items()
        if 1 <= number <= len(attempt.paper)
        and value != _now_there(saved.get(number))
        and not (number in older and value == shown.get(number))
    ]
    if not changes:
        return []
    held = held_attempt(session, sitting.seat.person_id, attempt.id, changes)
    kept = keep(session, held, changes, now=now)
    if any(taken.verdict is Verdict.FULL for taken in kept):
        raise Conflict(
            N_(
                "Percobaan ini sudah menyimpan sangat banyak perubahan, jadi halaman ini tidak disimpan."
                " Jawaban terakhir yang tersimpan tetap berlaku. Muat ulang halaman untuk mengumpulkannya."
            )
        )
    return [change.number for change, taken in zip(changes, kept, strict=True) if taken.late]


def _now_there(saved: Saved | None) -> Any:
    return saved.value if saved else None


def submit(session: Session, attempt: Attempt, quiz: Quiz, *, now: datetime) -> None:
    """Hand an attempt in, mark it and record the mark that counts. A second time changes nothing."""
    if attempt.is_open:
        close(session, attempt, quiz, now=now, by_clock=is_over(attempt.deadline, now))


def close(session: Session, attempt: Attempt, quiz: Quiz, *, now: datetime, by_clock: bool = False) -> None:
    """Close an open attempt with what was saved, mark it and tell progress. The attempt's row is locked."""
    waiting = _mark_all(session, attempt, quiz)
    attempt.submitted_at, attempt.closed_by_clock = now, by_clock
    session.flush()
    settle(session, attempt, quiz, _percents(session, attempt), now=now)
    publish(session, AttemptSubmitted(attempt.id, attempt.enrolment_id, attempt.activity_id, waiting))


def mark_again(
    session: Session, attempt: Attempt, quiz: Quiz, *, by: uuid.UUID, reason: str, now: datetime
) -> None:
    """Mark an attempt that was handed in once more, because an answer was added to it."""
    _mark_all(session, attempt, quiz)
    session.flush()
    percents = percents_of(session, attempt.enrolment_id, attempt.activity_id)
    settle(session, attempt, quiz, percents, now=now, by=by, reason=reason)


def _mark_all(session: Session, attempt: Attempt, quiz: Quiz) -> int:
    """Mark every answer that a machine can mark; returns how many wait for a person."""
    answers = answers_of(session, attempt.id)
    waiting = _waiting(attempt, answers)
    if waiting:
        session.execute(
            sa.update(Answer)
            .where(Answer.attempt_id == attempt.id, Answer.number.in_(waiting))
            .values(waits=True)
        )
    take_marks(attempt, marks_of(attempt, answers), quiz)
    return len(waiting)


def _waiting(attempt: Attempt, answers: Mapping[int, Saved]) -> list[int]:
    """The answers that only a person can mark."""
    return [
        number
        for number, key in enumerate(attempt.keys, 1)
        if number in answers
        and answers[number].share is None
        and kind_of(key["content"]).score(key["content"], answers[number].value) is None
    ]


def marks_of(attempt: Attempt, answers: Mapping[int, Saved]) -> Marks:
    """The marks of an attempt, by the questions as they were when it began."""
    nothing = Saved(None, 0, attempt.started_at)
    given = [answers.get(number, nothing) for number in range(1, len(attempt.keys) + 1)]
    return score_attempt(
        [(key["content"], saved.value, saved.share) for key, saved in zip(attempt.keys, given, strict=True)]
    )


def take_marks(attempt: Attempt, marks: Marks, quiz: Quiz) -> None:
    """Write an attempt's marks down; it is passed or not only when nothing waits any more."""
    attempt.state = AttemptState.SUBMITTED if marks.waiting else AttemptState.MARKED
    attempt.points, attempt.out_of, attempt.percent = marks.points, marks.out_of, marks.percent
    attempt.passed = None if marks.waiting else passed(marks.percent, quiz.pass_mark)


def settle(
    session: Session,
    attempt: Attempt,
    quiz: Quiz,
    percents: Sequence[Decimal],
    *,
    now: datetime,
    by: uuid.UUID | None = None,
    reason: str = "",
) -> None:
    """Record the mark that counts among the percents of a learner's marked attempts, or that one waits for its mark."""
    percent = counting(percents, quiz.counts)
    if percent is None:
        record(session, attempt.enrolment_id, attempt.activity_id, State.WAITING, now=now)
        return
    enough = passed(percent, quiz.pass_mark)
    waits = attempt.state is AttemptState.SUBMITTED
    # A first test shows where somebody starts: taking it is enough.
    done = enough or quiz.role is QuizRole.PRE
    record(
        session,
        attempt.enrolment_id,
        attempt.activity_id,
        State.DONE if done else State.WAITING if waits else State.DOING,
        now=now,
        percent=percent,
        passed=enough,
        by=by,
        reason=reason,
    )


def _percents(session: Session, attempt: Attempt) -> list[Decimal]:
    """The percents of the marked attempts. Whoever closes the first one has no others."""
    if attempt.number > 1:
        return percents_of(session, attempt.enrolment_id, attempt.activity_id)
    return [attempt.percent] if attempt.state is AttemptState.MARKED and attempt.percent is not None else []
