"""Two people at the same moment, each in a transaction of their own that really commits."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from courses.features import FEATURES
from courses.progress.models import MarkEntry
from courses.projects import forming
from courses.projects.models import Draft, Group, GroupMember, Project, Review, Version
from courses.projects.queries import run_of, work_of
from courses.projects.reviewing import Judgement, release, save_review
from courses.projects.services import DraftMoved, save_draft, submit
from courses.projects.work import Contents
from lms.access import Role
from lms.app import create_app
from lms.errors import Refusal
from lms.web import db
from tests.conftest import settings_for
from tests.databases import database
from tests.factories.people import actor_for
from tests.factories.projects import POINTS, Scene

Deed = Callable[[Session], Any]


@pytest.fixture
def apart(shared_app: Flask, template_database: URL, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, where commits are commits."""
    with shared_app.app_context():
        db.engine.dispose()  # a database is copied only while nobody is connected to it
    with database(f"bina_projects_{os.getpid()}", template=template_database.database) as url:
        app = create_app(settings_for(url, tmp_path), FEATURES)
        app.config.update(TESTING=True)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def scene(apart: Flask, now: datetime) -> Iterator[Scene]:
    with apart.app_context():
        made = db.sessionmaker()
    with made as session:
        yield Scene(apart, session, now)


def together(app: Flask, *deeds: Deed) -> list[Any]:
    """Do all deeds at the same moment; what each returned, or what it raised."""
    start = Barrier(len(deeds))

    def run(deed: Deed) -> Any:
        with app.app_context(), db.sessionmaker() as session:
            start.wait(10)
            try:
                found = deed(session)
            except Refusal as refusal:
                return refusal
            session.commit()
            return found

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def submitting(scene: Scene, person: Any, client_id: uuid.UUID | None = None) -> Deed:
    seat = scene.seat(person)

    def deed(session: Session) -> Any:
        work = work_of(session, seat, scene.activity_id)
        return submit(
            session,
            seat,
            scene.activity_id,
            work.stages[-1],
            Contents(f"Dari {person.full_name}"),
            client_id=client_id or uuid.uuid4(),
            revision=work.draft.revision,
            now=scene.now,
        ).number

    return deed


def test_two_members_who_hand_in_at_once_make_two_versions(scene: Scene, apart: Flask) -> None:
    deeds = [submitting(scene, person) for person in (scene.ayu, scene.bayu, scene.ayu, scene.bayu)]
    assert sorted(together(apart, *deeds)) == [1, 2, 3, 4]
    assert scene.session.scalar(sa.select(sa.func.count()).select_from(Version)) == 4


def test_a_double_tap_at_once_makes_one_version(scene: Scene, apart: Flask) -> None:
    press = uuid.uuid4()
    assert together(apart, *[submitting(scene, scene.ayu, press)] * 4) == [1, 1, 1, 1]
    assert scene.session.scalar(sa.select(sa.func.count()).select_from(Version)) == 1


def test_of_two_drafts_saved_at_once_one_is_told(scene: Scene, apart: Flask) -> None:
    def saving(person: Any) -> Deed:
        seat, text = scene.seat(person), f"Dari {person.full_name}"
        return lambda session: (
            save_draft(session, seat, scene.activity_id, Contents(text), revision=0, now=scene.now).revision
        )

    results = together(apart, saving(scene.ayu), saving(scene.bayu))
    assert sorted(str(type(result).__name__) for result in results) == ["DraftMoved", "int"]
    assert any(isinstance(result, DraftMoved) for result in results)
    assert scene.session.scalars(sa.select(Draft.revision)).one() == 1


def test_nobody_is_placed_twice_by_two_instructors_at_once(scene: Scene, apart: Flask) -> None:
    by, enrolment_id = actor_for(scene.citra, Role.INSTRUCTOR), scene.enrolment(scene.dian).id
    targets = [scene.group.id, scene.other_group.id]

    def placing(group_id: uuid.UUID) -> Deed:
        def deed(session: Session) -> Any:
            ran = run_of(session, by, scene.cohort.id, scene.activity_id, write=True)
            return forming.place(session, ran, {enrolment_id: group_id}, by=by, now=scene.now)

        return deed

    assert together(apart, *[placing(target) for target in targets]) == [1, 1]
    current = sa.select(GroupMember).where(
        GroupMember.enrolment_id == enrolment_id, GroupMember.left_at.is_(None)
    )
    assert len(scene.session.scalars(current).all()) == 1


def test_two_draws_at_once_place_everybody_once(scene: Scene, apart: Flask) -> None:
    by = actor_for(scene.citra, Role.INSTRUCTOR)

    def deed(session: Session) -> Any:
        ran = run_of(session, by, scene.cohort.id, scene.activity_id, write=True)
        return len(forming.draw_groups(session, ran, by=by, now=scene.now))

    results = together(apart, deed, deed)
    assert sorted(str(result) for result in results) == ["1", "Semua peserta sudah punya kelompok."]
    assert scene.session.scalar(sa.select(sa.func.count()).select_from(Group)) == 3


def test_a_release_pressed_twice_at_once_gives_each_member_one_mark(scene: Scene, apart: Flask) -> None:
    version_id = scene.submit(scene.ayu).id
    by = actor_for(scene.citra, Role.INSTRUCTOR)

    def saving(session: Session) -> Any:
        ran = run_of(session, by, scene.cohort.id, scene.activity_id, write=True)
        version = session.get_one(Version, version_id)
        return save_review(session, ran, version, Judgement(POINTS), by=by, now=scene.now).percent

    def releasing(session: Session) -> Any:
        ran = run_of(session, by, scene.cohort.id, scene.activity_id, write=True)
        return release(session, ran, session.get_one(Version, version_id), by=by, now=scene.now).state

    together(apart, saving, saving)
    assert scene.session.scalar(sa.select(sa.func.count()).select_from(Review)) == 1
    assert together(apart, releasing, releasing) == ["released", "released"]
    assert scene.session.scalar(sa.select(sa.func.count()).select_from(MarkEntry)) == 2
    assert scene.session.scalar(sa.select(sa.func.count()).select_from(Project)) == 1
