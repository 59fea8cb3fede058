"""The demonstration on a real server, once for all journeys, and a folder for the pictures they take."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.engine import URL

from courses.demo import services
from lms.people.models import Person
from tests.live import LiveServer, living

PICTURES = Path(__file__).with_name("pictures")
TALL = 2400

Picture = Callable[[Page, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where pictures go: with BINA_TAKE_PICTURES they are kept beside the journeys."""
    return PICTURES if os.environ.get("BINA_TAKE_PICTURES") else tmp_path


@pytest.fixture
def picture(folder: Path) -> Picture:
    """Take a picture of a whole page; the test tool's own script measures it, also where pages have none."""

    def take(page: Page, name: str) -> None:
        page.wait_for_load_state()  # a click returns when the next page has begun, maybe without a word in it
        size = page.viewport_size or {"width": 360, "height": 740}
        page.evaluate("window.scrollTo(0, 0)")
        height = page.evaluate("document.documentElement.scrollHeight")
        # A window as tall as the page: bars that stick to its edge then stand where they belong.
        page.set_viewport_size({"width": size["width"], "height": min(max(height, 740), TALL)})
        page.screenshot(path=folder / f"{name}.png")
        page.set_viewport_size(size)

    return take


@pytest.fixture(scope="module")
def demo(
    shared_app: Flask, template_database: URL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A live server with the demonstration loaded; what a journey changes in it, no other file meets."""
    with living(shared_app, template_database, tmp_path_factory.mktemp("demo")) as server:
        with server.using() as session:
            services.load(session, server.app.extensions["store"], now=datetime.now(UTC))  # noqa: TID251
        yield server


@pytest.fixture(scope="module")
def cast(demo: LiveServer) -> dict[str, Person]:
    """The people of the demonstration by their role."""
    with demo.using() as session:
        return {role: session.get_one(Person, id_) for role, id_ in services.standing_cast(session).items()}
