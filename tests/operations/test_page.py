"""The operator's page: what waits, what failed and why, who works; retried or deleted by operators alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.access import Role
from lms.audit.models import AuditEntry
from lms.jobs.models import JobFault
from lms.jobs.queue import TASKS, later, summary
from lms.operations import readiness
from lms.people.jobs import save_import
from lms.people.models import Person
from lms.shell.cli import work_here
from lms.storage.folder import FolderStore
from lms.storage.store import StoreDown
from tests.conftest import Client
from tests.factories.people import make_agency, make_person
from tests.statements import statements

NOTHING = "0197aaaa-0000-7000-8000-000000000000"


@pytest.fixture
def omar(session: Session) -> Person:
    return make_person(session, None, "Omar Said", Role.OPERATOR)


def parked(session: Session, error: str = "", name: str = "lms.people.save_import") -> int:
    """A job that failed five times."""
    found = session.scalar(
        sa.text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, attempts)"
            " VALUES ('default', :name, '{}', 5) RETURNING id"
        ),
        {"name": name},
    )
    session.execute(sa.text("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = :id"), {"id": found})
    assert isinstance(found, int)
    if error:
        session.add(JobFault(job_id=found, at=datetime(2026, 11, 21, 1, 0).astimezone(), error=error))
    session.commit()
    return found


def status(session: Session, job_id: int) -> Any:
    return session.scalar(
        sa.text("SELECT status::text FROM procrastinate_jobs WHERE id = :id"), {"id": job_id}
    )


def test_a_quiet_system_says_so(omar: Person, client_of: Client) -> None:
    page = client_of(omar).get("/sistem").text
    assert "Antrean kosong." in page
    assert "Pekerjaan yang gagal lima kali berhenti di sini" in page
    assert "Tidak ada yang bekerja. Jalankan pekerja di server." in page
    assert "Basis data dan migrasi" in page
    assert "Perlu diperiksa" not in page


def test_only_operators_see_and_touch_it(session: Session, client_of: Client) -> None:
    job_id, agency = parked(session), make_agency(session)
    for role in (Role.ADMIN, Role.AUDITOR, Role.ISSUER, Role.INSTRUCTOR):
        client = client_of(make_person(session, agency, "Ayu Lestari", role))
        assert client.get("/sistem").status_code == 403
        assert client.post(f"/sistem/pekerjaan/{job_id}/ulang").status_code == 403
        assert client.post(f"/sistem/pekerjaan/{job_id}/hapus").status_code == 403
    assert status(session, job_id) == "failed"


def test_waiting_jobs_and_workers_are_counted(omar: Person, session: Session, client_of: Client) -> None:
    later(session, save_import, import_id=NOTHING)
    session.execute(
        sa.text(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '1 hour')"
        )
    )
    session.commit()
    page = client_of(omar).get("/sistem").text
    assert "lms.people.save_import" in page
    assert "Menunggu 1" in page
    assert "1 bekerja, terakhir terlihat" in page


def test_a_parked_job_tells_why_and_gets_another_chance(
    omar: Person, session: Session, client_of: Client
) -> None:
    job_id = parked(session, "ValueError: <b>salah</b>")
    client = client_of(omar)
    page = client.get("/sistem").text
    assert "ValueError: &lt;b&gt;salah&lt;/b&gt;" in page
    assert "5 percobaan" in page
    assert client.post(f"/sistem/pekerjaan/{job_id}/ulang").status_code == 303
    assert status(session, job_id) == "todo"
    assert client.post(f"/sistem/pekerjaan/{job_id}/ulang").status_code == 409
    noted = session.scalars(sa.select(AuditEntry)).one()
    assert (noted.act, noted.after) == ("job:retried", {"job": job_id, "task": "lms.people.save_import"})


def test_a_parked_job_can_be_let_go_and_a_waiting_one_cannot(
    omar: Person, session: Session, client_of: Client
) -> None:
    job_id, client = parked(session, "x"), client_of(omar)
    assert client.post(f"/sistem/pekerjaan/{job_id}/hapus").status_code == 303
    assert status(session, job_id) is None
    assert session.scalars(sa.select(JobFault)).all() == []
    later(session, save_import, import_id=NOTHING)
    session.commit()
    waiting = session.scalar(sa.text("SELECT max(id) FROM procrastinate_jobs"))
    assert client.post(f"/sistem/pekerjaan/{waiting}/hapus").status_code == 409
    assert client.post(f"/sistem/pekerjaan/{2**80}/hapus").status_code == 409


def test_the_last_error_of_a_job_is_kept_short_and_the_job_still_fails(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(session, save_import, import_id="no id")
    session.commit()
    job_id = session.scalar(sa.text("SELECT max(id) FROM procrastinate_jobs"))
    for _ in range(2):
        with app.test_request_context():
            job = type("Job", (), {"id": job_id})()
            context = type("Context", (), {"additional_context": {"work": work_here()}, "job": job})()
            with pytest.raises(ValueError, match="hexadecimal"):
                TASKS["lms.people.save_import"].func(context, import_id="no id")
    session.expire_all()
    (fault,) = session.scalars(sa.select(JobFault)).all()
    assert fault.job_id == job_id
    assert fault.error.startswith("ValueError: badly formed")
    assert summary(ValueError("x" * 999 + "\nsecond line")) == "ValueError: " + "x" * 300
    assert summary(KeyError()) == "KeyError"


def test_many_jobs_ask_as_often_as_one(app: Flask, omar: Person, session: Session, client_of: Client) -> None:
    client = client_of(omar)
    with statements(app) as few:
        client.get("/sistem")
    for number in range(20):
        parked(session, f"ValueError: {number}")
    with statements(app) as many:
        client.get("/sistem")
    assert len(many) == len(few) <= 8


def test_what_is_not_well_is_said_and_readiness_agrees(
    app: Flask, omar: Person, session: Session, client_of: Client, now: datetime
) -> None:
    session.execute(sa.text("UPDATE alembic_version SET version_num = 'old'"))
    job = "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'x', '{}') RETURNING id"
    job_id = session.scalar(sa.text(job))
    session.execute(
        sa.text("UPDATE procrastinate_events SET at = now() - interval '1 hour' WHERE job_id = :id"),
        {"id": job_id},
    )
    session.commit()
    assert client_of(omar).get("/sistem").text.count("Perlu diperiksa") == 2
    ready = client_of(None).get("/readyz")
    assert (ready.status_code, ready.get_json()["wrong"]) == (503, ["database", "jobs"])
    assert readiness.jobs(session, now=now - timedelta(days=1000))


class Down(FolderStore):
    """A store that does not answer."""

    def __init__(self) -> None:
        pass

    def stat(self, key: str) -> None:
        raise StoreDown("silent")


def test_a_store_that_is_down_degrades_and_nothing_else(app: Flask, omar: Person, client_of: Client) -> None:
    before = app.extensions["store"]
    app.extensions["store"] = Down()
    try:
        assert client_of(omar).get("/sistem").text.count("Perlu diperiksa") == 1
        ready = client_of(None).get("/readyz")
        assert (ready.status_code, ready.get_json()["state"]) == (200, "degraded")
    finally:
        app.extensions["store"] = before


def test_a_database_that_may_forget_what_it_acknowledged_is_pointed_out(
    omar: Person, session: Session, client_of: Client
) -> None:
    assert client_of(None).get("/readyz").get_json()["degraded"] == []
    session.execute(sa.text("SET LOCAL synchronous_commit = off"))
    ready = client_of(None).get("/readyz")
    assert (ready.status_code, ready.get_json()["degraded"]) == (200, ["durability"])
    assert client_of(omar).get("/sistem").text.count("Perlu diperiksa") == 1


def test_the_terminal_shows_and_retries(app: Flask, session: Session) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["jobs", "list"]).output == "nothing waits\n"
    job_id = parked(session, "ValueError: x")
    assert (
        f"failed {job_id} lms.people.save_import after 5 tries: ValueError: x"
        in runner.invoke(args=["jobs", "list"]).output
    )
    assert json.loads(runner.invoke(args=["jobs", "list", "--json"]).output)["parked"][0]["id"] == job_id
    assert "waits again" in runner.invoke(args=["jobs", "retry", str(job_id)]).output
    assert status(session, job_id) == "todo"
    assert "1 lms.people.save_import" in runner.invoke(args=["jobs", "list"]).output
    refused = runner.invoke(args=["jobs", "retry", str(job_id)])
    assert refused.exit_code == 1
    assert "not among the failed ones" in refused.output
