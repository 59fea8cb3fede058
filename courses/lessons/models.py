"""The text of a lesson, and the files that belong to it."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


class Part(enum.StrEnum):
    """What a file is to its lesson. Pages are the pictures of a PDF, in order; a source became the lesson's text."""

    VIDEO = "video"
    AUDIO = "audio"
    PAGES = "pages"
    PICTURE = "picture"
    ATTACHMENT = "attachment"
    SOURCE = "source"


class Lesson(Model):
    """The lesson of an activity. `html` was cleaned when it was saved; `source` is what the author typed."""

    __tablename__ = "lesson"

    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True), primary_key=True)
    source: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class LessonMedia(Identified, Model):
    """A file of a lesson: a video, pages, a picture, an attachment.

    `captions` is WebVTT text; `captions_version` counts what it ever said, so that of two editors the second is told.
    """

    __tablename__ = "lesson_media"

    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True), index=True)
    media_id: Mapped[uuid.UUID] = mapped_column(fk("media.id"))
    part: Mapped[Part] = mapped_column(choice(Part))
    position: Mapped[int] = mapped_column(default=0)
    alt: Mapped[str] = mapped_column(default="")
    captions: Mapped[str] = mapped_column(default="")
    captions_version: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CaptionVersion(Identified, Model):
    """What the captions of a file said, from the first time on: correcting them loses nothing."""

    __tablename__ = "caption_version"
    __table_args__ = (sa.UniqueConstraint("file_id", "version"),)

    file_id: Mapped[uuid.UUID] = mapped_column(fk("lesson_media.id", cascade=True))
    version: Mapped[int]
    captions: Mapped[str]
    saved_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    saved_at: Mapped[datetime]


class LessonVersion(Identified, Model):
    """What a lesson said before: nothing an author wrote is lost."""

    __tablename__ = "lesson_version"
    __table_args__ = (sa.UniqueConstraint("activity_id", "version"),)

    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True))
    version: Mapped[int]
    source: Mapped[str]
    html: Mapped[str]
    saved_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    saved_at: Mapped[datetime]


class LessonDraft(Model):
    """What one author has typed but not yet shown to learners; each author has their own, so none overwrites another.

    `base_version` is the version of the lesson from which they started.
    """

    __tablename__ = "lesson_draft"

    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"), primary_key=True)
    source: Mapped[str]
    base_version: Mapped[int]
    saved_at: Mapped[datetime]


class Watched(Model):
    """What one learner has seen of one video or heard of one recording: ranges and last position in milliseconds. Of a
    document these are pages.

    `position_at` is when they stood there, which an answer that comes late from another phone does not change.
    """

    __tablename__ = "lesson_watched"

    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id", cascade=True), primary_key=True)
    file_id: Mapped[uuid.UUID] = mapped_column(
        fk("lesson_media.id", cascade=True), primary_key=True, index=True
    )
    ranges: Mapped[list[Any]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=0)
    position_at: Mapped[datetime]
    updated_at: Mapped[datetime]
