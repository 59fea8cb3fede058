"""A real server on a real port, with a database of its own that it really commits to, for browsers and for threads.

def test_something(live_server: LiveServer) -> None:
    with live_server.session() as session: …          # make what the test needs; commits at its end
    page = live_server.page(person)                   # Chromium in which somebody is signed in
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from courses.features import FEATURES
from lms.app import create_app
from lms.auth.services import start_session
from lms.database import new_id
from lms.jobs.queue import TASKS
from lms.people.models import Person
from lms.shell.cli import work_here
from lms.web import db
from tests.conftest import settings_for
from tests.databases import database

CHROMIUM = os.environ.get("BINA_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TAKE = (
    "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo' RETURNING task_name, args, id"
)
PHONE = {"width": 360, "height": 740}
# Only tests of the worker want one: it would answer in place of what other tests put into the way.
NO_WORKER = "delete Navigator.prototype.serviceWorker"


@dataclass
class LiveServer:
    """The running application. `address` has no slash at its end."""

    app: Flask
    address: str
    sessions: sessionmaker[Session]
    stack: ExitStack

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction of the test's own, committed at its end."""
        with self.sessions() as opened, opened.begin():
            yield opened

    @contextmanager
    def using(self) -> Iterator[Session]:
        """A session for the factories, which commit by themselves and whose listeners write links; before the first page."""
        with self.app.test_request_context(base_url=self.address), self.sessions() as opened:
            yield opened
            opened.commit()

    def token(self, person: Person) -> str:
        """A fresh session of somebody, second factor passed."""
        with self.session() as session:
            return start_session(
                session,
                person.id,
                now=datetime.now(UTC),  # noqa: TID251
                days=1,
                second_factor=True,
            )

    def cookie(self, person: Person) -> str:
        """The value of the signed cookie that stands for such a session."""
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        value: str = serializer.dumps({"_user_id": self.token(person), "_fresh": True})
        return value

    def sign_in(self, context: BrowserContext, person: Person) -> None:
        name = self.app.config["SESSION_COOKIE_NAME"]
        context.add_cookies([{"name": name, "value": self.cookie(person), "url": self.address}])

    @cached_property
    def playwright(self) -> Playwright:
        return self.stack.enter_context(sync_playwright())

    @cached_property
    def browser(self) -> Browser:
        """Chromium, started by the first page."""
        started = self.playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        self.stack.callback(started.close)
        return started

    @contextmanager
    def phone(self, profile: Path, **options: Any) -> Iterator[BrowserContext]:
        """A browser of its own whose profile outlives it: started here, ended with the block, started again as it was."""
        known = {"viewport": PHONE, "base_url": self.address, **options}
        context = self.playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=ARGUMENTS, **known
        )
        try:
            yield context
        finally:
            context.close()

    def context(self, person: Person | None = None, **options: Any) -> BrowserContext:
        """A browser of its own (360 × 740 unless told otherwise), in which somebody is signed in.

        It knows no service workers unless they are asked for: service_workers="allow".
        """
        known = {"viewport": PHONE, "base_url": self.address, **options}
        made = self.browser.new_context(**known)
        if "service_workers" not in options:
            made.add_init_script(NO_WORKER)
        if person is not None:
            self.sign_in(made, person)
        return made

    def page(self, person: Person | None = None, **options: Any) -> Page:
        return self.context(person, **options).new_page()


@pytest.fixture
def live_server(shared_app: Flask, template_database: URL, tmp_path: Path) -> Iterator[LiveServer]:
    """A live server for one test."""
    with living(shared_app, template_database, tmp_path) as server:
        yield server


@pytest.fixture(scope="module")
def file_server(
    shared_app: Flask, template_database: URL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A live server for all tests of a file, each of which makes people and classes of its own."""
    with living(shared_app, template_database, tmp_path_factory.mktemp("live")) as server:
        yield server


@contextmanager
def living(shared_app: Flask, template_database: URL, folder: Path, **changes: Any) -> Iterator[LiveServer]:
    """The application in a thread, with every guard on, on a copy of the migrated database; `changes` are settings."""
    # A database that somebody is connected to cannot be copied.
    with shared_app.app_context():
        db.engine.dispose()
    name = f"bina_live_{new_id().hex}"
    with database(name, template=template_database.database) as url:
        app = create_app(
            settings_for(url, folder, base_url="http://127.0.0.1", secure_cookies=False, **changes), FEATURES
        )
        # The port is known only once the server listens.
        app.config["SERVER_NAME"] = None
        with app.app_context():
            sessions = db.sessionmaker
        server = make_server("127.0.0.1", 0, ending(app), threaded=True)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            with ExitStack() as stack:
                yield LiveServer(app, f"http://127.0.0.1:{server.server_port}", sessions, stack)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            with app.app_context():
                db.engine.dispose()


def ending(app: Flask) -> Callable[[Any, Any], Iterable[bytes]]:
    """The application, whose answers end also when their reader is gone: werkzeug's server forgets that after a reset."""

    def ended(answer: Iterable[bytes]) -> Iterator[bytes]:
        try:
            yield from answer
        finally:
            getattr(answer, "close", lambda: None)()

    return lambda environ, start: ended(app(environ, start))


def run_jobs(server: LiveServer) -> int:
    """Run every waiting job once, as a worker would; returns how many ran."""
    with server.app.test_request_context(base_url=server.address):
        with server.session() as session:
            waiting = session.execute(sa.text(TAKE)).all()
        context = SimpleNamespace(additional_context={"work": work_here()})
        for name, arguments, _id in sorted(waiting, key=lambda row: row.id):
            TASKS[name].func(context, **arguments)
    return len(waiting)
