"""Facts about courses."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms.events import Event


@dataclass(frozen=True, slots=True)
class CourseCopied(Event):
    """A course was duplicated. `activities` maps each old activity to its copy; each kind copies what it holds."""

    source_id: uuid.UUID
    course_id: uuid.UUID
    activities: Mapping[uuid.UUID, uuid.UUID]
    now: datetime
