"""One application and one schema for the run; each test in a transaction that is rolled back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from courses.features import FEATURES
from lms.app import create_app
from lms.config import Settings
from lms.jobs.queue import TASKS
from lms.notifications import queries
from lms.people.models import Person
from lms.shell import assets
from lms.shell.cli import work_here
from lms.shell.migrations import alembic_of
from lms.web import db
from tests.databases import ROOT, database
from tests.factories.people import sign_in

pytest_plugins = ["tests.storage.engines"]

# How fast a machine is decides about no claim.
settings.register_profile("bina", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bina")

# Files that take a minute or so. They begin first, so that no process is left alone with one at the end.
LONGEST = (
    "tests/journeys/",
    "tests/media/test_browser.py",
    "tests/quizzes/test_browser.py",
    "tests/test_matrix.py",
)

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After the shuffling of pytest-randomly."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def template_database() -> Iterator[URL]:
    """A migrated, empty database; tests that commit copy it."""
    with database(f"bina_test_{os.getpid()}") as url:
        app = create_app(settings_for(url, Path("var/tests")), FEATURES)
        with app.app_context():
            alembic_of(app).upgrade()
            db.engine.dispose()
        yield url


def settings_for(url: URL, folder: Path, **changes: Any) -> Settings:
    address = url.render_as_string(hide_password=False)
    values = {
        "database_url": address,
        "secret_keys": ("test-" * 8,),
        "data_dir": folder,
        "base_url": "http://localhost",
    }
    return Settings(**{**values, **changes})


@pytest.fixture(scope="session")
def shared_app(template_database: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    # Browsers get the files that they get in production: style sheets whole and everything compressed.
    assets.build(ROOT, assets.version_of(ROOT / "static"))
    app = create_app(settings_for(template_database, tmp_path_factory.mktemp("data")), FEATURES)
    app.config.update(TESTING=True, WTF_CSRF_CHECK_DEFAULT=False, READS_ARE_READ_ONLY=False)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The application, with every session inside one transaction that is rolled back after the test."""
    with shared_app.app_context():
        connection = db.engine.connect()
        outer = connection.begin()
        before = dict(db.sessionmaker.kw)
        db.sessionmaker.configure(bind=connection, binds={}, join_transaction_mode="create_savepoint")
    yield shared_app
    with shared_app.app_context():
        db.sessionmaker.kw.clear()
        db.sessionmaker.kw.update(before)
    outer.rollback()
    connection.close()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session of the test's own, in the same transaction as the application's."""
    with app.app_context():
        made = db.sessionmaker()
    with made as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def no_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has quiet hours who did not choose them: what a test finds must not depend on when it runs."""
    monkeypatch.setattr(queries, "NIGHT", None)


Client = Callable[[Person | None], FlaskClient]
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def client_of(app: Flask, session: Session) -> Client:
    """A browser in which somebody is signed in (or nobody)."""

    def make(person: Person | None = None) -> FlaskClient:
        client = app.test_client()
        if person is not None:
            sign_in(client, session, person)
        return client

    return make


@pytest.fixture
def run_jobs(app: Flask, session: Session) -> Callable[[], int]:
    """Run every waiting job once, in the test's transaction, as a worker would; returns how many ran."""

    def run() -> int:
        session.flush()
        session.commit()
        rows = session.execute(
            sa.text(
                "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo' RETURNING task_name, args, id"
            )
        ).all()
        session.commit()
        with app.test_request_context(base_url="http://localhost"):
            work = work_here()
            for name, arguments, _id in sorted(rows, key=lambda row: row.id):
                context = type("Context", (), {"additional_context": {"work": work}})()
                TASKS[name].func(context, **arguments)
        session.expire_all()
        return len(rows)

    return run


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Count SQL statements: `with statements() as sent: …` then `len(sent)`. Savepoints of the tests do not count."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                sent.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return counting
