"""Claims about a database that is gone: every page says so in its own way and asks to come back."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from lms.web import db
from tests.databases import server
from tests.live import LiveServer

PAGE = "/v/ABCD-EFGH-JKLM"


@pytest.fixture
def gone(live_server: LiveServer) -> LiveServer:
    """The server, after somebody removed its database."""
    with live_server.app.app_context():
        name = db.engine.url.database
    admin = server().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(name))))
    return live_server


def ask(site: LiveServer, path: str, accept: str) -> tuple[int, Mapping[str, str], str]:
    with closing(http.client.HTTPConnection(urlsplit(site.address).netloc, timeout=20)) as connection:
        connection.request("GET", path, headers={"Accept": accept, "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_without_its_database_a_page_asks_to_come_back(gone: LiveServer, accept: str) -> None:
    status, headers, _ = ask(gone, PAGE, accept)
    assert status == 503
    assert int(headers["Retry-After"]) > 0
    assert accept in headers["Content-Type"]


def test_a_script_reads_in_the_answer_that_nothing_is_lost(gone: LiveServer) -> None:
    _, _, body = ask(gone, PAGE, "application/json")
    assert json.loads(body)["message"] == "Data Anda aman. Coba lagi dalam beberapa saat."


def test_without_its_database_a_process_is_alive_but_not_ready(gone: LiveServer) -> None:
    assert ask(gone, "/healthz", "*/*")[0] == 200
    assert ask(gone, "/readyz", "*/*")[0] == 503
