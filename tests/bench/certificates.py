"""A thousand certificates: issued in one go, and printed by the worker as it runs in production."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.certificates.models import Certificate
from courses.certificates.services import issue
from courses.cohorts.models import Cohort
from courses.progress.models import Progress, State
from lms.access import Role
from lms.clock import now
from lms.people.models import Agency, EmployeeNumber, Person
from tests.bench.figures import Figure
from tests.bench.seed import seat_learners
from tests.bench.server import ROOT, environment_of
from tests.factories.learning import make_cohort, make_course, make_lesson, make_module, make_template
from tests.factories.people import actor_for

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

COUNT = 1000
MOST_SECONDS, PATIENCE = 60.0, 600.0


def measure(bench: Bench) -> Iterator[Figure]:
    with bench.session() as session:
        cohort_id = _finished_class(session, bench)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment_of(bench.environment))
    try:
        began = time.perf_counter()
        _issue(bench, cohort_id)
        yield Figure("certificates_issue_1000", time.perf_counter() - began, "s")
        size = _printed(bench, cohort_id, began)
        took = time.perf_counter() - began
        yield Figure("certificates_1000", took, "s", MOST_SECONDS)
        yield Figure("certificates_per_second", COUNT / took, "1/s")
        yield Figure("certificate_bytes", size, "bytes")
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def _finished_class(session: Session, bench: Bench) -> uuid.UUID:
    teacher = session.get_one(Person, uuid.UUID(bench.scene.teacher_id))
    agency = session.get_one(Agency, teacher.agency_id)
    course = make_course(session, agency, teacher, now(), title="Pelayanan Publik yang Ramah")
    lesson = make_lesson(session, make_module(session, course, now()), now())
    cohort = make_cohort(session, course, teacher, now())
    make_template(session, agency, now())
    for number, seat in enumerate(seat_learners(session, cohort, COUNT, now())):
        nip = f"19790{number // 500 + 1}112009011{number % 500 + 1:03}"
        session.add(EmployeeNumber(person_id=seat.person_id, number=nip, kind="pns"))
        done = {"state": State.DONE, "began_at": now(), "updated_at": now()}
        session.add(Progress(enrolment_id=seat.id, activity_id=lesson.id, **done))
    return cohort.id


def _issue(bench: Bench, cohort_id: uuid.UUID) -> None:
    with bench.session() as session:
        teacher = session.get_one(Person, uuid.UUID(bench.scene.teacher_id))
        issue(
            session, session.get_one(Cohort, cohort_id), None, by=actor_for(teacher, Role.ISSUER), now=now()
        )


def _printed(bench: Bench, cohort_id: uuid.UUID, began: float) -> float:
    """Wait until the worker has stored them all; the usual size of one."""
    counted = sa.select(sa.func.count(Certificate.pdf_key), sa.func.avg(Certificate.pdf_size)).where(
        Certificate.cohort_id == cohort_id
    )
    while time.perf_counter() - began < PATIENCE:
        with bench.session() as session:
            count, size = session.execute(counted).one()
        if count == COUNT:
            return float(size)
        time.sleep(0.5)
    raise RuntimeError(f"only {count} certificates are printed")
