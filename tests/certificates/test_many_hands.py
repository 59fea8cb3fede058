"""Really committed, at the same time: numbers 1 to n without a gap, and one certificate for each seat."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from courses.certificates import jobs, pdf
from courses.certificates.models import Certificate
from courses.certificates.services import issue, replace
from courses.cohorts.models import Cohort
from courses.features import FEATURES
from lms.app import create_app
from lms.errors import Conflict
from lms.jobs.worker import listening
from lms.notifications.models import Notification, Outgoing
from lms.shell.cli import work_here
from lms.web import db
from tests.certificates.conftest import Scene
from tests.conftest import settings_for
from tests.databases import database

HANDS = 8


@pytest.fixture
def own_app(shared_app: Flask, template_database: URL, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, where commits are commits."""
    with shared_app.app_context():
        db.engine.dispose()  # a database that somebody is connected to cannot be copied
    name = f"bina_hands_{os.getpid()}"
    with database(name, template=template_database.database) as url:
        app = create_app(settings_for(url, tmp_path, pool_size=HANDS + 2), FEATURES)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def committed(own_app: Flask, now: datetime) -> Iterator[Scene]:
    with own_app.app_context(), db.sessionmaker() as session:
        yield Scene(session, now)


def together(app: Flask, act: Callable[[Session, int], Any]) -> list[Any]:
    """What each of eight hands got, all beginning at the same moment; a refusal is what it got."""
    barrier = threading.Barrier(HANDS)
    got: list[Any] = [None] * HANDS

    def hand(number: int) -> None:
        with app.app_context(), db.sessionmaker() as session:
            barrier.wait(timeout=30)
            try:
                with session.begin():
                    got[number] = act(session, number)
            except Conflict as refusal:
                got[number] = refusal

    threads = [threading.Thread(target=hand, args=(number,)) for number in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return got


def numbers(session: Session) -> list[int]:
    session.rollback()
    return list(session.scalars(sa.select(Certificate.sequence).order_by(Certificate.sequence)))


def test_eight_presses_of_the_same_button_issue_each_certificate_once(
    own_app: Flask, committed: Scene
) -> None:
    committed.seat_many([f"Peserta {n:02}" for n in range(12)])
    cohort_id, issuer, now = committed.cohort.id, committed.issuer, committed.now
    batch = uuid.uuid4()

    def press(session: Session, _number: int) -> int:
        cohort = session.get_one(Cohort, cohort_id)
        return len(issue(session, cohort, None, by=issuer, now=now, batch_id=batch))

    assert sorted(together(own_app, press)) == [0] * 7 + [12]
    assert numbers(committed.session) == list(range(1, 13))


def test_eight_hands_with_different_lists_share_one_gapless_counter(own_app: Flask, committed: Scene) -> None:
    seats = [seat.id for seat in committed.seat_many([f"Peserta {n:02}" for n in range(24)])]
    cohort_id, issuer, now = committed.cohort.id, committed.issuer, committed.now

    def press(session: Session, number: int) -> int:
        cohort = session.get_one(Cohort, cohort_id)
        mine = {seats[(number * 3 + n) % 24] for n in range(5)}  # neighbours overlap by two
        return len(issue(session, cohort, mine, by=issuer, now=now))

    assert sum(together(own_app, press)) == 24
    assert numbers(committed.session) == list(range(1, 25))


def test_eight_replacements_of_one_certificate_make_one(own_app: Flask, committed: Scene) -> None:
    committed.seat()
    (old,) = committed.issue_all()
    issuer, now, old_id = committed.issuer, committed.now, old.id

    def press(session: Session, _number: int) -> Any:
        certificate = session.get_one(Certificate, old_id)
        return replace(session, certificate, "Perbaikan ejaan nama.", by=issuer, now=now).sequence

    got = together(own_app, press)
    assert sum(isinstance(one, Conflict) for one in got) == HANDS - 1
    assert numbers(committed.session) == [1, 2]


def run_worker(app: Flask, url: str) -> None:
    """A real worker, until nothing waits."""
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    def inside(call: Any, _context: Any, _worker: Any) -> Any:
        with app.test_request_context(base_url="http://localhost"):
            return call()

    with app.app_context(), listening(conninfo) as queue:
        queue.run_worker(
            wait=False,
            concurrency=2,
            install_signal_handlers=False,
            listen_notify=False,
            additional_context={"work": work_here()},
            task_middleware=[inside],
        )


def test_a_real_worker_makes_the_pdfs_and_sends_the_mails(own_app: Flask, committed: Scene) -> None:
    committed.seat_many(["Ani", "Budi"])
    for person in committed.learners:
        person.email = f"{person.full_name.lower()}@contoh.invalid"
    committed.session.commit()
    committed.issue_all()
    for _jobs in ("the PDFs", "the mails that followed"):
        run_worker(own_app, own_app.extensions["settings"].database_url)
    session = committed.session
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Certificate.pdf_key))) == 2
    assert session.scalar(sa.select(sa.func.count(Outgoing.id)).where(Outgoing.sent_at.is_(None))) == 0
    assert session.scalar(sa.select(sa.func.count(Outgoing.id))) == 2


def test_a_job_that_died_in_the_middle_makes_the_same_files_and_tells_nobody_twice(
    own_app: Flask, committed: Scene
) -> None:
    committed.seat_many(["Ani", "Budi", "Citra"])
    issued = committed.issue_all()
    with own_app.test_request_context(base_url="http://localhost"):
        work = work_here()
        context = type("Context", (), {"additional_context": {"work": work}})()
        # What a worker leaves that was killed after two files were stored and before they were noted.
        halves = {}
        for certificate in issued[:2]:
            key, _ = jobs._store(work, certificate, {})
            halves[key] = work.store.read(key)
        ids = ",".join(str(one.id) for one in issued)
        for _again in range(2):
            jobs.render.func(context, certificate_ids=ids)
        assert {key: work.store.read(key) for key in halves} == halves
    committed.session.rollback()
    assert committed.session.scalar(sa.select(sa.func.count(Certificate.pdf_key))) == 3
    assert committed.session.scalar(sa.select(sa.func.count(Notification.id))) == 3


def test_one_that_cannot_be_printed_keeps_no_other_waiting(own_app: Flask, committed: Scene) -> None:
    committed.seat_many(["Ani", "Budi"])
    (ani, _budi) = committed.issue_all()
    session = committed.session
    session.execute(sa.text("ALTER TABLE certificate DISABLE TRIGGER frozen"))
    session.execute(
        sa.update(Certificate)
        .where(Certificate.id == ani.id)
        .values(facts={**ani.facts, "logo": "certificates/broken.png"})
    )
    session.commit()
    with own_app.test_request_context(base_url="http://localhost"):
        work = work_here()
        work.store.put("certificates/broken.png", b"no picture", content_type="image/png")
        context = type("Context", (), {"additional_context": {"work": work}})()
        ids = ",".join(map(str, session.scalars(sa.select(Certificate.id))))
        session.commit()
        with pytest.raises(pdf.Unprintable, match=str(ani.id)):
            jobs.render.func(context, certificate_ids=ids)
    session.rollback()
    ready = session.scalars(sa.select(Certificate.name).where(Certificate.pdf_key.is_not(None))).all()
    assert ready == ["Budi"]
