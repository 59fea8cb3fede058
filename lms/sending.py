"""What a phone's outbox brings, as values: a feature names the kinds of work it takes and answers each with an outcome."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from lms.access import Actor
from lms.errors import Refusal

# saved: it counts · kept: it is on record but does not count (yet) · refused: it was not taken, and `message` says why
Status = Literal["saved", "kept", "refused"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One piece of work as it arrived.

    `order` counts up on its device, over all kinds and tabs. `made` is when it was done by the server's clock, as far as
    the phone could tell.
    """

    id: uuid.UUID
    kind: str
    content: Mapping[str, Any]
    device: uuid.UUID
    order: int = 0
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `message` is an Indonesian msgid; `values` fill its placeholders after it was translated."""

    status: Status = "saved"
    answer: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


# Takes all work of one kind that arrived together, `handle(session, sent, by=, now=)`, and answers each piece in order.
Handler = Callable[..., Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of work, as `<feature>:<what>`. With `journal` the feature's own journal recognises what comes twice and no
    receipt is kept beside it."""

    kind: str
    handle: Handler
    journal: bool = False


def one_by_one(take: Callable[..., Outcome]) -> Handler:
    """A handler from a function for one piece: what it refuses is undone alone and the rest goes on."""

    @functools.wraps(take)
    def handle(session: Session, sent: Sequence[Sent], *, by: Actor, now: datetime) -> list[Outcome]:
        return [_taken(take, session, piece, by=by, now=now) for piece in sent]

    return handle


def _taken(
    take: Callable[..., Outcome], session: Session, piece: Sent, *, by: Actor, now: datetime
) -> Outcome:
    try:
        with session.begin_nested():
            return take(session, piece, by=by, now=now)
    except Refusal as refusal:
        return Outcome("refused", message=refusal.message, values=refusal.values)
