"""Facts: frozen dataclasses in the past tense, carrying ids. Call down, publish up.

Listeners run at once, in the publisher's transaction, in the order in which the features were registered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Subclasses hold ids and values, never rows."""


Listener = Callable[[Session, Any], None]


class Bus:
    """Who hears what. One per application; sessions carry it in `info`, so nothing is global."""

    def __init__(self) -> None:
        self._listeners: dict[type[Event], list[Listener]] = defaultdict(list)

    def listen(self, kind: type[Event], listener: Listener) -> None:
        self._listeners[kind].append(listener)

    def tell(self, session: Session, event: Event) -> None:
        for listener in self._listeners[type(event)]:
            listener(session, event)


def publish(session: Session, event: Event) -> None:
    """Tell whoever listens. Rows written so far are flushed, so that listeners find them."""
    session.flush()
    bus: Bus = session.info["bus"]
    bus.tell(session, event)
