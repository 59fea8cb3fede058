"""Claims about a database that is gone: every page says so in its own way and asks to come back."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from lms.web import db
from tests.auth.conftest import PASSWORD, give_password
from tests.databases import server
from tests.factories.people import make_agency, make_person
from tests.live import LiveServer

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
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


# What PostgreSQL says when it goes down in the middle of a commit (errcodes: 57P02).
CRASH = """
CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'terminating connection because of crash' USING ERRCODE = '57P02';
END $$;
CREATE CONSTRAINT TRIGGER crash AFTER INSERT ON sign_in DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crash();
"""


def test_who_signs_in_while_the_database_goes_can_send_the_same_form_again(live_server: LiveServer) -> None:
    with live_server.using() as session:
        person = make_person(session, make_agency(session), "Ayu Lestari")
        give_password(session, person)
    with live_server.session() as session:
        session.execute(sa.text(CRASH))
    phone = live_server.app.test_client()
    page = phone.get("/masuk", base_url=live_server.address).text
    form = {"name": person.email, "password": PASSWORD, "csrf_token": TOKEN.findall(page)[0]}
    answer = phone.post("/masuk", data=form, base_url=live_server.address)
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers
    with live_server.session() as session:
        session.execute(sa.text("DROP FUNCTION crash CASCADE"))
    assert phone.post("/masuk", data=form, base_url=live_server.address).status_code == 303
    assert phone.get("/", base_url=live_server.address).status_code == 200


def test_without_its_database_a_process_is_alive_but_not_ready(gone: LiveServer) -> None:
    assert ask(gone, "/healthz", "*/*")[0] == 200
    status, _, body = ask(gone, "/readyz", "*/*")
    assert (status, json.loads(body)["state"]) == (503, "unready")
    assert json.loads(body)["wrong"] == ["database", "jobs"]


@pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/akun", 503)])
def test_whoever_is_signed_in_gets_a_whole_answer_too(gone: LiveServer, path: str, status: int) -> None:
    browser = gone.app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = "a token that only the database knows"
    answer = browser.get(path)
    assert answer.status_code == status
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
