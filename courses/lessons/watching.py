"""What learners watch and which pages they read: ranges are joined; a lesson may ask that enough was played."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from courses.catalogue.models import Completion
from courses.lessons.finishing import settle
from courses.lessons.models import Part, Watched
from courses.lessons.queries import LessonFile, LessonPage, page_of, seen_percent
from courses.lessons.ranges import merged, within
from courses.progress.models import State
from courses.progress.outline import Row
from courses.progress.services import begin
from lms.errors import NotFound

# A player that joins its ranges never has more pieces than this to tell; the rest is noise.
MOST_RANGES = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a lesson was seen (percent), how much is asked for, and whether the lesson is complete now."""

    percent: int
    enough: int
    done: bool


def watch(
    session: Session,
    enrolment_id: uuid.UUID,
    row: Row,
    file_id: uuid.UUID,
    ranges: Sequence[Sequence[int]],
    position: int,
    *,
    at: datetime | None,
    now: datetime,
) -> Seen:
    """Join newly seen ranges (ms; of a document pages, [0, 1] the first) to those seen before; `position` is where the learner stood `at` that time.

    Order and repetition of calls make no difference, nor from how many phones they come.
    """
    progress = begin(session, enrolment_id, row.id, now=now)
    page = page_of(session, row.id, enrolment_id)
    file = _played(page, file_id)
    seen = merged([*file.ranges, *within(ranges[:MOST_RANGES], file.length)])
    stood = (min(max(0, position), file.length), min(at or now, now))
    _store(session, enrolment_id, file.id, seen, stood, now)
    page = replace(page, files=[replace(f, ranges=seen) if f.id == file_id else f for f in page.files])
    progress.watched = seen_percent(page)
    done = progress.state is State.DONE
    if row.completion == Completion.WATCHED and progress.watched >= page.enough and not done:
        done = settle(session, enrolment_id, row, now=now)
    session.flush()
    return Seen(progress.watched, page.enough, done)


def _played(page: LessonPage, file_id: uuid.UUID) -> LessonFile:
    for file in page.of(Part.VIDEO, Part.AUDIO, Part.PAGES):
        if file.id == file_id:
            return file
    raise NotFound


def _store(
    session: Session,
    enrolment_id: uuid.UUID,
    file_id: uuid.UUID,
    ranges: Sequence[tuple[int, int]],
    stood: tuple[int, datetime],
    now: datetime,
) -> None:
    """The progress row is locked by now, so two phones of one learner are served one after the other."""
    position, at = stood
    found = session.get(Watched, (enrolment_id, file_id)) or Watched(
        enrolment_id=enrolment_id, file_id=file_id, position_at=at
    )
    found.ranges, found.updated_at = [list(r) for r in ranges], now
    if at >= found.position_at:
        found.position, found.position_at = position, at
    session.add(found)
    session.flush()
