"""Ayu has a seat in a class of Citra's; files arrive as from a form and are prepared by the worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Completion, Kind
from courses.catalogue.services import add_activity
from courses.lessons.models import LessonMedia
from courses.lessons.services import write_lesson
from lms.access import Role
from lms.media.models import Media
from lms.media.services import take_in
from tests.factories.learning import make_cohort, make_course, make_lesson, make_module, make_seat
from tests.factories.people import actor_for, make_agency, make_person
from tests.live import file_server

__all__ = ["file_server"]


class Scene:
    def __init__(self, app: Flask, session: Session, now: datetime, run_jobs: Callable[[], int]) -> None:
        self.app, self.session, self.now, self.run_jobs = app, session, now, run_jobs
        self.agency = make_agency(session)
        elsewhere = make_agency(session, "Pemerintah Kota Salatiga")
        self.ayu = make_person(session, self.agency, "Ayu Lestari")
        self.budi = make_person(session, self.agency, "Budi Santoso")
        self.citra = make_person(session, self.agency, "Citra Dewi", Role.INSTRUCTOR)
        self.dewi = make_person(session, self.agency, "Dewi Anggraini", Role.ADMIN)
        self.gita = make_person(session, self.agency, "Gita Sari", Role.INSTRUCTOR)
        self.hadi = make_person(session, elsewhere, "Hadi", Role.ADMIN, Role.INSTRUCTOR)
        self.course = make_course(session, self.agency, self.citra, now)
        self.module = make_module(session, self.course, now)
        self.lesson = make_lesson(session, self.module, now)
        self.cohort = make_cohort(session, self.course, self.citra, now)
        self.seat = make_seat(session, self.cohort, self.ayu, now)
        session.commit()

    @property
    def editor(self) -> str:
        return f"/kelola/pelajaran/{self.lesson.id}"

    @property
    def page(self) -> str:
        return f"/kelas/{self.cohort.id}/pelajaran/{self.lesson.id}"

    def add_lesson(self, title: str, completion: Completion = Completion.VIEWED) -> Activity:
        activity = add_activity(
            self.session, self.module, Kind.LESSON, title=title, published=True, now=self.now
        )
        write_lesson(self.session, activity, "", by=actor_for(self.citra), now=self.now)
        activity.completion = completion
        self.session.commit()
        return activity

    def bring(self, name: str, data: bytes) -> Media:
        """A file of Citra's, prepared."""
        store = self.app.extensions["store"]
        media = take_in(
            self.session, store, name, data, owner_id=self.citra.id, agency_id=self.agency.id, now=self.now
        )
        self.session.commit()
        self.run_jobs()
        return media

    def media_of(self, file: LessonMedia) -> Media:
        return self.session.get_one(Media, file.media_id)


@pytest.fixture
def scene(app: Flask, session: Session, now: datetime, run_jobs: Callable[[], int]) -> Scene:
    return Scene(app, session, now, run_jobs)
