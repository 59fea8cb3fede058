"""`python -m tests.bench [group …]`: pages, attempt, weight, browser, certificates. Exits 1 when a gate fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from courses.features import FEATURES
from lms.app import ROOT, create_app
from lms.config import Settings
from lms.shell import assets
from lms.shell.migrations import alembic_of
from lms.web import db
from tests.bench import pages, weight
from tests.bench.figures import Figure, show
from tests.bench.seed import Scene, seed
from tests.databases import database

SECRET = "bench-" * 8
GROUPS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "pages": pages.measure,
    "weight": weight.measure,
}


@dataclass(frozen=True)
class Bench:
    """The seeded database, the application's settings for it, and a signed-in learner's headers."""

    app: Flask
    scene: Scene
    environment: dict[str, str]
    cookie: str


@contextmanager
def prepared() -> Iterator[Bench]:
    with database(f"bina_bench_{os.getpid()}") as url:
        address = url.render_as_string(hide_password=False)
        settings = Settings(database_url=address, secret_keys=(SECRET,), data_dir=Path("var/bench"))
        app = create_app(settings, FEATURES)
        assets.build(ROOT, assets.version_of(ROOT / "static"))
        with app.app_context():
            alembic_of(app).upgrade()
            scene = seed(db.session, datetime.now(UTC))  # noqa: TID251
            db.session.close()
            db.engine.dispose()
        environment = {"LMS_DATABASE_URL": address, "LMS_SECRET_KEYS": SECRET, "LMS_DATA_DIR": "var/bench"}
        yield Bench(app, scene, environment, _cookie(app, scene))


def _cookie(app: Flask, scene: Scene) -> str:
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    seen = datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251
    return "__Host-bina=" + str(
        signer.dumps({"_user_id": scene.token, "_fresh": True, "seen": seen, "csrf_token": "x" * 40})
    )


def main(names: list[str]) -> int:
    with prepared() as bench:
        made = [show(figure) for name in names or GROUPS for figure in GROUPS[name](bench)]
    return 0 if all(figure.ok for figure in made) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
