"""Model base, constraint names and shared column types. Plain SQLAlchemy: no Flask here."""

from __future__ import annotations

import enum
import os
import select
import time
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

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


# A connection that rested longer is asked whether it lives: what stands between may have forgotten it without a word.
TRUSTED_FOR = 30.0


def hand_out_living(engine: sa.Engine) -> None:
    """Let the pool of an engine hand out no connection that the server has closed.

    `pool_pre_ping` asks the server each time, which is a statement more for every request. A server that went away has
    closed the socket, and that can be seen without asking: then, or after a rest, the server is asked.
    """

    @sa.event.listens_for(engine, "checkin")
    def rested(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def wake(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or (time.monotonic() - since < TRUSTED_FOR and not _spoken(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise sa.exc.InvalidatePoolError from gone


def _spoken(connection: Any) -> bool:
    """Whether the server said something while nobody asked: that it goes, or the end of the connection."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
