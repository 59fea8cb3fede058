"""Files that people brought: one row each, from the first byte to the ready rendition."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


class MediaState(enum.StrEnum):
    """pending: bytes are arriving; stored: all there and checked; ready: prepared for phones; failed: refused."""

    PENDING = "pending"
    STORED = "stored"
    READY = "ready"
    FAILED = "failed"


class Media(Identified, Model):
    """One file. `renditions` maps a name ("phone", "poster", "240p", "page-1", …) to key, type, size and dimensions."""

    __tablename__ = "media"

    agency_id: Mapped[uuid.UUID | None] = mapped_column(fk("agency.id"), index=True)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    key: Mapped[str]
    state: Mapped[MediaState] = mapped_column(choice(MediaState), default=MediaState.PENDING)
    problem: Mapped[str] = mapped_column(default="")
    upload_id: Mapped[str | None]
    fingerprint: Mapped[str] = mapped_column(default="")
    checksum: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    renditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
