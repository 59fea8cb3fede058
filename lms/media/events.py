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
    """What was asked for is there: of a video or recording at least one way to play it, more may follow (MediaRendered)."""

    media_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class MediaFailed(Event):
    """The file was taken in, and then could not be prepared; the row's `problem` says why."""

    media_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RenditionsPlanned(Event):
    """These renditions of a video or recording are to be made, in this order."""

    media_id: uuid.UUID
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MediaRendered(Event):
    """One more rendition of a video or recording is there."""

    media_id: uuid.UUID
