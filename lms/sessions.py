"""The engine of an application, and one session for each application context.

A library does this too, but what it brings for asynchronous sessions and for tests costs each process two megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, current_app, g
from sqlalchemy.orm import Session, sessionmaker

_KEY = "database"


@dataclass(frozen=True, slots=True)
class _Bound:
    """What belongs to one application."""

    engine: sa.Engine
    sessionmaker: sessionmaker[Session]


class Database:
    """Gives views, commands and jobs the current application's sessions."""

    def init_app(self, app: Flask, url: str, *, pool_size: int) -> None:
        """Bind an application to a database. Nothing is connected before the first statement."""
        engine = sa.create_engine(url, pool_size=pool_size)
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
