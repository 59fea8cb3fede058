"""Counting SQL statements: a page of a thousand rows must not ask more often than a page of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask

from lms.web import db


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that the application sends during the block; savepoints of the tests are not counted."""
    sent: list[str] = []

    def keep(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", keep)
