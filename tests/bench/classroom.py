"""The page on which staff follow a class, with a thousand and with ten thousand learners."""

from __future__ import annotations

import http.client
import statistics
import time
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Course
from courses.cohorts.models import Cohort
from lms.clock import now
from lms.people.models import Person
from tests.bench.figures import Figure
from tests.bench.load import get
from tests.bench.seed import seat_learners
from tests.bench.server import Server, serving
from tests.factories.learning import make_cohort

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

LEARNERS, VISITS = 10_000, 9
MOST_WAIT = 300.0
# By the database itself: everybody did the first half.
HALF_DONE = sa.text("""
    INSERT INTO progress (enrolment_id, activity_id, state, detail, began_at, updated_at)
    SELECT seat.id, activity.id, 'done', '{}', :now, :now FROM enrolment AS seat, activity
    JOIN module ON module.id = activity.module_id
    WHERE seat.cohort_id = :cohort_id AND module.course_id = :course_id AND activity.position % 2 = 0
""")


def measure(bench: Bench) -> Iterator[Figure]:
    with bench.session() as session:
        large, teacher_id = _large_class(session, bench)
    headers = bench.headers(teacher_id)
    paths = [f"/kelola/kelas/{cohort_id}/kemajuan" for cohort_id in (bench.scene.cohort_id, large)]
    small, many = (_statements(bench, path, headers) for path in paths)
    yield Figure("class_statements", many, "statements", small)
    with serving("wsgi:app", bench.environment) as server:
        yield Figure("class_page_10000", _usual_wait(server, paths[1], headers), "ms", MOST_WAIT)


def _statements(bench: Bench, path: str, headers: dict[str, str]) -> int:
    client = bench.app.test_client(use_cookies=False)
    with bench.counting() as sent:
        answer = client.get(path, headers=headers, base_url="https://localhost")
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(sent)


def _usual_wait(server: Server, path: str, headers: dict[str, str]) -> float:
    """The median of some visits after the first."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    waits = []
    for _ in range(VISITS):
        began = time.perf_counter()
        answer = get(connection, path, headers)
        waits.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
    return statistics.median(waits[1:])


def _large_class(session: Session, bench: Bench) -> tuple[uuid.UUID, uuid.UUID]:
    teacher = session.get_one(Person, uuid.UUID(bench.scene.teacher_id))
    course = session.get_one(Course, uuid.UUID(bench.scene.course_id))
    cohort: Cohort = make_cohort(session, course, teacher, now())
    seat_learners(session, cohort, LEARNERS, now())
    session.execute(HALF_DONE, {"cohort_id": cohort.id, "course_id": course.id, "now": now()})
    session.commit()
    session.execute(sa.text("ANALYZE"))
    return cohort.id, teacher.id
