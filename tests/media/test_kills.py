"""Workers and their ffmpeg get killed; the work is done all the same, and nobody ever sees half of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from courses.features import FEATURES
from lms.app import create_app
from lms.clock import now
from lms.jobs.queue import LANES, TASKS
from lms.media import making
from lms.media.models import Making, Media, Rendering
from lms.media.prepare import prepare
from lms.media.services import take_in
from lms.shell.cli import work_here
from lms.web import db
from tests.conftest import settings_for
from tests.databases import ROOT, database
from tests.media.bringing import recording
from tests.media.dying import POINTS

SECRET = "test-" * 8


@contextmanager
def own(template: URL, folder: Path) -> Iterator[tuple[Flask, dict[str, Any]]]:
    """An application with a database that other processes see, and what they need to know of it."""
    name = f"bina_kill_{uuid.uuid4().hex}"
    with database(name, template=template.database) as url:
        app = create_app(settings_for(url, folder), FEATURES)
        yield app, {"database_url": url.render_as_string(hide_password=False), "secret_keys": [SECRET]}
        with app.app_context():
            db.engine.dispose()


def bring(app: Flask, data: bytes) -> uuid.UUID:
    """A film whose versions wait to be made."""
    with app.test_request_context():
        work = work_here()
        with work.transaction() as session:
            media = take_in(session, work.store, "film.mp4", data, owner_id=None, agency_id=None, now=now())
        prepare(work, media.id)
        return media.id


def test_a_death_at_any_point_leaves_nothing_half_done_and_the_next_worker_finishes(
    shared_app: Flask, template_database: URL, tmp_path: Path
) -> None:
    with shared_app.app_context():
        db.engine.dispose()
    with own(template_database, tmp_path) as (app, settings):
        media_id = bring(app, recording(seconds=8))
        with app.app_context():
            db.engine.dispose()
        told = subprocess.run(
            [sys.executable, "-m", "tests.media.dying", json.dumps(settings), str(tmp_path), str(media_id)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    lives = [json.loads(line) for line in told.stdout.splitlines() if line.startswith('{"point"')]
    assert [life["point"] for life in lives] == list(POINTS), told.stderr
    for life in lives:
        point = life["point"]
        assert life["ended"] == (1 if point == "ffmpeg killed" else -signal.SIGKILL), life
        assert not life["outlived"], life  # ffmpeg does not outlive its worker
        assert not life["killed"]["shown"], life
        assert life["killed"]["state"] == ("waiting" if point == "ffmpeg killed" else "working"), life
        assert life["again"] == 0, life
        assert life["after"] == {"state": "ready", "shown": True, "tries": 2, "whole": True, "left": []}, life


@contextmanager
def worker(settings: dict[str, Any], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`flask jobs work`, as an installation runs it."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LMS_")},
        "LMS_DATABASE_URL": settings["database_url"],
        "LMS_SECRET_KEYS": SECRET,
        "LMS_DATA_DIR": str(folder),
        "LMS_BASE_URL": "http://localhost",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def until(sessions: sessionmaker[Session], media_id: uuid.UUID, *states: Making) -> Rendering:
    """The smallest version, once it is in one of these states."""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        with sessions() as session:
            row = session.get_one(Rendering, (media_id, "240p"))
            if row.state in states:
                return row
        time.sleep(0.05)
    raise TimeoutError(row.state)


def test_another_worker_takes_up_what_a_killed_one_left(
    shared_app: Flask, template_database: URL, tmp_path: Path
) -> None:
    with shared_app.app_context():
        db.engine.dispose()
    with own(template_database, tmp_path) as (app, settings):
        media_id = bring(app, recording("-vf", "scale=1280:720", seconds=30))
        with app.app_context():
            sessions = db.sessionmaker
        with sessions() as session, session.begin():
            drop = "DELETE FROM procrastinate_jobs WHERE args->>'name' IN ('audio', '360p', '480p', '720p', 'sprite')"
            session.execute(sa.text(drop))
        with worker(settings, tmp_path) as first:
            until(sessions, media_id, Making.WORKING)
            first.kill()
            first.wait()
        with sessions() as session, session.begin():
            assert "240p" not in session.get_one(Media, media_id).renditions
            # As if its lease had run out meanwhile (lms.jobs.queue.SILENT_AFTER).
            session.execute(
                sa.text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
            )
        with worker(settings, tmp_path):
            done = until(sessions, media_id, Making.READY, Making.FAILED)
        assert (done.state, done.tries) == (Making.READY, 2)
        with sessions() as session:
            media = session.get_one(Media, media_id)
            there = app.extensions["store"].stat(media.renditions["240p"]["key"])
            assert there.size == media.renditions["240p"]["size"]
        assert list((tmp_path / "work").iterdir()) == []


def test_a_film_that_is_interrupted_again_and_again_is_given_up_in_sight_of_everybody(
    shared_app: Flask, template_database: URL, tmp_path: Path
) -> None:
    with own(template_database, tmp_path) as (app, _settings):
        media_id = bring(app, recording())
        with app.test_request_context():
            work = work_here()
            for number in range(1, making.MOST_TRIES + 1):
                with work.transaction() as session:
                    assert making.begin(session, media_id, "240p", now=now()) == number
                with work.transaction() as session:
                    making.stopped(session, media_id, "240p", number, now=now())
            with work.transaction() as session:
                row = session.get_one(Rendering, (media_id, "240p"))
                assert (row.state, row.problem) == (Making.FAILED, making.EXHAUSTED)


def test_no_job_stands_in_a_lane_that_no_worker_serves() -> None:
    assert {task.lane for task in TASKS.values()} <= {*LANES}
