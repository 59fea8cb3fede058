"""Thirty seats and five hundred people at once, in a database of their own, with real commits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL

from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.cohorts.services import enrol
from courses.features import FEATURES
from lms.app import create_app
from lms.people.models import Person
from lms.web import db
from tests.cohorts.scene import Scene
from tests.conftest import settings_for
from tests.databases import database

SEATS, PEOPLE, AT_ONCE = 30, 500, 8


@pytest.fixture
def real_app(template_database: URL, tmp_path: Path) -> Iterator[Flask]:
    """The application on a copy of the migrated database, where commits are commits."""
    with database(f"bina_race_{os.getpid()}", template=template_database.database) as url:
        made = create_app(settings_for(url, tmp_path, pool_size=AT_ONCE), FEATURES)
        yield made
        with made.app_context():
            db.engine.dispose()


def test_five_hundred_at_once_for_thirty_seats_give_thirty_seats_and_a_queue_in_order(
    real_app: Flask, now: datetime
) -> None:
    with real_app.app_context():
        make_session = db.sessionmaker
    with make_session() as session:
        cohort_id = Scene(session, now).open_cohort(quota=SEATS).id
        rows = [{"full_name": f"Pegawai {number}", "locale": "id"} for number in range(PEOPLE)]
        people = list(session.scalars(sa.insert(Person).returning(Person.id), rows))
        session.commit()

    def ask(person_id: object) -> None:
        with real_app.app_context(), make_session() as own, own.begin():
            enrol(own, own.get_one(Cohort, cohort_id), own.get_one(Person, person_id), by=None, now=now)

    # Everybody taps twice.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, [*people, *people[:100]]))

    with make_session() as session:
        found = session.execute(
            sa.select(Enrolment.state, Enrolment.queue_number)
            .where(Enrolment.cohort_id == cohort_id)
            .order_by(Enrolment.queue_number)
        ).all()
    queue = [number for state, number in found if state is EnrolmentState.WAITING]
    assert len(found) == PEOPLE
    assert len(queue) == PEOPLE - SEATS
    assert queue == list(range(1, PEOPLE - SEATS + 1))
