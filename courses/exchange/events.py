"""Facts about imports."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class ArchiveBrought(Event):
    """An archive of courses lies in the store and waits to be taken in."""

    import_id: uuid.UUID
