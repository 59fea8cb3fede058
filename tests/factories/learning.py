"""Courses, cohorts and seats."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course, Kind, Module
from courses.catalogue.services import add_activity, add_module, create_course
from courses.certificates.models import CertificateTemplate
from courses.cohorts.models import Cohort, Enrolment
from courses.cohorts.services import assign_staff, enrol, open_cohort
from courses.lessons.services import write_lesson
from courses.quizzes.authoring import add_question, create_quiz, use_questions
from courses.quizzes.models import Quiz
from lms.people.models import Agency, Person
from tests.factories.people import actor_for

SINGLE = {
    "kind": "single",
    "text": "<p>Siapa yang dilayani?</p>",
    "points": 10,
    "explanation": "<p>Warga.</p>",
    "options": [
        {"id": "a", "text": "Warga", "correct": True},
        {"id": "b", "text": "Atasan", "correct": False},
    ],
}
TRUE_FALSE = {
    "kind": "true_false",
    "text": "<p>Antrean dicatat.</p>",
    "points": 10,
    "answer": True,
    "explanation": "",
}
ESSAY = {
    "kind": "essay",
    "text": "<p>Jelaskan.</p>",
    "points": 20,
    "explanation": "",
    "min_words": 0,
    "max_words": 300,
    "rubric": [
        {"criterion": "Isi", "levels": [{"text": "Kurang", "points": 0}, {"text": "Baik", "points": 10}]}
    ],
}


def make_course(
    session: Session, agency: Agency, by: Person, now: datetime, title: str = "Etika Pelayanan"
) -> Course:
    return create_course(session, agency.id, title=title, jp=6, by=actor_for(by), now=now)


def make_module(session: Session, course: Course, now: datetime) -> Module:
    return add_module(session, course, title="Dasar", now=now)


def make_lesson(session: Session, module: Module, now: datetime, title: str = "Salam di loket") -> Activity:
    activity = add_activity(session, module, Kind.LESSON, title=title, minutes=5, published=True, now=now)
    write_lesson(session, activity, "## Menyapa\n\nUcapkan salam dan sebut nama.", by=None, now=now)
    return activity


def make_quiz(
    session: Session,
    module: Module,
    now: datetime,
    *contents: dict[str, Any],
    title: str = "Kuis akhir",
    **settings: Any,
) -> Quiz:
    activity = add_activity(session, module, Kind.QUIZ, title=title, minutes=10, published=True, now=now)
    quiz = create_quiz(session, activity, **settings)
    made = [
        add_question(session, module.course_id, content, now=now)
        for content in contents or (SINGLE, TRUE_FALSE)
    ]
    use_questions(session, quiz, made)
    return quiz


def make_cohort(
    session: Session, course: Course, by: Person, now: datetime, *, quota: int | None = None
) -> Cohort:
    today = date(now.year, now.month, now.day)
    cohort = open_cohort(
        session,
        course.agency_id,
        course.id,
        name="Angkatan I",
        starts_on=today - timedelta(days=3),
        ends_on=today + timedelta(days=20),
        zone="Asia/Jayapura",
        by=actor_for(by),
        now=now,
        quota=quota,
    )
    cohort.published = True
    assign_staff(session, cohort, by.id)
    session.flush()
    return cohort


def make_seat(session: Session, cohort: Cohort, person: Person, now: datetime) -> Enrolment:
    return enrol(session, cohort, person, by=None, now=now)


def make_template(session: Session, agency: Agency, now: datetime) -> CertificateTemplate:
    template = CertificateTemplate(
        agency_id=agency.id,
        number_format="{klasifikasi}/{urut:04}/{unit}/{bulan_romawi}/{tahun}",
        heading="SERTIFIKAT",
        place="Sorong",
        classification="800.2.2",
        unit_code="BKPSDM",
        created_at=now,
    )
    session.add(template)
    session.flush()
    return template
