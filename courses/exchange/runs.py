"""Imports in the background: an archive waits, is taken in course by course, and leaves a report."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from courses.catalogue.models import Course
from courses.exchange.models import CourseImport, ImportState
from courses.exchange.plan import Line
from courses.exchange.reading import Planned, read
from courses.exchange.services import Desk, write_course
from courses.exchange.sources import opened
from lms.access import Actor
from lms.errors import N_, Invalid
from lms.jobs.queue import Work
from lms.media.models import Media
from lms.media.prepare import fetched

SAY_EVERY = 5  # activities


def take(work: Work, import_id: uuid.UUID) -> None:
    """Take an archive in, once. What is refused is said in the row; either all of its courses come, or none."""
    with work.transaction() as session:
        run = session.get(CourseImport, import_id, with_for_update=True)
        if run is None or run.state in (ImportState.DONE, ImportState.FAILED):
            return
        run.state = ImportState.RUNNING
        media = session.get(Media, uuid.UUID(run.key))
    try:
        if media is None:
            raise Invalid(N_("Berkas arsip tidak ada lagi. Unggah lagi."))
        with fetched(work, media) as path:
            _take(work, run, path)
    except Invalid as refusal:
        why = Line(refusal.message, refusal.values)
        with work.transaction() as session:
            _finish(session, import_id, ImportState.FAILED, work.now(), [why], [])


def _take(work: Work, run: CourseImport, path: Path) -> None:
    with opened(path) as files:
        planned = read(files, run.name)
        progress = _Progress(work, run.id, sum(plan.total for plan, _ in planned))
        with work.transaction() as session:
            made = _write(session, work, run, planned, progress)
            lines = [line for _, left_out in made for line in left_out]
            courses = [str(course.id) for course, _ in made]
            _finish(session, run.id, ImportState.DONE, work.now(), lines, courses)


def _write(
    session: Session, work: Work, run: CourseImport, planned: Sequence[Planned], progress: _Progress
) -> list[tuple[Course, list[Line]]]:
    by = Actor(run.person_id, run.agency_id, "")
    return [
        write_course(
            Desk(session, work.store, below, run.agency_id, by, work.now(), run.publish, progress.step), plan
        )
        for plan, below in planned
    ]


class _Progress:
    """Says now and then, in a transaction of its own, how many activities are written."""

    def __init__(self, work: Work, import_id: uuid.UUID, total: int) -> None:
        self.work, self.import_id, self.total, self.done = work, import_id, total, 0
        self._say()

    def step(self) -> None:
        self.done += 1
        if self.done % SAY_EVERY == 0:
            self._say()

    def _say(self) -> None:
        with self.work.transaction() as session:
            run = session.get_one(CourseImport, self.import_id)
            run.done, run.total = self.done, self.total


def _finish(
    session: Session,
    import_id: uuid.UUID,
    state: ImportState,
    now: datetime,
    report: Sequence[Line],
    courses: Sequence[str],
) -> None:
    run = session.get_one(CourseImport, import_id)
    run.state, run.finished_at, run.done = state, now, run.total
    run.report, run.courses = [line.stored() for line in report], list(courses)
