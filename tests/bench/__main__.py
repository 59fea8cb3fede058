"""`python -m tests.bench [group …]`: measure the groups named, or all. Exits 1 when a gate fails."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy.orm import Session

from courses.features import FEATURES
from lms.app import ROOT, create_app
from lms.auth.services import start_session
from lms.config import Settings
from lms.shell import assets
from lms.shell.migrations import alembic_of
from lms.web import db
from tests.bench import attempt, certificates, classroom, pages, people, start, storm, weight
from tests.bench.figures import Figure, show
from tests.bench.seed import Scene, seed
from tests.databases import database

SECRET = "bench-" * 8
GROUPS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "pages": pages.measure,
    "attempt": attempt.measure,
    "class": classroom.measure,
    "people": people.measure,
    "certificates": certificates.measure,
    "weight": weight.measure,
    "start": start.measure,
}


@dataclass(frozen=True)
class Bench:
    """The seeded database, the application's settings for it, and a signed-in learner's headers."""

    app: Flask
    scene: Scene
    environment: dict[str, str]
    cookie: str

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction in the application's context, committed at its end."""
        with self.app.test_request_context(base_url="http://localhost"), db.sessionmaker() as opened:
            yield opened
            opened.commit()

    def headers(self, person_id: uuid.UUID) -> dict[str, str]:
        """What the browser of somebody who is signed in sends."""
        moment = datetime.now(UTC)  # noqa: TID251
        with self.session() as session:
            token = start_session(session, person_id, now=moment, days=30, second_factor=True)
        return {"Cookie": _cookie(self.app, token), "Accept-Encoding": "gzip, br"}

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The statements that the application sends from this process inside the block."""
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        with self.app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        yield sent
        sa.event.remove(engine, "before_cursor_execute", note)


@contextmanager
def prepared() -> Iterator[Bench]:
    with database(f"bina_bench_{os.getpid()}") as url:
        address = url.render_as_string(hide_password=False)
        settings = Settings(
            database_url=address, secret_keys=(SECRET,), data_dir=Path("var/bench"), log_level="WARNING"
        )
        app = create_app(settings, FEATURES)
        assets.build(ROOT, assets.version_of(ROOT / "static"))
        with app.app_context():
            alembic_of(app).upgrade()
            scene = seed(db.session, datetime.now(UTC))  # noqa: TID251
            db.session.close()
            db.engine.dispose()
        environment = {"LMS_DATABASE_URL": address, "LMS_SECRET_KEYS": SECRET, "LMS_DATA_DIR": "var/bench"}
        yield Bench(app, scene, environment, _cookie(app, scene.token))


def _cookie(app: Flask, token: str) -> str:
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    seen = datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251
    return "__Host-bina=" + str(
        signer.dumps({"_user_id": token, "_fresh": True, "seen": seen, "csrf_token": "x" * 40})
    )


def main(names: list[str]) -> int:
    if names[:1] == ["storm"]:
        return storm.main(names[1:])
    with prepared() as bench:
        made = [show(figure) for name in names or GROUPS for figure in GROUPS[name](bench)]
    return 0 if all(figure.ok for figure in made) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
