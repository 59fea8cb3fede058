"""Looking into the database afterwards: is everything there that was acknowledged, and are the marks right?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from courses.quizzes.scoring import score_attempt
from tests.load.cluster import Database
from tests.load.outbox import ANSWER, Outbox, Piece

JOURNALS = "SELECT attempt_id, number, value FROM answer_revision UNION SELECT attempt_id, number, value FROM late_answer"

Place = tuple[str, int, str]


@dataclass
class Ledger:
    """One learner's run: the attempt, the outbox of each device, and what each question should say in the end."""

    attempt: str = ""
    boxes: list[Outbox] = field(default_factory=list)
    meant: dict[int, Any] = field(default_factory=dict)
    handed_in: bool = False


@dataclass(frozen=True)
class Verdict:
    """Counts over all learners. The saves are the only one that must not be 0."""

    acknowledged_saves: int
    acknowledged_lost: int
    silent_discards: int
    refused: int
    unsent: int
    open_attempts: int
    wrong_answers: int
    score_mismatches: int


def verdict(database: Database, ledgers: Iterable[Ledger]) -> Verdict:
    """Compare what was promised with what is kept. Marks are computed again from what was meant, without any server.

    Lost: a receipt said that it is there and it is not. Discarded: it reached the server, which neither has it nor
    refused it in words.
    """
    known = [ledger for ledger in ledgers if ledger.attempt]
    with database.connect() as connection:
        there = {
            (str(attempt), number, _same(value)) for attempt, number, value in connection.execute(JOURNALS)
        }
        rows = connection.execute("SELECT id, state, percent, keys FROM attempt")
        attempts = {str(attempt): rest for attempt, *rest in rows}
        rows = connection.execute("SELECT attempt_id, number, value FROM answer")
        counting = {(str(attempt), number): value for attempt, number, value in rows}
    boxes = [box for ledger in known for box in ledger.boxes]
    done = [(_place(piece), receipt) for box in boxes for piece, receipt in box.done if piece.kind == ANSWER]
    taken = [place for place, receipt in done if receipt.status != "refused"]
    closed = [ledger for ledger in known if ledger.handed_in]
    return Verdict(
        acknowledged_saves=len(taken),
        acknowledged_lost=sum(place not in there for place in taken),
        silent_discards=sum(place not in there for box in boxes for place in _unanswered(box)),
        refused=sum(receipt.status == "refused" for box in boxes for _, receipt in box.done),
        unsent=sum(len(box.waiting) for box in boxes),
        open_attempts=sum(attempts[ledger.attempt][0] == "open" for ledger in closed),
        wrong_answers=sum(
            counting.get((ledger.attempt, number)) != value
            for ledger in closed
            for number, value in ledger.meant.items()
        ),
        score_mismatches=sum(
            attempts[ledger.attempt][1] != _expected(attempts[ledger.attempt][2], ledger.meant)
            for ledger in closed
        ),
    )


def _unanswered(box: Outbox) -> list[Place]:
    """The answers that left the phone but have neither a receipt nor a place in its queue any more."""
    answered = {piece.order for piece, _ in box.done} | set(box.waiting) | box.replaced
    return [
        _place(piece) for order, piece in box.ever.items() if piece.kind == ANSWER and order not in answered
    ]


def _place(piece: Piece) -> Place:
    content = piece.content
    return content["attempt"], content["number"], _same(content["value"])


def _expected(keys: list[dict[str, Any]], meant: Mapping[int, Any]) -> Decimal | None:
    given = [(key["content"], meant.get(number), None) for number, key in enumerate(keys, 1)]
    return score_attempt(given).percent


def _same(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
