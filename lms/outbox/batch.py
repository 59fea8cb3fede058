"""Reading a batch: `{"person", "device", "operations": [{"id", "kind", "order", "content", "made"}]}`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms.errors import Invalid
from lms.sending import Sent

MOST = 500  # operations in a batch; a phone that has more sends again


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request brings: from whose store, from which device, in the order in which it was done."""

    person: uuid.UUID | None
    device: uuid.UUID
    sent: tuple[Sent, ...]


def batch_in(body: object) -> Batch:
    """The batch of a request's JSON. Raises Invalid when it has not this shape, as no page of ours sends it."""
    told = body if isinstance(body, Mapping) else {}
    device, operations = uuid_in(told.get("device")), told.get("operations")
    if device is None or not isinstance(operations, list) or len(operations) > MOST:
        raise Invalid
    return Batch(uuid_in(told.get("person")), device, tuple(_sent(raw, device) for raw in operations))


def _sent(raw: object, device: uuid.UUID) -> Sent:
    if not isinstance(raw, Mapping):
        raise Invalid
    id_, kind, content, order = (
        uuid_in(raw.get("id")),
        raw.get("kind"),
        raw.get("content"),
        raw.get("order", 0),
    )
    if id_ is None or not isinstance(kind, str) or not isinstance(content, Mapping) or not is_count(order):
        raise Invalid
    return Sent(id_, kind, content, device, order, moment_in(raw.get("made")))


def is_count(value: object) -> bool:
    """Whether it is a whole number from 0 that a column holds."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def uuid_in(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def moment_in(value: Any) -> datetime | None:
    """Milliseconds since 1970 as a moment; None when it is no number or no moment."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
