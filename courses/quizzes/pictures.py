"""Where the pictures of questions are shown from. The media feature owns the bytes; a question only keeps an id."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.media.models import Media
from lms.media.queries import source_of, url_of
from lms.storage.store import ObjectStore

RENDITION = "phone"  # WebP, small enough for a quiz page on a phone


@dataclass(frozen=True, slots=True)
class Picture:
    """An address that works for hours, and the dimensions in px, so that the page does not jump."""

    src: str
    width: int | None
    height: int | None


def pictures_of(
    session: Session, store: ObjectStore, questions: Iterable[Mapping[str, Any]]
) -> Callable[[object], Picture | None]:
    """Look pictures up by media id: one statement if any question has one, none otherwise.

    The caller has checked that the reader may see these questions.
    """
    wanted = {id_ for id_ in (_id(question.get("picture")) for question in questions) if id_}
    found = session.scalars(sa.select(Media).where(Media.id.in_(wanted))).all() if wanted else ()
    known = {str(media.id): _picture(store, media) for media in found if media.stored_at}
    return lambda media_id: known.get(str(media_id))


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
