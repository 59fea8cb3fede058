"""A class with a quiz: Ayu and Budi learn in it, Citra teaches it, Dewi administers the agency; others look from outside."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from courses.quizzes.kinds.base import with_ids
from courses.quizzes.models import Answer, AnswerRevision, Attempt, Quiz
from lms.access import Role
from tests.factories.learning import (
    ESSAY,
    SINGLE,
    TRUE_FALSE,
    make_cohort,
    make_course,
    make_module,
    make_quiz,
    make_seat,
)
from tests.factories.people import make_agency, make_person


def question(kind: str, text: str, **own: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "text": f"<p>{text}</p>",
        "points": 10,
        "explanation": "<p>Lihat standar.</p>",
        **own,
    }


def listed(*texts: str, **own: list[Any]) -> list[dict[str, Any]]:
    return [
        {"id": f"r{at}", "text": text} | {name: values[at] for name, values in own.items()}
        for at, text in enumerate(texts)
    ]


MULTIPLE = question(
    "multiple",
    "Mana data pribadi?",
    options=listed("NIK pemohon", "Jumlah berkas", "Nomor telepon", weight=[1, -1, 1]),
)
SHORT = question("short_text", "Apa singkatan survei kepuasan masyarakat?", accepted=["SKM"])
NUMBER = question("number", "Berapa median 4, 7, 9, 12, 30?", answer=9, tolerance=0, unit="menit")
MATCHING = question(
    "matching",
    "Pasangkan data dengan sumbernya.",
    left=listed("Waktu tunggu", "Kepuasan"),
    right=listed("Mesin antrean", "Survei"),
    key={"r0": "r0", "r1": "r1"},
)
ORDERING = question("ordering", "Urutkan langkahnya.", items=listed("Pembaca", "Data", "Kesimpulan"))
EVERY_KIND = (SINGLE, MULTIPLE, TRUE_FALSE, SHORT, NUMBER, MATCHING, ORDERING, ESSAY)
MARKED_BY_MACHINE = EVERY_KIND[:-1]


class Room:
    """`here` is the address of the quiz; the learners have no attempt yet."""

    def __init__(self, session: Session, now: datetime, *contents: dict[str, Any], **settings: Any) -> None:
        agency = make_agency(session)
        self.agency = agency
        self.ayu = make_person(session, agency, "Ayu Lestari")
        self.budi = make_person(session, agency, "Budi Santoso")
        self.citra = make_person(session, agency, "Citra Dewi", Role.INSTRUCTOR)
        self.dewi = make_person(session, agency, "Dewi Anggraini", Role.ADMIN)
        self.eko = make_person(session, agency, "Eko Prasetyo", Role.INSTRUCTOR)
        self.fitri = make_person(session, agency, "Fitri Handayani", Role.AUDITOR)
        elsewhere = make_agency(session, "Pemerintah Kota Kupang")
        self.gita = make_person(session, elsewhere, "Gita Rahayu", Role.ADMIN)
        self.course = make_course(session, agency, self.citra, now)
        self.module = make_module(session, self.course, now)
        self.quiz: Quiz = make_quiz(session, self.module, now, *contents, **{"shuffle": False, **settings})
        self.cohort = make_cohort(session, self.course, self.citra, now)
        self.seat = make_seat(session, self.cohort, self.ayu, now)
        self.budis_seat = make_seat(session, self.cohort, self.budi, now)
        session.commit()
        self.here = f"/kelas/{self.cohort.id}/kuis/{self.quiz.activity_id}"
        self.desk = f"/kelola/kelas/{self.cohort.id}"
        self.bank = f"/kelola/kursus/{self.course.id}"


def attempts(session: Session) -> list[Attempt]:
    """Every attempt as it is in the database now, with its keys."""
    found = sa.select(Attempt).options(undefer(Attempt.keys)).order_by(Attempt.number)
    return list(session.scalars(found, execution_options={"populate_existing": True}))


def saved(session: Session) -> dict[int, Any]:
    return {row[0]: row[1] for row in session.execute(sa.select(Answer.number, Answer.value))}


def revisions(session: Session, number: int) -> list[Any]:
    found = sa.select(AnswerRevision.value).where(AnswerRevision.number == number)
    return list(session.scalars(found.order_by(AnswerRevision.revision)))


def right_answer(content: dict[str, Any]) -> Any:
    """The answer that earns everything (an essay's earns what its marker gives)."""
    kind = content["kind"]
    if kind == "single":
        return next(row["id"] for row in content["options"] if row["correct"])
    if kind == "multiple":
        return [row["id"] for row in content["options"] if row["weight"] > 0]
    if kind == "ordering":
        return {row["id"]: place for place, row in enumerate(content["items"], 1)}
    if kind == "short_text":
        return content["accepted"][0]
    return {
        "true_false": content.get("answer"),
        "number": str(content.get("answer")),
        "matching": content.get("key"),
        "essay": "Saya mencatat waktu tunggu.",
    }[kind]


def right_answers(attempt: Attempt) -> dict[str, Any]:
    return {str(number): right_answer(key["content"]) for number, key in enumerate(attempt.keys, 1)}


def move_deadline(session: Session, attempt_id: uuid.UUID, deadline: datetime) -> None:
    session.execute(sa.update(Attempt).where(Attempt.id == attempt_id).values(deadline=deadline))
    session.commit()


def many(count: int) -> list[dict[str, Any]]:
    """A bank of short questions."""
    return [with_ids({**SINGLE, "text": f"<p>Siapa yang dilayani di loket {at}?</p>"}) for at in range(count)]


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What is sent to the database inside the block, without the savepoints that only tests have."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "SAVEPOINT" not in statement:
            seen.append(statement)

    engine = session.get_bind().engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
