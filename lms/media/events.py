"""What happens to files."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class MediaStored(Event):
    """All bytes are there and are what they claim to be; renditions are not made yet. Also told when it is tried again."""

    media_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class MediaReady(Event):
    """Renditions and facts are there."""

    media_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class MediaFailed(Event):
    """The file was taken in, and then could not be prepared; the row's `problem` says why."""

    media_id: uuid.UUID
