"""Where the pictures of questions are shown from. The media feature owns the bytes; a question only keeps ids."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.quizzes.placing import named
from lms.media.models import Media
from lms.media.queries import source_of, url_of
from lms.richtext import Shown, with_pictures
from lms.storage.store import ObjectStore

RENDITION = "phone"  # WebP, small enough for a quiz page on a phone


@dataclass(frozen=True, slots=True)
class Picture:
    """An address that works for hours, and the dimensions in px, so that the page does not jump."""

    src: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of some questions: called with a media id, or with a question's words that hold some."""

    known: Mapping[str, Picture]

    def __call__(self, media_id: object) -> Picture | None:
        return self.known.get(str(media_id))

    def text(self, markup: str) -> str:
        """Clean HTML with its pictures at their addresses; unknown ones are left out."""
        return with_pictures(markup, self._shown)

    def _shown(self, media_id: str) -> Shown | None:
        found = self(media_id)
        return Shown(found.src, found.width or 0, found.height or 0) if found else None


def pictures_of(session: Session, store: ObjectStore, questions: Iterable[Mapping[str, Any]]) -> Pictures:
    """Look pictures up by media id: one statement if any question has one, none otherwise.

    The caller has checked that the reader may see these questions; that their pictures are the agency's own was checked
    when they were written.
    """
    names = {name for question in questions for names in named(question).values() for name in names}
    wanted = {id_ for id_ in map(_id, names) if id_}
    found = session.scalars(sa.select(Media).where(Media.id.in_(wanted))).all() if wanted else ()
    return Pictures({str(media.id): _picture(store, media) for media in found if media.stored_at})


def _picture(store: ObjectStore, media: Media) -> Picture:
    if RENDITION in media.renditions:
        source = source_of(store, media, RENDITION)
        return Picture(source.url, source.width, source.height)
    return Picture(url_of(store, media), None, None)


def _id(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None
