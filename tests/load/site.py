"""The whole installation as `./dev run` serves it: private database, two web processes, a worker, and a class."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from courses.features import FEATURES
from lms.app import ROOT, create_app
from lms.auth.services import start_session
from lms.config import Settings
from lms.people.models import Person
from lms.shell import assets
from lms.shell.migrations import alembic_of
from lms.web import db
from tests.bench.server import Server, serving
from tests.load.cluster import Database, private_database
from tests.load.scene import Scene, moment, seed

SECRET = "storm-" * 8
FOLDER = ROOT / "var" / "load"


@dataclass(frozen=True)
class Site:
    """A running installation; `app` sees the same database, for looking and for an author's edits."""

    app: Flask
    database: Database
    server: Server
    worker: subprocess.Popen[bytes]
    scene: Scene

    def database_cpu(self) -> float:
        """Seconds of processor time of the database so far, with that of connections that ended."""
        main = int((self.database.cluster.data / "postmaster.pid").read_text().split()[0])
        return sum(_cpu(pid) for pid in [main, *_children(main)]) + _cpu(main, ended=True)


@contextmanager
def running(name: str, learners: int, **settings: Any) -> Iterator[Site]:
    """The installation with a class of so many learners; `settings` are those of the quiz."""
    with private_database(FOLDER, name=name) as database:
        app = create_app(
            Settings(database_url=database.address, secret_keys=(SECRET,), data_dir=FOLDER), FEATURES
        )
        assets.build(ROOT, assets.version_of(ROOT / "static"))
        with app.app_context():
            alembic_of(app).upgrade()
            scene = seed(db.session, learners, now=moment(), **settings)
            db.session.close()
        environment = {
            "LMS_DATABASE_URL": database.address,
            "LMS_SECRET_KEYS": SECRET,
            "LMS_DATA_DIR": str(FOLDER),
        }
        with (
            (FOLDER / f"{name}.log").open("wb") as log,
            _working(environment, log) as worker,
            serving("wsgi:app", environment, log=log) as server,
        ):
            yield Site(app, database, server, worker, scene)
        with app.app_context():
            db.engine.dispose()


@contextmanager
def _working(environment: dict[str, str], log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    settings = {**os.environ, **environment, "LMS_LOG_LEVEL": "WARNING"}
    worker = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
    try:
        yield worker
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=30)


def cookie_of(site: Site, name: str) -> dict[str, str]:
    """The cookie of somebody who has been signed in since yesterday."""
    signer = SecureCookieSessionInterface().get_signing_serializer(site.app)
    assert signer is not None
    with site.app.app_context(), db.sessionmaker() as session, session.begin():
        person_id = session.scalars(sa.select(Person.id).where(Person.email == name)).one()
        token = start_session(session, person_id, now=moment(), days=1, second_factor=True)
    told = {"_user_id": token, "_fresh": True, "seen": moment().isoformat(timespec="seconds")}
    return {site.app.config["SESSION_COOKIE_NAME"]: str(signer.dumps(told))}


def cpu_of(pid: int) -> float:
    """Seconds of processor time of one process."""
    return _cpu(pid)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu(pid: int, *, ended: bool = False) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    first = 13 if ended else 11
    return (int(fields[first]) + int(fields[first + 1])) / os.sysconf("SC_CLK_TCK")
