"""Facts about cohorts and enrolment."""

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


@dataclass(frozen=True, slots=True)
class SeatsGiven(Event):
    """The same for all who got a seat at once; `promoted` when they came from the waiting list."""

    cohort_id: uuid.UUID
    person_ids: tuple[uuid.UUID, ...]
    promoted: bool


@dataclass(frozen=True, slots=True)
class PutOnWaitingList(Event):
    """All seats were taken."""

    cohort_id: uuid.UUID
    person_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class ApprovalAsked(Event):
    """Somebody asks for a seat that the superior must approve; `again` when this is a reminder."""

    enrolment_id: uuid.UUID
    again: bool = False


@dataclass(frozen=True, slots=True)
class EnrolmentDeclined(Event):
    """A request was declined; the reason stands in the enrolment."""

    enrolment_id: uuid.UUID
    person_id: uuid.UUID
    cohort_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class EnrolmentWithdrawn(Event):
    """Somebody gave a place up, or was taken out by staff."""

    enrolment_id: uuid.UUID
    person_id: uuid.UUID
    cohort_id: uuid.UUID
    by_staff: bool


@dataclass(frozen=True, slots=True)
class Announced(Event):
    """Something was said to everybody in a cohort."""

    announcement_id: uuid.UUID
    cohort_id: uuid.UUID
