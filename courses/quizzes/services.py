"""Attempts: start, save, submit, close. The deadline is the server's; nothing saved is ever dropped."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.cohorts.queries import Seat
from courses.progress.models import State
from courses.progress.services import begin, record
from courses.quizzes.drawing import draw, new_seed
from courses.quizzes.events import AttemptSubmitted
from courses.quizzes.kinds.registry import kind_of
from courses.quizzes.models import Answer, Attempt, AttemptState, Question, Quiz
from courses.quizzes.queries import answers_of, attempts_of, bank_of, extra_percent
from courses.quizzes.scoring import Marks, counting, passed, score_attempt
from lms.errors import N_, Conflict
from lms.events import publish


def start(session: Session, seat: Seat, quiz: Quiz, *, now: datetime) -> Attempt:
    """The learner's open attempt, or a new one with its paper frozen. A second tap finds the first attempt."""
    begin(session, seat.enrolment_id, quiz.activity_id, now=now)
    attempts = attempts_of(session, seat, quiz.activity_id)
    opened = next((attempt for attempt in attempts if attempt.is_open), None)
    if opened:
        return opened
    if quiz.attempts_allowed is not None and len(attempts) >= quiz.attempts_allowed:
        raise Conflict(N_("Semua percobaan untuk kuis ini sudah dipakai."))
    seed = new_seed()
    attempt = Attempt(
        enrolment_id=seat.enrolment_id,
        activity_id=quiz.activity_id,
        number=len(attempts) + 1,
        seed=seed,
        paper=_paper(quiz, bank_of(session, quiz.activity_id), seed),
        started_at=now,
        deadline=_deadline(quiz, extra_percent(session, seat.enrolment_id, quiz.activity_id), now),
    )
    session.add(attempt)
    session.flush()
    return attempt


def _paper(quiz: Quiz, bank: Sequence[Question], seed: int) -> list[dict[str, Any]]:
    plan = [(tag, count) for tag, count in quiz.draw] if quiz.draw else None
    drawn = draw([(question.id, question.tags) for question in bank], plan, seed=seed, shuffle=quiz.shuffle)
    by_id = {question.id: question for question in bank}
    rng = random.Random(seed)  # noqa: S311  (an order, not a secret)
    return [_item(by_id[id_], rng, quiz.shuffle) for id_ in drawn]


def _item(question: Question, rng: random.Random, shuffle: bool) -> dict[str, Any]:
    content = question.content
    shown = kind_of(content).shown(content, rng=rng, shuffle=shuffle)
    return {"question": str(question.id), "version": question.version, "content": content, "shown": shown}


def _deadline(quiz: Quiz, extra: int, now: datetime) -> datetime | None:
    if quiz.time_limit_minutes is None:
        return None
    return now + timedelta(seconds=quiz.time_limit_minutes * 60 * (100 + extra) // 100)


def save(session: Session, attempt: Attempt, values: Mapping[int, Any], *, now: datetime) -> dict[int, int]:
    """Keep answers (number → normalised value) and return the revision of each. The attempt's row is locked.

    What did not change keeps its revision. After the deadline and the grace nothing is taken any more.
    """
    if not attempt.is_open:
        raise Conflict(N_("Percobaan ini sudah dikumpulkan. Jawaban yang tersimpan tidak berubah."))
    known = answers_of(session, attempt.id)
    changed = {
        number: value
        for number, value in values.items()
        if 1 <= number <= len(attempt.paper) and (number not in known or known[number].value != value)
    }
    if changed:
        _upsert(session, attempt.id, changed, now)
    saved = {number: (known[number].revision + 1 if number in known else 1) for number in changed}
    return {number: answer.revision for number, answer in known.items()} | saved


def _upsert(session: Session, attempt_id: uuid.UUID, changed: Mapping[int, Any], now: datetime) -> None:
    rows = insert(Answer).values(
        [
            {"attempt_id": attempt_id, "number": number, "value": value, "revision": 1, "saved_at": now}
            for number, value in changed.items()
        ]
    )
    session.execute(
        rows.on_conflict_do_update(
            index_elements=[Answer.attempt_id, Answer.number],
            set_={"value": rows.excluded.value, "revision": Answer.revision + 1, "saved_at": now},
        )
    )
    session.expire_all()


def submit(session: Session, seat: Seat, attempt: Attempt, quiz: Quiz, *, now: datetime) -> Attempt:
    """Hand an attempt in, mark it and record the mark that counts. A second submit returns it unchanged."""
    if not attempt.is_open:
        return attempt
    close(session, attempt, quiz, now=now)
    return attempt


def close(session: Session, attempt: Attempt, quiz: Quiz, *, now: datetime, by_clock: bool = False) -> None:
    """Close an open attempt with what was saved, mark it and tell progress."""
    marks = marks_of(session, attempt)
    attempt.submitted_at, attempt.closed_by_clock = now, by_clock
    _take_marks(attempt, marks, quiz)
    session.flush()
    settle(session, attempt, quiz, now=now)
    publish(session, AttemptSubmitted(attempt.id, attempt.enrolment_id, attempt.activity_id, marks.waiting))


def marks_of(session: Session, attempt: Attempt) -> Marks:
    """The marks of an attempt from the questions as they were shown."""
    answers = answers_of(session, attempt.id)
    items = []
    for number, item in enumerate(attempt.paper, 1):
        answer = answers.get(number)
        items.append((item["content"], answer.value if answer else None, answer.share if answer else None))
    return score_attempt(items)


def _take_marks(attempt: Attempt, marks: Marks, quiz: Quiz) -> None:
    attempt.state = AttemptState.SUBMITTED if marks.waiting else AttemptState.MARKED
    attempt.points, attempt.out_of, attempt.percent = marks.points, marks.out_of, marks.percent
    attempt.passed = None if marks.waiting else passed(marks.percent, quiz.pass_mark)


def settle(session: Session, attempt: Attempt, quiz: Quiz, *, now: datetime) -> None:
    """Record the mark that counts among all handed-in attempts of this learner."""
    marked = session.scalars(
        sa.select(Attempt.percent)
        .where(
            Attempt.enrolment_id == attempt.enrolment_id,
            Attempt.activity_id == attempt.activity_id,
            Attempt.state == AttemptState.MARKED,
        )
        .order_by(Attempt.number)
    ).all()
    percents = [percent for percent in marked if percent is not None]
    if not percents:
        record(session, attempt.enrolment_id, attempt.activity_id, State.WAITING, now=now)
        return
    percent = counting(percents, quiz.counts)
    assert percent is not None
    enough = passed(percent, quiz.pass_mark)
    state = State.DONE if enough or quiz.role == "pre" else State.DOING
    record(session, attempt.enrolment_id, attempt.activity_id, state, now=now, percent=percent, passed=enough)
