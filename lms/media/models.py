"""Files that people brought: one row each, from the first byte to the ready rendition."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk
from lms.media.kinds import SORTS, Group
from lms.media.sniff import Kind
from lms.storage.store import PART_SIZE

PREFIX = "media/"  # of every key that belongs to a row


class MediaState(enum.StrEnum):
    """pending: bytes are arriving; stored: all there and checked; ready: prepared for phones; failed: refused."""

    PENDING = "pending"
    STORED = "stored"
    READY = "ready"
    FAILED = "failed"


class Media(Identified, Model):
    """One file. `kind` is the value of a `sniff.Kind` ("" until its bytes were seen), `size` in bytes.

    `renditions` maps a name ("phone", "thumb", "poster", "play", "page-1", "240p", …) to `{"key", "type", "size"}`; for
    what is seen also `"width"` and `"height"` in px, for what plays `"bitrate"` (bit/s) and, where there is a playlist,
    `"stream"` (`{"key", "size", "peak"}` of its bytes; peak in bit/s), for the pictures for seeking `"plan"`. What stands here is whole: it is written when everything is in the store.
    `facts` holds what preparation found: "width", "height", "duration" (seconds), "bitrate", "video", "audio" (codecs),
    "loudness" (lms.media.loudness), "pages" (a number), "text" (of each page, a list), "progress" (`[done, of]` while it works),
    "tries".
    `problem` is the msgid of a sentence; its values are in `facts["values"]` (lms.media.words says it).
    `checksum` is that of lms.media.parts. A `shared` file may be opened by everybody of its agency.
    """

    __tablename__ = "media"
    __table_args__ = (
        sa.Index(
            "ix_media_arriving", "active_at", postgresql_where=sa.text("state IN ('pending', 'failed')")
        ),
    )

    agency_id: Mapped[uuid.UUID | None] = mapped_column(fk("agency.id"), index=True)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    content_type: Mapped[str] = mapped_column(default="application/octet-stream")
    size: Mapped[int] = mapped_column(sa.BigInteger)
    key: Mapped[str]
    state: Mapped[MediaState] = mapped_column(choice(MediaState), default=MediaState.PENDING)
    problem: Mapped[str] = mapped_column(default="")
    upload_id: Mapped[str | None]
    part_size: Mapped[int] = mapped_column(default=PART_SIZE)
    fingerprint: Mapped[str] = mapped_column(default="")
    checksum: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    renditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]

    @property
    def group(self) -> Group | None:
        """How it is treated; None until its bytes were seen."""
        return SORTS[Kind(self.kind)].group if self.kind else None

    @property
    def can_retry(self) -> bool:
        """Whether its bytes are safe, so that preparing it can be tried again."""
        return self.state == MediaState.FAILED and self.stored_at is not None

    @property
    def keys(self) -> set[str]:
        """Every object in the store that belongs to what is shown of it."""
        streams = {made["stream"]["key"] for made in self.renditions.values() if "stream" in made}
        return {self.key, *streams, *(made["key"] for made in self.renditions.values())}

    def key_of(self, rendition: str) -> str:
        """Where a rendition is kept ("page-1.webp"): always the same place, so that a second try writes over the first."""
        return f"{PREFIX}{self.id}/{rendition}"


class Making(enum.StrEnum):
    """How far a rendition is."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


class Rendering(Model):
    """The making of one rendition of a video or recording (lms.media.ladder names them); the result is in its file's
    `renditions`.

    `percent` of it is made; `active_at` is moved on while somebody works on it. `problem` is the msgid of a sentence.
    `playlist` is its HLS playlist, in which lms.media.playlists puts the address.
    """

    __tablename__ = "media_rendering"

    media_id: Mapped[uuid.UUID] = mapped_column(fk("media.id", cascade=True), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[Making] = mapped_column(choice(Making), default=Making.WAITING)
    percent: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")
    playlist: Mapped[str] = mapped_column(default="")
    active_at: Mapped[datetime]


class UploadPiece(Model):
    """Some bytes of a part of an upload that is still arriving; `start` counts from the beginning of the part."""

    __tablename__ = "upload_piece"

    media_id: Mapped[uuid.UUID] = mapped_column(fk("media.id", cascade=True), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]
