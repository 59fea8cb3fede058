"""Finding lessons and what belongs to them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.lessons.models import Lesson, LessonMedia
from lms.errors import NotFound
from lms.media.models import Media


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A file of a lesson with the facts of its media row."""

    id: uuid.UUID
    part: str
    alt: str
    captions: str
    media_id: uuid.UUID
    name: str
    kind: str
    content_type: str
    size: int
    state: str
    renditions: dict[str, Any]
    facts: dict[str, Any]


def lesson_of(session: Session, activity_id: uuid.UUID) -> Lesson:
    """The lesson of an activity that the caller has already found for its reader."""
    lesson = session.get(Lesson, activity_id)
    if lesson is None:
        raise NotFound
    return lesson


def files_of(session: Session, activity_id: uuid.UUID) -> Sequence[LessonFile]:
    """The files of a lesson in order, in one statement."""
    rows = session.execute(
        sa.select(
            LessonMedia.id,
            sa.cast(LessonMedia.part, sa.Text),
            LessonMedia.alt,
            LessonMedia.captions,
            Media.id,
            Media.name,
            Media.kind,
            Media.content_type,
            Media.size,
            sa.cast(Media.state, sa.Text),
            Media.renditions,
            Media.facts,
        )
        .join(Media, Media.id == LessonMedia.media_id)
        .where(LessonMedia.activity_id == activity_id)
        .order_by(LessonMedia.position, LessonMedia.id)
    )
    return [LessonFile(*tuple(row)) for row in rows]
