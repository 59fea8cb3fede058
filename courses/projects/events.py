"""Facts about projects."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class ProjectSubmitted(Event):
    """A group handed in a version; without a milestone it is the final work."""

    version_id: uuid.UUID
    group_id: uuid.UUID
    cohort_id: uuid.UUID
    activity_id: uuid.UUID
    is_final: bool
    submitted_by: uuid.UUID


@dataclass(frozen=True, slots=True)
class ProjectReviewed(Event):
    """An assessor released a review to a group."""

    review_id: uuid.UUID
    version_id: uuid.UUID
    group_id: uuid.UUID
    cohort_id: uuid.UUID
    activity_id: uuid.UUID
    reviewed_by: uuid.UUID
