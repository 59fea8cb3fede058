"""Finding files for somebody, and the addresses under which browsers find their bytes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import Actor, agencies_where
from lms.errors import NotFound
from lms.media.kinds import SORTS
from lms.media.ladder import ORDER, SPRITE, in_order
from lms.media.models import Media, MediaState, Rendering
from lms.media.permissions import OPEN_FILES
from lms.media.sniff import Kind
from lms.storage.store import ObjectStore

ORIGINAL = "original"
# How long (seconds) an address in a page works at least: a lesson may stay open over a long break.
SHOWN = 6 * 3600
# How long one works that was asked for to be opened at once.
OPENED = 15 * 60
# How long a part may take to be sent.
SENDING = 3600


@dataclass(frozen=True, slots=True)
class Source:
    """One way to play a file. `label` is the rendition's name ("240p"; "play" is the one for everybody)."""

    label: str
    url: str
    content_type: str
    size: int
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Rendition:
    """One way to play a file, ready in the store. `name` is a rung of lms.media.ladder or "play" (the file as it came).

    `kind` is "video" or "audio"; `height` and `width` in px (None for sound), `size` in bytes, `bitrate` in bit/s,
    `duration` in seconds. The address is `source_of(store, media, name).url`.
    """

    name: str
    kind: str
    height: int | None
    width: int | None
    size: int
    bitrate: int
    duration: float
    key: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """Pictures for seeking: number n (from 0) shows second n × `every` and stands in one picture at `url`, in column
    n % `columns` of row n // `columns`; each is `width` × `height` px."""

    url: str
    width: int
    height: int
    columns: int
    count: int
    every: float


@dataclass(frozen=True, slots=True)
class Playback:
    """What a player needs. `duration` in seconds; `poster` is None for sound; no `sources` while it is prepared."""

    duration: float
    poster: Source | None
    sources: list[Source]


@dataclass(frozen=True, slots=True)
class PageShown:
    """A page of a PDF: its picture with dimensions in px, and its words, one paragraph a line."""

    number: int
    picture: Source
    text: str


def upload_of(session: Session, actor: Actor, media_id: uuid.UUID, *, lock: bool = False) -> Media:
    """A file that the actor is bringing or brought themselves. Raises NotFound."""
    found = sa.select(Media).where(Media.id == media_id, Media.owner_id == actor.id)
    media = session.scalars(found.with_for_update(of=Media) if lock else found).one_or_none()
    if media is None:
        raise NotFound
    return media


def media_of(session: Session, actor: Actor, media_id: uuid.UUID, *, lock: bool = False) -> Media:
    """A file that the actor may open by itself. Raises NotFound.

    That is whoever brought it; whoever holds `media:open` in its agency; and, if the file is marked as shared,
    everybody of its agency. Learners see the files of their lessons and of their group's work on those pages, which
    check the reader and then hand out signed addresses (`url_of`): a file needs no rule of its own for that.
    """
    theirs = sa.and_(Media.shared, Media.agency_id == actor.agency_id)
    watched = Media.agency_id.in_(agencies_where(actor, OPEN_FILES))
    found = sa.select(Media).where(Media.id == media_id, sa.or_(Media.owner_id == actor.id, watched, theirs))
    media = session.scalars(found.with_for_update(of=Media) if lock else found).one_or_none()
    if media is None:
        raise NotFound
    return media


def brought_by(session: Session, actor: Actor, media_ids: Iterable[uuid.UUID]) -> list[Media]:
    """Files that the actor brought and that are safe in the store, in the order asked for; for attaching to something.

    Raises NotFound if one of them is somebody else's, is unknown or did not arrive in full.
    """
    wanted = list(dict.fromkeys(media_ids))
    rows = session.scalars(
        sa.select(Media).where(
            Media.id.in_(wanted),
            Media.owner_id == actor.id,
            Media.state.in_((MediaState.STORED, MediaState.READY)),
        )
    )
    found = {media.id: media for media in rows}
    if found.keys() != set(wanted):
        raise NotFound
    return [found[media_id] for media_id in wanted]


def of_agency(session: Session, agency_id: uuid.UUID, media_ids: Iterable[uuid.UUID]) -> list[Media]:
    """Those of these files that belong to an agency, in one statement (none if nothing is asked for)."""
    wanted = set(media_ids)
    if not wanted:
        return []
    return list(
        session.scalars(sa.select(Media).where(Media.id.in_(wanted), Media.agency_id == agency_id)).all()
    )


def url_of(
    store: ObjectStore,
    media: Media,
    rendition: str = ORIGINAL,
    *,
    name: str | None = None,
    inline: bool | None = None,
    seconds: int = SHOWN,
) -> str:
    """A signed address of a rendition (or of the original), for whoever may see it: check that first.

    It is offered for saving as `name` (the file's own if None). `inline` may only narrow: whatever could act in a
    browser is always saved. Raises NotFound for what is not there.
    """
    if rendition != ORIGINAL:
        return source_of(store, media, rendition, seconds=seconds).url
    if media.stored_at is None:
        raise NotFound
    harmless = SORTS[Kind(media.kind)].inline
    return store.url(
        media.key,
        seconds=seconds,
        content_type=media.content_type,
        filename=media.name if name is None else name,
        inline=harmless if inline is None else harmless and inline,
    )


