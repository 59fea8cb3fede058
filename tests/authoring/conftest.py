"""Citra wrote a course of one lesson and one quiz; Gita teaches beside her; Hadi sits in another agency."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from courses.catalogue.models import Kind
from courses.catalogue.services import add_activity
from courses.lessons.services import write_lesson
from lms.access import Role
from tests.factories.learning import make_cohort, make_course, make_lesson, make_module, make_quiz, make_seat
from tests.factories.people import actor_for, make_agency, make_person


class Scene:
    def __init__(self, session: Session, now: datetime) -> None:
        self.agency = make_agency(session)
        elsewhere = make_agency(session, "Pemerintah Kota Salatiga")
        self.ayu = make_person(session, self.agency, "Ayu Lestari")
        self.citra = make_person(session, self.agency, "Citra Dewi", Role.INSTRUCTOR)
        self.gita = make_person(session, self.agency, "Gita Sari", Role.INSTRUCTOR)
        self.dewi = make_person(session, self.agency, "Dewi Anggraini", Role.ADMIN)
        self.hadi = make_person(session, elsewhere, "Hadi", Role.ADMIN, Role.INSTRUCTOR)
        self.course = make_course(session, self.agency, self.citra, now)
        self.module = make_module(session, self.course, now)
        self.lesson = make_lesson(session, self.module, now)
        self.quiz = make_quiz(session, self.module, now)
        self.draft = add_activity(session, self.module, Kind.LESSON, title="Antrean", now=now)
        write_lesson(session, self.draft, "", by=actor_for(self.citra), now=now)
        self.cohort = make_cohort(session, self.course, self.citra, now)
        self.seat = make_seat(session, self.cohort, self.ayu, now)
        session.commit()

    @property
    def page(self) -> str:
        return f"/kelola/kursus/{self.course.id}"


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return Scene(session, now)
