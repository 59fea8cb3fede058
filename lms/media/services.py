"""Bringing files: begun, in parts, finished or given up; and what preparation found."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.database import new_id
from lms.errors import N_, Conflict, Invalid
from lms.events import publish
from lms.media import parts, pieces
from lms.media.events import MediaFailed, MediaReady, MediaStored
from lms.media.kinds import LARGEST, MB, SORTS
from lms.media.models import PREFIX, Media, MediaState
from lms.media.names import clean_name
from lms.media.queries import ORIGINAL, same_upload, used_bytes
from lms.media.refusals import FileRefusal, Reason
from lms.media.sniff import HEAD, Kind, kind_of
from lms.people.models import Person
from lms.storage.store import PART_SIZE, ObjectStore

# Up to here a file is read whole when it has arrived, so that its sender hears at once what is wrong with it.
READ_WHOLE = 10 * MB

TOO_LARGE = N_(
    "Berkas ini %(size)s MB, lebih besar dari batas %(limit)s MB untuk jenisnya. Perkecil atau bagi berkasnya, "
    "lalu unggah lagi."
)
NO_ROOM = N_(
    "Ruang berkas Anda tersisa %(left)s MB, sedangkan berkas ini %(size)s MB. Hapus berkas yang tidak dipakai, "
    "atau hubungi pengelola pelatihan."
)
INCOMPLETE = N_(
    "%(missing)s bagian berkas belum sampai. Bagian lain aman di server; lanjutkan unggahan untuk melengkapinya."
)
CHANGED = N_("Isi berkas berubah selama dikirim. Berkas di perangkat Anda aman; unggah lagi dari awal.")
ABSENT = N_("Berkas asli tidak ada lagi di penyimpanan. Unggah ulang dari perangkat Anda.")


def begin(
    session: Session, store: ObjectStore, arrival: parts.Arrival, *, by: Actor, quota: int, now: datetime
) -> Media:
    """Begin an upload, or go on with the same person's unfinished one of the same file.

    Raises Invalid for what would be refused later anyway: by name, first bytes, size, or the person's quota (bytes).
    """
    name = clean_name(arrival.name)
    kind = kind_of(arrival.head, name) if arrival.head else None
    _check_size(arrival.size, SORTS[kind].limit if kind else LARGEST)
    _one_at_a_time(session, by.id)
    media = same_upload(session, by, name, arrival.size, arrival.fingerprint)
    if media is None:
        _check_quota(session, by.id, arrival.size, quota)
        media = _row(name, arrival.size, by.id, by.agency_id, now)
        media.fingerprint = arrival.fingerprint
        session.add(media)
    if pieces.arrived(store, media) is None:
        media.upload_id = store.start_parts(media.key, content_type="application/octet-stream")
    media.active_at = now
    session.flush()
    return media


def finish(session: Session, store: ObjectStore, media: Media, *, checksum: str = "", now: datetime) -> Media:
    """Put the parts together and look at the bytes; finishing twice is the same as once.

    A file that must be refused becomes `failed` with its sentence in `problem`, and its bytes are forgotten. Raises
    Conflict while parts are missing. `checksum` is what the browser sent off (lms.media.parts); files above
    `READ_WHOLE` are compared with it when they are prepared.
    """
    if media.state is not MediaState.PENDING:
        return media
    _assemble(store, media)
    pieces.forget(session, media)
    media.upload_id, media.active_at, media.checksum = None, now, checksum
    try:
        kind = _judged(store, media)
    except Invalid as refusal:
        _refuse(store, media, refusal)
        session.flush()
        return media
    return _stored(session, media, kind, now)


def abandon(session: Session, store: ObjectStore, media: Media) -> None:
    """Give an upload up and forget its bytes. What was finished is no upload any more and stays."""
    if media.state is MediaState.PENDING or media.stored_at is None:
        if media.upload_id:
            store.abort_parts(media.key, media.upload_id)
        store.delete(media.key)
        session.delete(media)
        session.flush()


def take_in(
    session: Session,
    store: ObjectStore,
    name: str,
    source: bytes | Path,
    *,
    owner_id: uuid.UUID | None,
    agency_id: uuid.UUID | None,
    now: datetime,
    quota: int | None = None,
    shared: bool = False,
) -> Media:
    """A file that is already here: from a form without script, from inside a document, from the demonstration.

    Raises Invalid with what is wrong; `quota` (bytes) is checked only if given. It is prepared like any upload.
    """
    shown = clean_name(name)
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    kind = _kind_of_whole(shown, source)
    _check_size(size, SORTS[kind].limit)
    if owner_id and quota is not None:
        _one_at_a_time(session, owner_id)
        _check_quota(session, owner_id, size, quota)
    media = _row(shown, size, owner_id, agency_id, now)
    media.shared = shared
    session.add(media)
    session.flush()
    _put(store, media.key, source, SORTS[kind].content_type)
    media.checksum = _checksum(source, media.part_size)
    return _stored(session, media, kind, now)


def forget(session: Session, store: ObjectStore, media: Media) -> None:
    """Delete a file that nothing refers to any more, with all that was made of it."""
    if media.upload_id:
        store.abort_parts(media.key, media.upload_id)
    for made in list(store.keys(media.key_of(""))):
        store.delete(made.key)
    session.delete(media)
    session.flush()


def ready(
    session: Session, media: Media, renditions: Mapping[str, Any], facts: Mapping[str, Any], *, now: datetime
) -> None:
    """Everything that was made of a file becomes visible at once."""
    media.state, media.problem, media.active_at = MediaState.READY, "", now
    media.renditions, media.facts = dict(renditions), dict(facts)
    publish(session, MediaReady(media.id))


def fail(
    session: Session, media: Media, problem: str, values: Mapping[str, object], *, now: datetime
) -> None:
    """A file that was taken in cannot be prepared; its bytes are kept for another try."""
    media.state, media.problem, media.active_at = MediaState.FAILED, problem, now
    media.facts = {"values": dict(values)}
    publish(session, MediaFailed(media.id))


def retry(session: Session, media: Media, *, now: datetime) -> None:
    """Prepare a failed file again. Raises Conflict when there is nothing to try."""
    if media.can_retry:
        again(session, media, now=now)
    elif media.state is not MediaState.STORED:
        raise Conflict


def again(session: Session, media: Media, *, now: datetime) -> None:
    """Prepare a file from the beginning, whatever was made of it before."""
    media.state, media.problem, media.facts, media.active_at = MediaState.STORED, "", {}, now
    publish(session, MediaStored(media.id))


def share(media: Iterable[Media]) -> None:
    """Let everybody of the agency open these files by their permanent address."""
    for each in media:
        each.shared = True


def _row(
    name: str, size: int, owner_id: uuid.UUID | None, agency_id: uuid.UUID | None, now: datetime
) -> Media:
    media_id = new_id()
    return Media(
        id=media_id,
        owner_id=owner_id,
        agency_id=agency_id,
        name=name,
        size=size,
        key=f"{PREFIX}{media_id}/{ORIGINAL}",
        part_size=PART_SIZE,
        state=MediaState.PENDING,
        facts={},
        renditions={},
        created_at=now,
        active_at=now,
    )


def _check_size(size: int, limit: int) -> None:
    if size < 1:
        raise FileRefusal(Reason.EMPTY)
    if size > limit:
        raise Invalid(TOO_LARGE, size=-(-size // MB), limit=limit // MB)


def _one_at_a_time(session: Session, owner_id: uuid.UUID) -> None:
    """Two uploads of one person wait for each other, so that together they keep to the quota."""
    session.execute(sa.select(Person.id).where(Person.id == owner_id).with_for_update(key_share=True))


def _check_quota(session: Session, owner_id: uuid.UUID, size: int, quota: int) -> None:
    left = quota - used_bytes(session, owner_id)
    if size > left:
        raise Invalid(NO_ROOM, left=max(0, left) // MB, size=-(-size // MB))


def _assemble(store: ObjectStore, media: Media) -> None:
    """The object from its parts. It may be there already, if the answer to the first request was lost."""
    found = pieces.arrived(store, media)
    if found is not None and media.upload_id:
        lost = parts.missing({p.number: p.size for p in found}, media.size, media.part_size)
        if lost:
            raise Conflict(INCOMPLETE, missing=len(lost))
        store.complete_parts(media.key, media.upload_id, found)
    whole = store.stat(media.key)
    if whole is None or whole.size != media.size:
        raise Conflict(INCOMPLETE, missing=parts.count(media.size, media.part_size))


def _judged(store: ObjectStore, media: Media) -> Kind:
    if media.size > READ_WHOLE:
        kind = kind_of(store.read(media.key, length=HEAD), media.name)
    else:
        data = store.read(media.key)
        if media.checksum and media.checksum != _checksum(data, media.part_size):
            raise Invalid(CHANGED)
        kind = _kind_of_whole(media.name, data)
    _check_size(media.size, SORTS[kind].limit)
    return kind


def _kind_of_whole(name: str, source: bytes | Path) -> Kind:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return kind_of(file.read(HEAD), name, whole=source)
    return kind_of(source[:HEAD], name, whole=lambda: source)


def _checksum(source: bytes | Path, part_size: int) -> str:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return parts.checksum_of(file, part_size)
    return parts.checksum(source[at : at + part_size] for at in range(0, len(source), part_size))


def _put(store: ObjectStore, key: str, source: bytes | Path, content_type: str) -> None:
    if isinstance(source, Path):
        store.put_file(key, source, content_type=content_type)
    else:
        store.put(key, source, content_type=content_type)


def _refuse(store: ObjectStore, media: Media, refusal: Invalid) -> None:
    store.delete(media.key)
    media.state, media.problem = MediaState.FAILED, refusal.message
    media.facts = {"values": refusal.values}


def _stored(session: Session, media: Media, kind: Kind, now: datetime) -> Media:
    media.kind, media.content_type = kind.value, SORTS[kind].content_type
    media.state, media.stored_at = MediaState.STORED, now
    publish(session, MediaStored(media.id))
    return media
