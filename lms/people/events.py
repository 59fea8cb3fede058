"""Facts about agencies, units, persons and roles. The audit trail and the sign-in listen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lms.events import Event


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one row: the values before and after, JSON-able, only those that differ."""

    act: str
    subject: str
    subject_id: uuid.UUID
    agency_id: uuid.UUID | None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordsChanged(Event):
    """Rows of the directory were made, changed or ended by somebody (None: from the terminal)."""

    changes: tuple[Change, ...]
    by_id: uuid.UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonAdded(Event):
    """People came into the directory. `wants_invite`: those with an address shall get a link to set a password."""

    person_ids: tuple[uuid.UUID, ...]
    wants_invite: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonLeft(Event):
    """People retired or moved away: they may not sign in any more, and their open sessions end."""

    person_ids: tuple[uuid.UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ImportConfirmed(Event):
    """Somebody looked at the trial of an import and said that it shall be saved."""

    import_id: uuid.UUID
