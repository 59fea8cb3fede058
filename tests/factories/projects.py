"""A project, its groups, and a scene: Ayu and Bayu in one group, Budi in another, Citra teaches."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Kind, Module
from courses.catalogue.services import add_activity
from courses.cohorts.models import Cohort, Enrolment
from courses.cohorts.queries import Seat, seat_of
from courses.projects import forming
from courses.projects.models import Group, Project, Version
from courses.projects.queries import Ran, work_of
from courses.projects.services import create_project, submit
from courses.projects.work import Contents
from lms.access import Role
from lms.media.models import Media, MediaState
from lms.people.models import Person, Unit
from tests.factories.learning import make_cohort, make_course, make_module, make_seat
from tests.factories.people import actor_for, make_agency, make_person

LEVELS = [
    {"text": "Sangat jelas.", "points": 4},
    {"text": "Jelas.", "points": 3},
    {"text": "Kurang jelas.", "points": 2},
    {"text": "Tidak jelas.", "points": 1},
]
RUBRIC: list[dict[str, Any]] = [
    {"criterion": "Kejelasan masalah", "weight": 25, "levels": LEVELS},
    {"criterion": "Ketepatan data", "weight": 35, "levels": LEVELS},
    {"criterion": "Keterpakaian", "weight": 40, "levels": LEVELS},
]
MILESTONES = [
    {"title": "Rancangan", "days_after_start": 2},
    {"title": "Laporan kelompok", "days_after_start": 10},
]
# Marks that come to 81.25: the best level, then twice the second.
POINTS = {"c1": "4", "c2": "3", "c3": "3"}


def make_project(session: Session, module: Module, now: datetime, **changes: Any) -> Project:
    activity = add_activity(
        session, module, Kind.PROJECT, title="Laporan satu halaman", published=True, now=now
    )
    facts: dict[str, Any] = {
        "brief": "Susun **laporan** bersama.",
        "group_size": (2, 4),
        "milestones": MILESTONES,
        "rubric": RUBRIC,
    }
    return create_project(session, activity, **{**facts, **changes}, now=now)


def make_file(
    session: Session, owner: Person, now: datetime, name: str = "laporan.pdf", **changes: Any
) -> Media:
    facts: dict[str, Any] = {
        "agency_id": owner.agency_id,
        "owner_id": owner.id,
        "name": name,
        "kind": "pdf",
        "content_type": "application/pdf",
        "size": 1_200_000,
        "key": f"media/{uuid.uuid4().hex}",
        "state": MediaState.READY,
        "part_size": 5 * 1024 * 1024,
        "created_at": now,
        "active_at": now,
        "stored_at": now,
    }
    media = Media(**{**facts, **changes})
    session.add(media)
    session.flush()
    return media


class Scene:
    """A class with a project: Ayu and Bayu are Kelompok 1, Budi is Kelompok 2, Dian has no group. Dewi administers.

    Gita audits the agency, Hadi teaches another class of it, Wayan belongs to another agency.
    """

    def __init__(self, app: Flask, session: Session, now: datetime) -> None:
        self.app, self.session, self.now = app, session, now
        self.agency = make_agency(session)
        self.unit = Unit(agency_id=self.agency.id, code="01", name="Dinas Kesehatan")
        session.add(self.unit)
        session.flush()
        self.ayu = make_person(session, self.agency, "Ayu Lestari")
        self.bayu = make_person(session, self.agency, "Bayu Saputra")
        self.budi = make_person(session, self.agency, "Budi Santoso")
        self.dian = make_person(session, self.agency, "Dian Pertiwi")
        self.citra = make_person(session, self.agency, "Citra Dewi", Role.INSTRUCTOR)
        self.dewi = make_person(session, self.agency, "Dewi Anggraini", Role.ADMIN)
        self.gita = make_person(session, self.agency, "Gita Permata", Role.AUDITOR)
        self.hadi = make_person(session, self.agency, "Hadi Wijaya", Role.INSTRUCTOR)
        other = make_agency(session, "Pemerintah Kota Salatiga", zone="Asia/Jakarta")
        self.wayan = make_person(session, other, "Wayan Sudana", Role.INSTRUCTOR, Role.ADMIN)
        self.ayu.unit_id = self.unit.id
        course = make_course(session, self.agency, self.citra, now)
        self.module = make_module(session, course, now)
        self.project = make_project(session, self.module, now)
        self.activity_id = self.project.activity_id
        self.cohort: Cohort = make_cohort(session, course, self.citra, now)
        self.seats = {
            person.id: make_seat(session, self.cohort, person, now)
            for person in (self.ayu, self.bayu, self.budi, self.dian)
        }
        self.ran = Ran(self.cohort, session.get_one(Activity, self.activity_id), self.project)
        self.group = self.form("Kelompok 1", self.ayu, self.bayu)
        self.other_group = self.form("Kelompok 2", self.budi)
        session.commit()

    @property
    def here(self) -> str:
        """The learner's page."""
        return f"/kelas/{self.cohort.id}/proyek/{self.activity_id}"

    @property
    def desk(self) -> str:
        """The staff's page."""
        return f"/kelola/kelas/{self.cohort.id}/proyek/{self.activity_id}"

    def marking(self, group: Group | None = None) -> str:
        return f"{self.desk}/kelompok/{(group or self.group).id}/nilai"

    def form(self, name: str, *people: Person) -> Group:
        by = actor_for(self.citra, Role.INSTRUCTOR)
        group = forming.add_group(self.session, self.ran, name, now=self.now)
        wanted = {self.seats[person.id].id: group.id for person in people}
        forming.place(self.session, self.ran, wanted, by=by, now=self.now)
        return group

    def enrol(self, person: Person) -> None:
        self.seats[person.id] = make_seat(self.session, self.cohort, person, self.now)

    def enrolment(self, person: Person) -> Enrolment:
        return self.seats[person.id]

    def seat(self, person: Person) -> Seat:
        return seat_of(self.session, actor_for(person), self.cohort.id)

    def submit(
        self,
        person: Person,
        text: str = "Antrean kami panjang.",
        *,
        stage: int = -1,
        now: datetime | None = None,
        **changes: Any,
    ) -> Version:
        """Hand in for a stage by its place; the last one is the final work."""
        seat = self.seat(person)
        work = work_of(self.session, seat, self.activity_id)
        facts: dict[str, Any] = {"client_id": uuid.uuid4(), "revision": work.draft.revision}
        with self.app.app_context():
            version = submit(
                self.session,
                seat,
                self.activity_id,
                work.stages[stage],
                changes.pop("what", Contents(text)),
                now=now or self.now,
                **{**facts, **changes},
            )
        self.session.commit()
        return version
