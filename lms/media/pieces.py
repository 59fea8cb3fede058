"""Pieces of a part, for links that break: what arrived of a part is kept until the part is whole.

An S3 service takes no part below 5 MiB and forgets one that was cut off, which costs a phone with a bad link most of
what it sends. After the first cut, parts therefore travel through us in pieces, wait in the database (any of our
machines may get the next one), and go on to the store together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.errors import Conflict
from lms.media import parts
from lms.media.models import Media, MediaState, UploadPiece
from lms.storage.store import ObjectStore, Part

LARGEST = 1024 * 1024  # bytes of one piece
# Pieces may overlap, but those that wait for a part are never more than so many times the part.
MOST_TIMES = 2


def arrived(store: ObjectStore, media: Media) -> list[Part] | None:
    """The parts of an upload that are there in full; None if the store knows of no such upload."""
    if media.upload_id is None:
        return None
    try:
        found = store.parts(media.key, media.upload_id)
    except FileNotFoundError:
        return None
    return [p for p in found if p.size == parts.length(p.number, media.size, media.part_size)]


def keep(session: Session, media: Media, number: int, start: int, data: bytes, *, now: datetime) -> None:
    """Keep a piece of a part that begins `start` bytes after the part does; the same one twice is the same as once.

    Raises Conflict where it does not belong.
    """
    whole = parts.length(number, media.size, media.part_size)
    if media.state is not MediaState.PENDING or not 0 < len(data) <= whole - start:
        raise Conflict
    if _waiting(session, media, number) + len(data) > MOST_TIMES * whole:
        raise Conflict
    facts = {"media_id": media.id, "number": number, "start": start, "data": data}
    session.execute(insert(UploadPiece).values(facts).on_conflict_do_nothing())
    media.active_at = now


def _waiting(session: Session, media: Media, number: int) -> int:
    """The bytes of all pieces of a part."""
    found = sa.select(sa.func.sum(sa.func.length(UploadPiece.data)))
    return session.scalar(found.where(UploadPiece.media_id == media.id, UploadPiece.number == number)) or 0


def lengths(session: Session, media: Media) -> dict[int, int]:
    """For each part of which pieces wait: how many bytes are there without a gap from its beginning."""
    found = sa.select(UploadPiece.number, UploadPiece.start, sa.func.length(UploadPiece.data))
    rows = session.execute(found.where(UploadPiece.media_id == media.id).order_by(UploadPiece.start)).all()
    places: dict[int, list[tuple[int, int]]] = {}
    for number, start, size in rows:
        places.setdefault(number, []).append((start, size))
    return {number: unbroken(pieces) for number, pieces in places.items()}


def join(session: Session, store: ObjectStore, media: Media, number: int, digest: str) -> bool:
    """Make a part of its pieces and put it into the store. False, and the pieces are forgotten, if its SHA-256 is not
    `digest` (hexadecimal). Raises Conflict while pieces are missing; joining twice is the same as once."""
    mine = sa.and_(UploadPiece.media_id == media.id, UploadPiece.number == number)
    rows = session.scalars(sa.select(UploadPiece).where(mine).order_by(UploadPiece.start)).all()
    whole = parts.length(number, media.size, media.part_size)
    if not rows and any(p.number == number for p in arrived(store, media) or []):
        return True
    if media.upload_id is None or unbroken((row.start, len(row.data)) for row in rows) != whole:
        raise Conflict
    data = assembled({row.start: row.data for row in rows})
    is_good = hashlib.sha256(data).hexdigest() == digest
    if is_good:
        store.send_part(media.key, media.upload_id, number, data)
    session.execute(sa.delete(UploadPiece).where(mine))
    return is_good


def forget(session: Session, media: Media) -> None:
    """Pieces of parts that arrived in another way."""
    session.execute(sa.delete(UploadPiece).where(UploadPiece.media_id == media.id))


def unbroken(pieces: Iterable[tuple[int, int]]) -> int:
    """The bytes without a gap from 0 of pieces (start, length) in the order of their starts; they may overlap."""
    reached = 0
    for start, length in pieces:
        if start > reached:
            break
        reached = max(reached, start + length)
    return reached


def assembled(pieces: Mapping[int, bytes]) -> bytes:
    """The bytes of pieces by their start, which leave no gap."""
    whole = bytearray()
    for start in sorted(pieces):
        whole[start : start + len(pieces[start])] = pieces[start]
    return bytes(whole)
