"""Facts about messages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class MailsWritten(Event):
    """Mails were put into the outbox."""

    mail_ids: tuple[uuid.UUID, ...]
