"""The database has no room, or only reads (quality F5): a clean refusal, nothing half done, and all is well afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from courses.progress.models import MarkEntry
from courses.quizzes.models import Answer, AnswerRevision, Attempt
from lms.clock import now
from lms.shell.guard import rule_of
from lms.web import db
from tests.live import LiveServer
from tests.quizzes.room import NUMBER, SHORT, attempts
from tests.quizzes.sending import hand_in, keep, receipts
from tests.quizzes.test_parallel import client_of, make_room

# What PostgreSQL says when a file cannot grow (errcodes: 53100), at the last of the rows that each act writes.
FULL = """
CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100';
END $$;
CREATE TRIGGER disk_full AFTER INSERT ON answer_revision FOR EACH ROW EXECUTE FUNCTION disk_full();
CREATE TRIGGER disk_full AFTER INSERT ON mark_entry FOR EACH ROW EXECUTE FUNCTION disk_full();
"""
ROOM_AGAIN = "DROP FUNCTION disk_full CASCADE"
READS_ONLY = "ALTER DATABASE {} SET default_transaction_read_only = on"
WRITES_AGAIN = "ALTER DATABASE {} RESET default_transaction_read_only"
ROWS = (Answer, AnswerRevision, MarkEntry, Attempt)

Trouble = Callable[[LiveServer], AbstractContextManager[None]]


@contextmanager
def disk_full(live: LiveServer) -> Iterator[None]:
    with live.session() as session:
        session.execute(sa.text(FULL))
    yield
    with live.session() as session:
        session.execute(sa.text(ROOM_AGAIN))


@contextmanager
def reads_only(live: LiveServer) -> Iterator[None]:
    """Connections made from now on lead to a database that only reads, as after one standby has taken over."""
    with live.app.app_context():
        engine = db.engine
    apart = sa.create_engine(engine.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with apart.connect() as own:
        name = own.dialect.identifier_preparer.quote(str(engine.url.database))
        own.execute(sa.text(READS_ONLY.format(name)))
        engine.dispose()
        yield
        own.execute(sa.text(WRITES_AGAIN.format(name)))


def rows(live: LiveServer) -> list[int]:
    with live.session() as session:
        return [session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in ROWS]


def refused(answer: TestResponse) -> str:
    """The sentence of a clean refusal."""
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    told = answer.get_json()["message"] if answer.is_json else answer.text
    assert " aman. " in told
    assert "extend file" not in told
    return str(told)


@pytest.mark.parametrize("trouble", [disk_full, reads_only])
def test_a_database_that_cannot_write_refuses_cleanly_and_works_again_without_a_restart(
    trouble: Trouble, live_server: LiveServer
) -> None:
    live_server.app.config["WTF_CSRF_ENABLED"] = False
    room = make_room(live_server, now(), NUMBER, SHORT, attempts_allowed=2)
    ayu: Any = client_of(live_server, room.ayu)
    at = ayu.post(f"{room.here}/mulai").location
    keep(ayu, at, {"1": "9"})
    before = rows(live_server)
    with trouble(live_server):
        for _ in range(3):
            refused(keep(ayu, at, {"1": "12", "2": "SKM"}))
            refused(ayu.post(at, data={"base_1": "1", "q_1": "7"}))
            refused(ayu.post(f"{at}/kumpulkan"))
        # What needs no room goes on. (Reading would make these connections write again, which no standby does.)
        assert trouble is reads_only or 'value="9"' in ayu.get(at).text
    assert rows(live_server) == before
    assert receipts(keep(ayu, at, {"2": "SKM"}))[0]["status"] == "saved"
    assert hand_in(ayu, at)["answer"]["open"] is False
    with live_server.session() as session:
        (attempt,) = attempts(session)
        assert attempt.percent == 100


def test_a_page_of_ours_that_writes_while_it_is_read_is_our_mistake_and_no_trouble_of_the_database(
    live_server: LiveServer,
) -> None:
    def write(error: Exception | None = None) -> str:
        db.session.connection(execution_options={"postgresql_readonly": True})
        db.session.execute(sa.text("UPDATE agency SET name = name"))
        return ""

    write.rule = rule_of(live_server.app.view_functions["shell.alive"])  # type: ignore[attr-defined]
    live_server.app.view_functions["shell.alive"] = write
    assert live_server.app.test_client().get("/healthz").status_code == 500
