"""What the demonstration's learners have done so far: real attempts and marks, made by the services that make them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Kind
from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.cohorts.queries import Seat, seat_of
from courses.progress.models import State
from courses.progress.outline import Row
from courses.progress.queries import outline_of
from courses.progress.services import record
from courses.quizzes.class_queries import script_of
from courses.quizzes.marking import mark
from courses.quizzes.models import Attempt
from courses.quizzes.queries import quiz_of
from courses.quizzes.services import save, start, submit
from lms.access import Actor

ESSAY = (
    "Di loket kami, warga sering menunggu tanpa tahu sebabnya. Saya mulai menulis waktu tunggu di papan setiap jam, "
    "dan menyampaikan alasan keterlambatan sebelum ditanya. Dalam dua minggu keluhan lisan turun."
)
# How often an answer is right, in percent.
SKILL = 90


def live(
    session: Session,
    cohort: Cohort,
    teacher: Actor,
    *,
    now: datetime,
    most: int | None,
    chance: random.Random,
    ahead: int = 0,
) -> None:
    """Let everybody of a class work through it, or through at most so many activities (some fewer).

    So many of the first are ahead of the others and at the end, where their essays wait for the teacher.
    """
    people = session.scalars(
        sa.select(Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE)
        .order_by(Enrolment.created_at, Enrolment.id)
    ).all()
    for number, person_id in enumerate(people):
        seat = seat_of(session, Actor(person_id, cohort.agency_id, ""), cohort.id)
        steps = 10_000 if most is None or number < ahead else chance.randint(0, most)
        _work(session, cohort, seat, teacher, steps, now=now, chance=chance, marks=most is None)


def _work(
    session: Session,
    cohort: Cohort,
    seat: Seat,
    teacher: Actor,
    steps: int,
    *,
    now: datetime,
    chance: random.Random,
    marks: bool,
) -> None:
    for row in outline_of(session, seat, now=now).rows[:steps]:
        if row.kind == Kind.LESSON:
            record(session, seat.enrolment_id, row.id, State.DONE, now=now)
        if row.kind == Kind.QUIZ:
            attempt = _try(session, seat, row, now=now, chance=chance)
            if marks:
                _mark_essays(session, cohort, attempt, teacher, now=now)


def _try(session: Session, seat: Seat, row: Row, *, now: datetime, chance: random.Random) -> Attempt:
    """Attempts until one is enough, at most three; the last one is returned."""
    for tried in range(3):
        moment = now + timedelta(minutes=tried)
        attempt = session.get_one(Attempt, start(session, seat, row.id, now=moment))
        values = {number: _answer(key["content"], chance) for number, key in enumerate(attempt.keys, 1)}
        quiz = quiz_of(session, row.id)
        save(session, seat.person_id, attempt.id, values, now=moment)
        submit(session, attempt, quiz, now=moment + timedelta(minutes=9))
        if attempt.passed is not False or quiz.attempts_allowed == tried + 1:
            break
    return attempt


def _answer(content: Mapping[str, Any], chance: random.Random) -> Any:
    """Mostly the right answer; otherwise none."""
    kind = content["kind"]
    if kind == "essay":
        return ESSAY
    if chance.randrange(100) >= SKILL:
        return None
    by_kind: dict[str, Any] = {
        "single": lambda: next(option["id"] for option in content["options"] if option["correct"]),
        "multiple": lambda: [option["id"] for option in content["options"] if option["weight"] > 0],
        "true_false": lambda: content["answer"],
        "short_text": lambda: content["accepted"][0],
        "number": lambda: str(content["answer"]).replace(".", ","),
        "matching": lambda: content["key"],
        "ordering": lambda: {item["id"]: place for place, item in enumerate(content["items"], 1)},
    }
    return by_kind[kind]()


def _mark_essays(
    session: Session, cohort: Cohort, attempt: Attempt, teacher: Actor, *, now: datetime
) -> None:
    for number, key in enumerate(attempt.keys, 1):
        if key["content"]["kind"] == "essay":
            script = script_of(session, cohort, attempt.id, number)
            comment = {"levels": [], "comment": "Contohnya nyata dan dapat ditiru loket lain."}
            mark(session, script, Decimal("0.9"), comment, reason="", by=teacher, now=now)
