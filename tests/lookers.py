"""Who looked at whom: the lines that reads of people's records leave in the log."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from lms.shell.logs import JsonLines

Look = tuple[str, str, str]


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.looks: list[Look] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = json.loads(JsonLines().format(record))
        self.looks.append((line["actor"], line["subject"], line["endpoint"]))


@contextmanager
def looks() -> Iterator[list[Look]]:
    """(actor, subject, page) of each read from now on, as the log has them."""
    handler, log = _Kept(), logging.getLogger("bina.reads")
    log.addHandler(handler)
    try:
        yield handler.looks
    finally:
        log.removeHandler(handler)


def look(actor: uuid.UUID, subject: uuid.UUID, page: str) -> Look:
    return str(actor), str(subject), page
