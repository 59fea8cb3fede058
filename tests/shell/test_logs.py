"""Claims about what is logged: enough to find an error, and nobody's name or number."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.people.models import EmployeeNumber, Person
from lms.shell.logs import LOGGERS, JsonLines
from tests.conftest import Client
from tests.factories.people import make_agency, make_person

NIP = "198603142010012003"
NAME = "Siti Aminah"


def line(level: int = logging.ERROR, **extra: Any) -> dict[str, Any]:
    """A record as it is written."""
    record = logging.makeLogRecord({"levelno": level, "msg": "broken", **extra})
    text = JsonLines().format(record)
    assert "\n" not in text
    return dict(json.loads(text))


def trace_of(error: Exception) -> str:
    return str(line(exc_info=(type(error), error, error.__traceback__))["trace"])


def test_a_statement_that_failed_is_named_without_what_was_sent(session: Session) -> None:
    agency = make_agency(session)
    owner = make_person(session, agency, NAME, number=NIP)
    session.add(EmployeeNumber(person_id=owner.id, number=NIP, kind="pns"))
    with pytest.raises(sa.exc.IntegrityError) as twice:
        session.flush()
    session.rollback()
    with pytest.raises(sa.exc.DataError) as odd:
        session.execute(sa.select(Person.id).where(sa.cast(sa.literal(NAME), sa.Uuid) == Person.id))
    session.rollback()
    for error in (twice.value, odd.value):
        told = trace_of(error)
        assert NIP not in told
        assert NAME not in told
        assert "test_logs.py" in told
    assert "uq_employee_number" in trace_of(twice.value)
    assert "IntegrityError 23505 employee_number" in trace_of(twice.value)


TWO_LINES = "second\nwith more lines"


def stumble() -> None:
    try:
        raise KeyError("first")
    except KeyError as first:
        raise RuntimeError(TWO_LINES) from first


def test_an_error_is_told_with_what_led_to_it() -> None:
    with pytest.raises(RuntimeError) as found:
        stumble()
    told = trace_of(found.value)
    assert "RuntimeError: second" in told
    assert "KeyError: 'first'" in told
    assert "with more lines" not in told


def test_a_job_is_named_without_what_it_was_called_with() -> None:
    job = {
        "id": 7,
        "task_name": "lms.auth.send_reset",
        "call_string": f"lms.auth.send_reset[7](name={NIP!r})",
    }
    job |= {"task_kwargs": {"name": NIP}}
    told = line(msg=f"Job {job['call_string']} ended with status: Error", job=job, action="job_error")
    assert (told["message"], told["job"], told["task"]) == ("job_error", 7, "lms.auth.send_reset")
    assert NIP not in json.dumps(told)


def test_libraries_write_the_same_lines(app: Flask) -> None:
    assert "procrastinate" in LOGGERS
    for name in LOGGERS:
        assert [type(handler.formatter) for handler in logging.getLogger(name).handlers] == [JsonLines]


def test_a_page_is_logged_by_the_names_of_things(
    session: Session, client_of: Client, caplog: pytest.LogCaptureFixture
) -> None:
    ayu = make_person(session, make_agency(session), NAME, number=NIP)
    caplog.set_level(logging.INFO, "bina")
    client_of(ayu).get(f"/akun?q={NIP}")
    written = "".join(JsonLines().format(record) for record in caplog.records)
    assert '"endpoint": "account.show"' in written
    assert str(ayu.id) in written
    assert NIP not in written
    assert NAME not in written
