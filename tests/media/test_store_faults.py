"""The store is down, slow, broken or cuts its answers off: learning goes on, files wait and are not lost."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.access import Role
from lms.config import Settings
from lms.jobs.queue import Work
from lms.media.models import Making, Media, MediaState, Rendering
from lms.media.render import render
from lms.media.sweeping import work_folder
from lms.shell.cli import work_here
from lms.storage.s3 import S3Store
from lms.storage.store import PART_SIZE, StoreDown
from tests.conftest import Client
from tests.factories.learning import make_cohort, make_course, make_lesson, make_module, make_quiz, make_seat
from tests.factories.people import make_agency, make_person
from tests.media.bringing import begin, finish, recording
from tests.media.files import MP4
from tests.storage.engines import Engine, s3_settings
from tests.storage.faulty import MODES, Faulty
from tests.storage.live import ask

RunJobs = Callable[[], int]


class Hasty(S3Store):
    """The store of an installation, which waits less long while it is known that no answer will come."""

    stub: Faulty

    @cached_property
    def hasty(self) -> Any:
        return self._client(connect_timeout=0.5, read_timeout=0.5, retries={"total_max_attempts": 1})

    @property
    def client(self) -> Any:
        return self.hasty if self.stub.mode == "slow" else super().client

    @property
    def quick(self) -> Any:
        return self.hasty if self.stub.mode == "slow" else super().client


@pytest.fixture
def stub(rgw: Engine) -> Iterator[Faulty]:
    direct = urlsplit(str(rgw.store.url("x", seconds=60, content_type="x")))
    made = Faulty(direct.port or 0)
    yield made
    made.close()


@pytest.fixture
def store(app: Flask, stub: Faulty, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """The application's store, behind the stub."""
    settings: dict[str, Any] = s3_settings(f"http://127.0.0.1:{stub.port}")
    made = Hasty(Settings(database_url="", secret_keys=("x",), **settings))
    made.stub = stub
    monkeypatch.setitem(app.extensions, "store", made)
    return made


@pytest.fixture
def work(app: Flask, store: S3Store) -> Work:
    with app.app_context():
        return work_here()


def sent(data: bytes, parts: list[dict[str, Any]]) -> None:
    for part in parts:
        start = (part["number"] - 1) * PART_SIZE
        answer = ask(part["url"], method="PUT", data=data[start : start + PART_SIZE])
        assert answer.status == 200


def brought(client: FlaskClient, session: Session, data: bytes) -> Media:
    upload = begin(client, "film.mp4", data).get_json()
    sent(data, upload["parts"])
    assert finish(client, upload["id"], data).status_code == 200
    session.expire_all()
    return session.get_one(Media, uuid.UUID(upload["id"]))


@pytest.mark.parametrize("mode", MODES)
def test_lessons_and_quizzes_do_not_notice(
    mode: str, session: Session, client_of: Client, store: S3Store, stub: Faulty, now: datetime
) -> None:
    agency = make_agency(session)
    ayu, citra = make_person(session, agency, "Ayu"), make_person(session, agency, "Citra", Role.INSTRUCTOR)
    course = make_course(session, agency, citra, now)
    module = make_module(session, course, now)
    lesson, quiz = make_lesson(session, module, now), make_quiz(session, module, now)
    cohort = make_cohort(session, course, citra, now)
    make_seat(session, cohort, ayu, now)
    session.commit()
    stub.turn(mode)
    client = client_of(ayu)
    for address in (
        f"/kelas/{cohort.id}/pelajaran/{lesson.id}",
        f"/kelas/{cohort.id}/kuis/{quiz.activity_id}",
        f"/kelas/{cohort.id}",
        "/",
    ):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("mode", MODES[:3])
def test_the_application_stays_ready_and_says_that_it_is_degraded(
    mode: str, client_of: Client, store: S3Store, stub: Faulty
) -> None:
    assert client_of(None).get("/readyz").get_json()["degraded"] == []
    stub.turn(mode)
    answer = client_of(None).get("/readyz")
    assert (answer.status_code, answer.get_json()["degraded"]) == (200, ["store"])
    stub.turn("")
    assert client_of(None).get("/readyz").get_json()["degraded"] == []


@pytest.mark.parametrize("mode", MODES[:3])
def test_an_upload_waits_and_goes_on_where_it_was(
    mode: str, ayu: FlaskClient, session: Session, store: S3Store, stub: Faulty
) -> None:
    film = MP4 + os.urandom(PART_SIZE)
    upload = begin(ayu, "film.mp4", film).get_json()
    sent(film, upload["parts"][:1])
    stub.turn(mode)
    refused = begin(ayu, "film.mp4", film)
    assert refused.status_code == 503
    assert "Coba lagi." in refused.get_json()["message"]
    assert finish(ayu, upload["id"], film).status_code == 503
    stub.turn("")
    again = begin(ayu, "film.mp4", film).get_json()
    assert (again["id"], again["done"]) == (upload["id"], [1])
    sent(film, again["parts"])
    assert finish(ayu, upload["id"], film).status_code == 200


@pytest.mark.parametrize("mode", MODES)
def test_making_a_version_waits_for_the_store_and_then_succeeds(
    mode: str, ayu: FlaskClient, session: Session, work: Work, stub: Faulty, run_jobs: RunJobs
) -> None:
    media = brought(ayu, session, recording())
    run_jobs()
    stub.turn(mode)
    with pytest.raises(StoreDown):
        render(work, media.id, "240p")
    session.expire_all()
    row = session.get_one(Rendering, (media.id, "240p"))
    assert (row.state, "240p" in session.get_one(Media, media.id).renditions) == (Making.WAITING, False)
    assert list(work_folder(work.settings.data_dir).glob(f"{media.id}*")) == []
    stub.turn("")
    render(work, media.id, "240p")
    session.expire_all()
    media = session.get_one(Media, media.id)
    made = media.renditions["240p"]
    there = work.store.stat(made["key"])
    assert there
    assert (media.state, there.size) == (MediaState.READY, made["size"])
