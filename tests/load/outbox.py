"""What a phone keeps until the server has answered for it. It outlives the page, as the browser's own store does."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 100  # pieces in one request
ANSWER, HOLD, SUBMIT = "quizzes:answer", "quizzes:hold", "quizzes:submit"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that its owner did, in the order in which it was done on this device."""

    id: str
    kind: str
    key: str
    order: int
    content: Mapping[str, Any]
    made: int

    @property
    def sent(self) -> dict[str, Any]:
        facts = ("id", "kind", "order", "content", "made")
        return {name: getattr(self, name) for name in facts}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a piece: saved, kept (on record, but it does not count by itself) or refused (and said why)."""

    status: str
    answer: Mapping[str, Any]
    message: str


class Outbox:
    """The pieces of one device that wait, and those that were answered."""

    def __init__(self, chance: random.Random) -> None:
        self.device = _new_id(chance)
        self.chance = chance
        self.waiting: dict[int, Piece] = {}
        self.flying: set[int] = set()
        self.done: list[tuple[Piece, Receipt]] = []
        self.ever: dict[int, Piece] = {}
        self.replaced: set[int] = set()
        self._order = 0

    def put(self, kind: str, key: str, content: Mapping[str, Any]) -> None:
        """Keep it; what has the same kind and key and has not left yet is replaced."""
        for order, piece in list(self.waiting.items()):
            if (piece.kind, piece.key) == (kind, key) and order not in self.flying:
                del self.waiting[order]
                self.replaced.add(order)
        self._order += 1
        made = round(time.time() * 1000)
        self.waiting[self._order] = Piece(_new_id(self.chance), kind, key, self._order, content, made)

    def batch(self) -> list[Piece]:
        """What goes out next. From here on it may have reached the server."""
        chosen = sorted(self.waiting.values(), key=lambda piece: piece.order)[:MOST]
        self.flying = {piece.order for piece in chosen}
        self.ever |= {piece.order: piece for piece in chosen}
        return chosen

    def landed(self) -> None:
        """The request is over, with an answer or without; what has none may be replaced again."""
        self.flying = set()

    def took(self, pieces: Sequence[Piece], receipts: Mapping[str, Receipt]) -> None:
        for piece in pieces:
            if receipt := receipts.get(piece.id):
                self.done.append((piece, receipt))
                self.waiting.pop(piece.order, None)


def _new_id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
