"""Finding lessons and what belongs to them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import WATCH_PERCENT, Activity
from courses.lessons.models import (
    CaptionVersion,
    Lesson,
    LessonDraft,
    LessonMedia,
    LessonVersion,
    Part,
    Watched,
)
from courses.lessons.ranges import percent, watched
from lms.errors import NotFound
from lms.media.models import Media
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A file of a lesson, and what its reader has seen of it: ranges and position in milliseconds, of a document in pages."""

    row: LessonMedia
    media: Media
    ranges: list[Any] = field(default_factory=list)
    position: int = 0

    @property
    def id(self) -> uuid.UUID:
        return self.row.id

    @property
    def part(self) -> Part:
        return self.row.part

    @property
    def title(self) -> str:
        """How the author calls it, or its name without the extension. A picture's words tell what it shows instead."""
        said = "" if self.part is Part.PICTURE else self.row.alt
        return said or self.media.name.rpartition(".")[0] or self.media.name

    @property
    def length(self) -> int:
        """Milliseconds of a video or recording, pages of a document; 0 while nobody has measured it."""
        if self.part is Part.PAGES:
            return int(self.media.facts.get("pages") or 0)
        return round(1000 * float(self.media.facts.get("duration") or 0))


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A lesson with its files in order; `enough` is the percentage to be played, where the author asks for that."""

    activity_id: uuid.UUID
    html: str
    files: list[LessonFile]
    enough: int = WATCH_PERCENT

    def of(self, *parts: Part) -> list[LessonFile]:
        return [file for file in self.files if file.part in parts]


def lesson_of(session: Session, activity_id: uuid.UUID) -> Lesson:
    """The lesson of an activity that the caller has already found for its reader."""
    lesson = session.get(Lesson, activity_id)
    if lesson is None:
        raise NotFound
    return lesson


_READER = sa.bindparam("enrolment", type_=sa.Uuid)
_PAGE = (
    sa.select(Lesson.html, Activity.watch_percent, LessonMedia, Media, Watched.ranges, Watched.position)
    .join(Activity, Activity.id == Lesson.activity_id)
    .outerjoin(LessonMedia, LessonMedia.activity_id == Lesson.activity_id)
    .outerjoin(Media, Media.id == LessonMedia.media_id)
    .outerjoin(Watched, sa.and_(Watched.file_id == LessonMedia.id, Watched.enrolment_id == _READER))
    .where(Lesson.activity_id == sa.bindparam("activity"))
    .order_by(LessonMedia.position, LessonMedia.id)
)


def page_of(session: Session, activity_id: uuid.UUID, enrolment_id: uuid.UUID | None) -> LessonPage:
    """A lesson and its files for one reader (None: an author who looks), in one statement."""
    rows = session.execute(_PAGE, {"activity": activity_id, "enrolment": enrolment_id}).all()
    if not rows:
        raise NotFound
    files = [
        LessonFile(file, media, ranges or [], position or 0)
        for _html, _enough, file, media, ranges, position in rows
        if file is not None
    ]
    return LessonPage(activity_id, rows[0].html, files, rows[0].watch_percent)


def seen_percent(page: LessonPage) -> int:
    """How much of all videos and recordings of a lesson its reader has seen."""
    played = [file for file in page.of(Part.VIDEO, Part.AUDIO) if file.length]
    return percent(sum(watched(file.ranges) for file in played), sum(file.length for file in played))


def files_of(session: Session, activity_id: uuid.UUID) -> list[LessonFile]:
    """The files of a lesson in order, in one statement."""
    return files_by_lesson(session, [activity_id]).get(activity_id, [])


def files_by_lesson(session: Session, activity_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[LessonFile]]:
    """The files of several lessons, in one statement."""
    found = (
        sa.select(LessonMedia, Media)
        .join(Media, Media.id == LessonMedia.media_id)
        .where(LessonMedia.activity_id.in_(activity_ids))
        .order_by(LessonMedia.position, LessonMedia.id)
    )
    files: dict[uuid.UUID, list[LessonFile]] = {}
    for file, media in session.execute(found):
        files.setdefault(file.activity_id, []).append(LessonFile(file, media))
    return files


def file_of(session: Session, activity_id: uuid.UUID, file_id: uuid.UUID) -> LessonMedia:
    """A file of this lesson; another lesson's does not exist."""
    file = session.scalars(
        sa.select(LessonMedia).where(LessonMedia.id == file_id, LessonMedia.activity_id == activity_id)
    ).one_or_none()
    if file is None:
        raise NotFound
    return file


def file_with_media(session: Session, row: LessonMedia) -> LessonFile:
    return LessonFile(row, session.get_one(Media, row.media_id))


def draft_of(session: Session, activity_id: uuid.UUID, person_id: uuid.UUID) -> LessonDraft | None:
    """What this author typed and has not shown to learners yet."""
    return session.get(LessonDraft, (activity_id, person_id))


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list of a lesson's history."""

    version: int
    saved_at: Any
    saved_by: str | None
    length: int


def versions_of(session: Session, activity_id: uuid.UUID) -> list[VersionLine]:
    """Everything that a lesson ever said, the newest in front."""
    found = (
        sa.select(
            LessonVersion.version,
            LessonVersion.saved_at,
            Person.full_name,
            sa.func.length(LessonVersion.source),
        )
        .outerjoin(Person, Person.id == LessonVersion.saved_by)
        .where(LessonVersion.activity_id == activity_id)
        .order_by(LessonVersion.version.desc())
    )
    return [VersionLine(*row) for row in session.execute(found)]


def caption_versions(session: Session, file_id: uuid.UUID) -> list[VersionLine]:
    """Everything that the captions of a file ever said, the newest in front."""
    found = (
        sa.select(
            CaptionVersion.version,
            CaptionVersion.saved_at,
            Person.full_name,
            sa.func.length(CaptionVersion.captions),
        )
        .outerjoin(Person, Person.id == CaptionVersion.saved_by)
        .where(CaptionVersion.file_id == file_id)
        .order_by(CaptionVersion.version.desc())
    )
    return [VersionLine(*row) for row in session.execute(found)]


def caption_version(session: Session, file_id: uuid.UUID, number: int) -> CaptionVersion:
    version = session.scalars(
        sa.select(CaptionVersion).where(CaptionVersion.file_id == file_id, CaptionVersion.version == number)
    ).one_or_none()
    if version is None:
        raise NotFound
    return version


def version_of(session: Session, activity_id: uuid.UUID, number: int) -> LessonVersion:
    version = session.scalars(
        sa.select(LessonVersion).where(
            LessonVersion.activity_id == activity_id, LessonVersion.version == number
        )
    ).one_or_none()
    if version is None:
        raise NotFound
    return version
