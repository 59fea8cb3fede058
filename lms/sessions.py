"""The engine of an application, and one session for each application context.

A library does this too, but what it brings for asynchronous sessions and for tests costs each process two megabytes.
"""

from __future__ import annotations

import select
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, g
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

_KEY = "database"
# A connection that rested longer is asked whether it lives: what stands between may have forgotten it without a word.
TRUSTED_FOR = 30.0


@dataclass(frozen=True, slots=True)
class _Bound:
    """What belongs to one application."""

    engine: sa.Engine
    sessionmaker: sessionmaker[Session]


class Database:
    """Gives views, commands and jobs the current application's sessions."""

    def init_app(self, app: Flask, url: str, *, pool_size: int) -> None:
        """Bind an application to a database. Nothing is connected before the first statement."""
        # What was sent with a statement is somebody's data, and errors end in logs.
        engine = sa.create_engine(url, pool_size=pool_size, hide_parameters=True)
        hand_out_living(engine)
        app.extensions[_KEY] = _Bound(engine, sessionmaker(engine, expire_on_commit=False))
        app.teardown_appcontext(_close)

    @property
    def engine(self) -> sa.Engine:
        return self._bound().engine

    @property
    def sessionmaker(self) -> sessionmaker[Session]:
        """Makes sessions which whoever asked for them closes."""
        return self._bound().sessionmaker

    @property
    def session(self) -> Session:
        """The session of this application context. It is closed when the context ends."""
        found: Session | None = g.get(_KEY)
        if found is None:
            found = self.sessionmaker()
            setattr(g, _KEY, found)
        return found

    def _bound(self) -> _Bound:
        bound: _Bound = current_app.extensions[_KEY]
        return bound


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop(_KEY, None)
    if session is not None:
        session.close()


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
