"""The scene of the measurements: 1,000 learners in one class of 40 activities, most of them half-way."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course, Kind
from courses.catalogue.services import add_module
from courses.cohorts.models import Cohort, Enrolment
from courses.lessons.services import write_lesson
from courses.progress.models import Progress, State
from lms.access import Role
from lms.auth.services import start_session
from lms.people.models import Person
from tests.factories.learning import SINGLE, TRUE_FALSE, make_cohort, make_course, make_lesson, make_quiz
from tests.factories.people import make_agency, make_person

LEARNERS, MODULES, EACH = 1000, 4, 10
# A lesson as long as our own: about 700 words with headings and lists.
PROSE = "\n\n".join(
    f"## Bagian {n}\n\n" + "Catat setiap pemohon yang datang ke loket hari itu. " * 20 for n in range(7)
)


@dataclass(frozen=True)
class Scene:
    """What the load needs to know: addresses and one session token."""

    cohort_id: str
    course_id: str
    lesson_id: str
    quiz_id: str
    token: str
    person_id: str
    teacher_id: str


def seed(session: Session, now: datetime) -> Scene:
    agency = make_agency(session)
    teacher = make_person(session, agency, "Citra Dewi", Role.INSTRUCTOR)
    course = make_course(session, agency, teacher, now)
    activities = _syllabus(session, course, now)
    cohort = make_cohort(session, course, teacher, now)
    learners = seat_learners(session, cohort, LEARNERS, now)
    _progress(session, learners, activities, now)
    lesson = next(a for a in activities if a.kind is Kind.LESSON)
    quiz = next(a for a in activities if a.kind is Kind.QUIZ)
    token = start_session(session, learners[0].person_id, now=now, days=30, second_factor=True)
    session.commit()
    session.execute(sa.text("ANALYZE"))
    session.commit()
    return Scene(
        str(cohort.id),
        str(course.id),
        str(lesson.id),
        str(quiz.id),
        token,
        str(learners[0].person_id),
        str(teacher.id),
    )


def _syllabus(session: Session, course: Course, now: datetime) -> list[Activity]:
    made: list[Activity] = []
    for number in range(MODULES):
        module = add_module(session, course, title=f"Modul {number + 1}", now=now)
        for place in range(EACH - 1):
            lesson = make_lesson(session, module, now, title=f"Pelajaran {number + 1}.{place + 1}")
            write_lesson(session, lesson, PROSE, by=None, now=now)
            made.append(lesson)
        quiz = make_quiz(session, module, now, *[SINGLE, TRUE_FALSE] * 5, title=f"Kuis {number + 1}")
        made.append(session.get_one(Activity, quiz.activity_id))
    return made


def seat_learners(session: Session, cohort: Cohort, count: int, now: datetime) -> list[Enrolment]:
    """So many new people of the cohort's agency, each with a seat in it."""
    people = [Person(agency_id=cohort.agency_id, full_name=f"Peserta Nomor {n:05}") for n in range(count)]
    session.add_all(people)
    session.flush()
    seats = [Enrolment(cohort_id=cohort.id, person_id=person.id, created_at=now) for person in people]
    session.add_all(seats)
    session.flush()
    return seats


def _progress(session: Session, seats: list[Enrolment], activities: list[Activity], now: datetime) -> None:
    chance = random.Random(1)
    rows: list[dict[str, Any]] = [
        {
            "enrolment_id": seat.id,
            "activity_id": activity.id,
            "state": State.DONE if chance.random() < 0.8 else State.DOING,
            "detail": {},
            "began_at": now,
            "updated_at": now,
        }
        for seat in seats
        for activity in activities[: chance.randint(5, 30)]
    ]
    for start in range(0, len(rows), 5000):
        session.execute(sa.insert(Progress), rows[start : start + 5000])
