"""A page with an upload field, and a server with a database of its own, for a real browser."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import Blueprint, Flask, render_template_string, request
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from courses.features import FEATURES
from lms.access import SIGNED_IN, needs
from lms.app import create_app
from lms.auth.models import LinkPurpose
from lms.auth.services import make_link
from lms.clock import now
from lms.feature import Feature
from lms.media.models import Media
from lms.media.prepare import prepare
from lms.media.queries import brought_by
from lms.media.words import described
from lms.people.models import Person
from lms.shell.cli import work_here
from lms.web import actor, db, session
from tests.conftest import settings_for
from tests.databases import database
from tests.factories.people import make_agency, make_person
from tests.storage.live import served
from tests.storage.rgw import free_port

OPTIONS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PAGE = """{% extends "shell/base.html" %}
{% import "media/_upload.html" as upload with context %}
{% block title %}Unggah{% endblock %}
{% block content %}
<h1>Berkas proyek</h1>
<form class="form" method="post" action="/uji" enctype="multipart/form-data">
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  {{ upload.upload_field("files", accept=".mp4,.png,.txt", multiple=True, files=files) }}
  <button class="button button-primary" type="submit">Kumpulkan</button>
</form>
{% endblock %}
{% block scripts %}{{ upload.scripts() }}{% endblock %}"""
Found = TypeVar("Found")
blueprint = Blueprint("trial", __name__)


@blueprint.get("/uji")
@needs(SIGNED_IN)
def show() -> str:
    files = brought_by(session(), actor(), request.args.getlist("media", type=uuid.UUID))
    return render_template_string(PAGE, files=[described(media) for media in files])


@blueprint.post("/uji")
@needs(SIGNED_IN)
def submit() -> str:
    return "Diterima: " + " ".join(request.form.getlist("files"))


@dataclass
class Site:
    """A running application, its address, and the person who visits it."""

    app: Flask
    base: str
    person_id: uuid.UUID

    def ask(self, work: Callable[[Session], Found]) -> Found:
        """Something from the database, in a thread of its own (see `elsewhere`)."""

        def inside() -> Found:
            with self.app.test_request_context(), db.sessionmaker() as opened, opened.begin():
                return work(opened)

        return elsewhere(inside)

    def files(self) -> list[Media]:
        return self.ask(lambda opened: list(opened.query(Media).order_by(Media.id)))

    def prepare(self, media: Media) -> None:
        """What the worker does."""
        self.ask(lambda _: prepare(work_here(), media.id))

    def sign_in(self, context: BrowserContext) -> None:
        made = self.ask(lambda opened: make_link(opened, self.person_id, LinkPurpose.SIGN_IN, now=now()))
        page = context.new_page()
        page.goto(f"{self.base}/masuk/tautan/{made}")
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_load_state()
        page.close()


def elsewhere(work: Callable[[], Found]) -> Found:
    """Playwright's event loop lives in the tests' thread, and Flask cannot end a context beside one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _somebody(opened: Session) -> uuid.UUID:
    person: Person = make_person(opened, make_agency(opened), "Ayu Lestari")
    return person.id


@contextmanager
def site(
    template: URL, folder: Path, *, front: Callable[[int], int] = lambda port: port, **changes: Any
) -> Iterator[Site]:
    """`front` makes the port that browsers see of the one on which the server listens."""
    port = free_port()
    base = f"http://localhost:{front(port)}"
    name = f"bina_media_{os.getpid()}_{port}"
    with database(name, template=template.database) as url:
        settings = settings_for(url, folder, base_url=base, **changes)
        features = [*FEATURES, Feature(name="trial", blueprint=blueprint)]
        made = Site(elsewhere(lambda: create_app(settings, features)), base, uuid.UUID(int=0))
        made.person_id = made.ask(_somebody)
        with served(made.app, port):
            yield made
        made.ask(lambda opened: opened.get_bind().engine.dispose())


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()
