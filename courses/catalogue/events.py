"""Facts about courses."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms.events import Event


@dataclass(frozen=True, slots=True)
class AuthorAdded(Event):
    """Somebody may change a course from now on."""

    course_id: uuid.UUID
    person_id: uuid.UUID
    by_id: uuid.UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class AuthorRemoved(Event):
    """Somebody may not change a course any more, unless they administer its agency."""

    course_id: uuid.UUID
    person_id: uuid.UUID
    by_id: uuid.UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class CourseCopied(Event):
    """A course was duplicated. `activities` maps each old activity to its copy; each kind copies what it holds."""

    source_id: uuid.UUID
    course_id: uuid.UUID
    activities: Mapping[uuid.UUID, uuid.UUID]
    now: datetime
