"""Facts about progress."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class ActivityFinished(Event):
    """An activity became complete for a learner."""

    enrolment_id: uuid.UUID
    activity_id: uuid.UUID
