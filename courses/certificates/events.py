"""Facts about certificates."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class CertificateIssued(Event):
    """A certificate has its number; its PDF is still to be made."""

    certificate_id: uuid.UUID
    person_id: uuid.UUID
