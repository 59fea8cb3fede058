"""Facts about lessons."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class DocumentAttached(Event):
    """A Word, PowerPoint or Markdown file was given to a lesson, to become its text."""

    activity_id: uuid.UUID
    media_id: uuid.UUID
