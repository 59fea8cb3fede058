"""Writing the audit trail."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.access import Actor
from lms.audit.models import AuditEntry


def note(
    session: Session,
    act: str,
    subject: str,
    subject_id: uuid.UUID | None,
    *,
    by: Actor | None,
    now: datetime,
    agency_id: uuid.UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    on_behalf_of: uuid.UUID | None = None,
) -> None:
    """Record an act such as `certificate:issued`. Values are JSON-able and hold no secrets."""
    entry = AuditEntry(
        at=now,
        actor_id=by.id if by else None,
        agency_id=agency_id or (by.agency_id if by else None),
        act=act,
        subject=subject,
        subject_id=subject_id,
        before=before,
        after=after,
        on_behalf_of=on_behalf_of,
    )
    session.add(entry)
