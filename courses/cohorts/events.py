"""Facts about enrolment."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class Enrolled(Event):
    """Somebody has a seat in a cohort."""

    enrolment_id: uuid.UUID
    person_id: uuid.UUID
    cohort_id: uuid.UUID
