"""The class that sits the exam: many learners with one password, one quiz of forty questions, one attempt each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Course
from courses.cohorts.models import Enrolment
from courses.quizzes.models import Quiz
from lms.access import Role
from lms.auth.models import Credential
from lms.auth.passwords import hash_password
from lms.people.models import Person
from tests.factories.learning import make_cohort, make_course, make_module, make_quiz
from tests.factories.people import make_agency, make_person

PASSWORD = "antrean pagi di loket tujuh"
QUESTIONS = 40


@dataclass(frozen=True)
class Scene:
    """Where the exam is and who sits it: names to sign in with."""

    cohort_id: str
    activity_id: str
    names: tuple[str, ...]

    @property
    def cover(self) -> str:
        return f"/kelas/{self.cohort_id}/kuis/{self.activity_id}"


def question(number: int) -> dict[str, Any]:
    """Four kinds in turn; the text is as long as real ones are."""
    text = (
        f"<p>Soal {number}. Seorang warga datang ke loket {number} tanpa nomor antrean.</p>"
        "<p>Petugas sedang melayani orang lain, dan dua orang menunggu di kursi. Apa yang tepat?</p>"
    )
    shared = {"text": text, "points": 5, "explanation": "<p>Semua warga dilayani menurut urutan.</p>"}
    options = [{"id": str(n), "text": f"Tindakan {n} di loket {number}"} for n in range(4)]
    kinds: list[dict[str, Any]] = [
        {"kind": "single", "options": [{**o, "correct": o["id"] == "1"} for o in options]},
        {"kind": "true_false", "answer": number % 8 < 4},
        {"kind": "multiple", "options": [{**o, "weight": 1 if o["id"] in "02" else -1} for o in options]},
        {"kind": "number", "answer": number, "tolerance": 0, "unit": ""},
    ]
    return {**shared, **kinds[number % 4]}


def seed(session: Session, learners: int, *, now: datetime, **settings: Any) -> Scene:
    """Make the class; `settings` are the quiz's own. Commits."""
    agency = make_agency(session)
    teacher = make_person(session, agency, "Citra Dewi", Role.INSTRUCTOR)
    course = make_course(session, agency, teacher, now, title="Ujian bersama")
    quiz = _quiz(session, course, now, settings)
    cohort = make_cohort(session, course, teacher, now)
    names = [f"peserta{n:05}@contoh.invalid" for n in range(learners)]
    people = [Person(agency_id=agency.id, full_name=f"Peserta {n:05}", email=e) for n, e in enumerate(names)]
    session.add_all(people)
    session.flush()
    secret = hash_password(PASSWORD)
    session.execute(
        sa.insert(Credential),
        [{"person_id": p.id, "password_hash": secret, "recovery_hashes": []} for p in people],
    )
    session.add_all(Enrolment(cohort_id=cohort.id, person_id=p.id, created_at=now) for p in people)
    session.commit()
    session.execute(sa.text("ANALYZE"))
    session.commit()
    return Scene(str(cohort.id), str(quiz.activity_id), tuple(names))


def _quiz(session: Session, course: Course, now: datetime, settings: dict[str, Any]) -> Quiz:
    contents = [question(number) for number in range(1, QUESTIONS + 1)]
    rules = {"time_limit_minutes": 90, "attempts_allowed": 1, **settings}
    return make_quiz(session, make_module(session, course, now), now, *contents, title="Ujian", **rules)


def moment() -> datetime:
    return datetime.now(UTC)  # noqa: TID251
