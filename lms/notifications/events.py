"""Facts about messages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class MessagesWritten(Event):
    """Messages that are to leave at once were put into the outbox."""

    message_ids: tuple[uuid.UUID, ...]
