"""The live server, and a phone on a line of its own, for the tests in this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.live import LiveServer, file_server
from tests.offline.line import Line, ready
from tests.offline.scene import FILM, Classroom, classroom

__all__ = ["file_server"]


@pytest.fixture
def line(file_server: LiveServer) -> Iterator[Line]:
    made = Line(file_server.app)
    yield made
    file_server.app.wsgi_app = made.inner  # type: ignore[method-assign]


@pytest.fixture
def room(file_server: LiveServer) -> Classroom:
    return classroom(file_server, FILM)


@pytest.fixture
def phone(file_server: LiveServer, room: Classroom, line: Line) -> Iterator[Page]:
    page = ready(file_server.context(room.ayu, service_workers="allow"))
    yield page
    page.context.close()
