"""Facts about certificates."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from lms.events import Event


@dataclass(frozen=True, slots=True)
class CertificatesIssued(Event):
    """These certificates have their numbers; their PDFs are still to be made."""

    certificate_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class CertificatesReady(Event):
    """The PDFs of these certificates were just stored, for the first time."""

    certificate_ids: tuple[uuid.UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class CertificateRevoked(Event):
    """A certificate counts no longer."""

    certificate_id: uuid.UUID
    person_id: uuid.UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CertificateReplaced(Event):
    """A certificate gave way to a new one with today's facts."""

    certificate_id: uuid.UUID
    replacement_id: uuid.UUID
    person_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SampleWanted(Event):
    """Somebody wants to see the certificate of a template, with the names of a cohort when there is one."""

    template_id: uuid.UUID
    cohort_id: uuid.UUID | None
    on: date
