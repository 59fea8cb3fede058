"""What learners watch: their ranges are joined, and a lesson that asks for it is complete when enough was seen."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from courses.catalogue.models import Completion
from courses.lessons.models import Part, Watched
from courses.lessons.queries import LessonFile, LessonPage, page_of
from courses.lessons.ranges import ENOUGH, merged, percent, watched, within
from courses.progress.models import State
from courses.progress.outline import Row
from courses.progress.services import begin, record
from lms.errors import NotFound

# A player that reports every few seconds never has more pieces than this to tell; the rest is noise.
MOST_RANGES = 500


def seen_percent(page: LessonPage) -> int:
    """How much of all videos and recordings of a lesson its reader has seen."""
    played = [file for file in page.of(Part.VIDEO, Part.AUDIO) if file.length]
    return percent(sum(watched(file.ranges) for file in played), sum(file.length for file in played))


def watch(
    session: Session,
    enrolment_id: uuid.UUID,
    row: Row,
    file_id: uuid.UUID,
    ranges: Sequence[Sequence[int]],
    position: int,
    *,
    now: datetime,
) -> int:
    """Join newly seen ranges (ms) to those seen before; returns the percentage of the lesson. Order and repetition of
    calls make no difference.
    """
    progress = begin(session, enrolment_id, row.id, now=now)
    file = _played(page_of(session, row.id, enrolment_id), file_id)
    seen = merged([*file.ranges, *within(ranges[:MOST_RANGES], file.length)])
    _store(session, enrolment_id, file.id, seen, min(max(0, position), file.length), now)
    share = seen_percent(page_of(session, row.id, enrolment_id))
    progress.watched = share
    if row.completion == Completion.WATCHED and share >= ENOUGH:
        record(session, enrolment_id, row.id, State.DONE, now=now)
    session.flush()
    return share


def _played(page: LessonPage, file_id: uuid.UUID) -> LessonFile:
    for file in page.of(Part.VIDEO, Part.AUDIO):
        if file.id == file_id:
            return file
    raise NotFound


def _store(
    session: Session,
    enrolment_id: uuid.UUID,
    file_id: uuid.UUID,
    ranges: Sequence[tuple[int, int]],
    position: int,
    now: datetime,
) -> None:
    """The progress row is locked by now, so two phones of one learner are served one after the other."""
    found = session.get(Watched, (enrolment_id, file_id)) or Watched(
        enrolment_id=enrolment_id, file_id=file_id
    )
    found.ranges, found.position, found.updated_at = [list(r) for r in ranges], position, now
    session.add(found)
    session.flush()
