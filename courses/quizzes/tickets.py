"""Tickets: what the page of an attempt carries to prove when its answers were given, also without a network.

A ticket names an attempt, its start, deadline and grace, and the server's time when the page was made. An answer says how
much later it was given, measured by the page's steady clock; the phone's own clock proves nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from courses.quizzes.models import Attempt
from lms.clock import milliseconds

# Two clocks that were set to each other over a slow network may disagree by so much.
SLACK = timedelta(seconds=5)


def ticket_for(attempt: Attempt, grace_minutes: int, keys: Sequence[str], now: datetime) -> str:
    """The ticket of a page that is made now. `keys` are the installation's secrets, the newest in front."""
    facts = [
        attempt.id.hex,
        milliseconds(attempt.started_at),
        None if attempt.deadline is None else milliseconds(attempt.deadline),
        grace_minutes,
        milliseconds(now),
    ]
    return str(_signer(keys).dumps(facts))


def made_at(ticket: object, attempt_id: uuid.UUID, keys: Sequence[str]) -> datetime | None:
    """When the page was made that a ticket comes from; None when it is not a ticket of this attempt."""
    if not isinstance(ticket, str):
        return None
    try:
        whose, *_facts, issued = _signer(keys).loads(ticket)
    except (BadData, ValueError, TypeError):
        return None
    return datetime.fromtimestamp(issued / 1000, UTC) if whose == attempt_id.hex else None


def proved(
    ticket: object, attempt_id: uuid.UUID, made: datetime | None, keys: Sequence[str], now: datetime
) -> datetime | None:
    """When an answer was given, if its ticket makes that believable: after the page was made, and not in the future."""
    start = made_at(ticket, attempt_id, keys)
    if made is None or start is None:
        return None
    return made if start - SLACK <= made <= now + SLACK else None


def _signer(keys: Sequence[str]) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(keys)), salt="attempt-ticket")