def source_of(store: ObjectStore, media: Media, rendition: str, *, seconds: int = SHOWN) -> Source:
    """A rendition with its address and dimensions. Renditions are made by us, so browsers may show them."""
    made = media.renditions.get(rendition)
    if made is None:
        raise NotFound
    url = store.url(made["key"], seconds=seconds, content_type=made["type"], inline=True)
    return Source(rendition, url, made["type"], made["size"], made.get("width"), made.get("height"))


def playback(store: ObjectStore, media: Media) -> Playback:
    """A video or a sound to play: the cheapest rendition first, as `play` is the whole file."""
    return Playback(
        duration=float(media.facts.get("duration", 0)),
        poster=source_of(store, media, "poster") if "poster" in media.renditions else None,
        sources=[source_of(store, media, name) for name in in_order(media.renditions)],
    )


def renditions_of(media: Media) -> list[Rendition]:
    """What of a video or recording can be played now, the cheapest first; empty while nothing is ready. Asks nothing."""
    duration = float(media.facts.get("duration", 0))
    return [_rendition(name, media.renditions[name], duration) for name in in_order(media.renditions)]


def _rendition(name: str, made: Mapping[str, Any], duration: float) -> Rendition:
    size = int(made["size"])
    return Rendition(
        name=name,
        kind="video" if str(made["type"]).startswith("video/") else "audio",
        height=made.get("height"),
        width=made.get("width"),
        size=size,
        bitrate=int(made.get("bitrate") or (size * 8 / duration if duration else 0)),
        duration=duration,
        key=made["key"],
        content_type=made["type"],
    )


def thumbnails_of(store: ObjectStore, media: Media) -> Thumbnails | None:
    """The pictures for seeking in a video; None until they are made."""
    facts = media.renditions.get(SPRITE)
    if facts is None:
        return None
    plan = facts["plan"]
    return Thumbnails(
        url=source_of(store, media, SPRITE).url,
        width=facts["width"] // plan["columns"],
        height=facts["height"] // -(-plan["count"] // plan["columns"]),
        columns=plan["columns"],
        count=plan["count"],
        every=plan["every"],
    )


def playlist_of(session: Session, media_id: uuid.UUID, name: str) -> str:
    """The HLS playlist of a rendition, without its address (lms.media.playlists). Raises NotFound."""
    found = session.scalar(
        sa.select(Rendering.playlist).where(Rendering.media_id == media_id, Rendering.name == name)
    )
    if not found:
        raise NotFound
    return found


def renderings_of(session: Session, media_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Rendering]]:
    """How far each rendition of these files is, in the order of making; in one statement. For authors' pages."""
    wanted = list(media_ids)
    rows = session.scalars(sa.select(Rendering).where(Rendering.media_id.in_(wanted))).all() if wanted else []
    ordered = sorted(rows, key=lambda row: (*ORDER, SPRITE).index(row.name))
    return {media_id: [row for row in ordered if row.media_id == media_id] for media_id in wanted}


def pages_of(store: ObjectStore, media: Media) -> list[PageShown]:
    """The pages of a PDF in order, each with its picture's address; none while it is prepared."""
    texts = media.facts.get("text", [])
    count = media.facts.get("pages", 0) if media.state == MediaState.READY else 0
    return [
        PageShown(n, source_of(store, media, f"page-{n}"), texts[n - 1] if n <= len(texts) else "")
        for n in range(1, count + 1)
    ]


def lesson_urls(store: ObjectStore, files: Iterable[Media]) -> dict[uuid.UUID, dict[str, str]]:
    """For each file the address of every rendition and, if its bytes are safe, of the "original"."""
    return {media.id: _urls(store, media) for media in files}


def _urls(store: ObjectStore, media: Media) -> dict[str, str]:
    urls = {name: source_of(store, media, name).url for name in media.renditions}
    if media.stored_at is not None:
        urls[ORIGINAL] = url_of(store, media)
    return urls


def used_bytes(session: Session, owner_id: uuid.UUID) -> int:
    """What somebody has in the store, with what is still arriving."""
    lost = sa.and_(Media.state == MediaState.FAILED, Media.stored_at.is_(None))
    total = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(Media.size), 0)).where(Media.owner_id == owner_id, ~lost)
    )
    return int(total or 0)


def same_upload(session: Session, actor: Actor, name: str, size: int, fingerprint: str) -> Media | None:
    """An upload that the actor began and did not finish, of the same file by its fingerprint."""
    found = sa.select(Media).where(
        Media.owner_id == actor.id,
        Media.state == MediaState.PENDING,
        Media.fingerprint == fingerprint,
        Media.name == name,
        Media.size == size,
    )
    return session.scalars(found.order_by(Media.id.desc()).limit(1)).one_or_none() if fingerprint else None
