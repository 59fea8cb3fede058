"""Facts about proving who one is."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class ResetAsked(Event):
    """Somebody asked for a reset link for this name, whether or not there is such an account."""

    name: str


@dataclass(frozen=True, slots=True)
class Invited(Event):
    """Somebody shall get a link with which to set a first password."""

    person_id: uuid.UUID


class Change(enum.StrEnum):
    """What about an account was changed; its owner gets a mail."""

    PASSWORD = "password"  # noqa: S105 a word, not one
    SECOND_FACTOR = "second_factor"
    SECOND_FACTOR_GONE = "second_factor_gone"
    RECOVERY_CODES = "recovery_codes"


@dataclass(frozen=True, slots=True)
class CredentialChanged(Event):
    person_id: uuid.UUID
    change: Change
