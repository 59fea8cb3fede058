"""Model base, constraint names and shared column types. Plain SQLAlchemy: no Flask here."""

from __future__ import annotations

import enum
import os
import time
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> uuid.UUID:
    """A UUIDv7: unguessable in its random part, and ordered by time so that indexes stay compact (RFC 9562, 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (
        (milliseconds << 80)
        | (0x7 << 76)
        | ((random >> 68 & 0xFFF) << 64)
        | (0b10 << 62)
        | (random & (1 << 62) - 1)
    )
    return uuid.UUID(int=value)


class Model(DeclarativeBase):
    """Every table. Times are aware and in UTC; JSON is JSONB; enums are stored as their text."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: sa.DateTime(timezone=True),
        str: sa.Text,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        Decimal: sa.Numeric,
        bytes: sa.LargeBinary,
    }


class Identified:
    """A row known by an internal UUID, never by a number that a person carries."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)


def choice(kind: type[enum.StrEnum]) -> sa.Enum:
    """A column type for a closed set: text in the database, an enum in code."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda k: [m.value for m in k],
    )


def fk(target: str, *, cascade: bool = False, set_null: bool = False) -> sa.ForeignKey:
    """A reference to `table.column`; without a flag the row it points to cannot be deleted."""
    return sa.ForeignKey(target, ondelete="CASCADE" if cascade else "SET NULL" if set_null else "RESTRICT")
