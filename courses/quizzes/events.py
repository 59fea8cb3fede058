"""Facts about quizzes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class AttemptSubmitted(Event):
    """An attempt was handed in, by the learner or by the clock."""

    attempt_id: uuid.UUID
    enrolment_id: uuid.UUID
    activity_id: uuid.UUID
    waiting: int
