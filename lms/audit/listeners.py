"""The directory lies below the trail and therefore tells its facts; here they are written down."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.people.events import RecordsChanged


def write_down(session: Session, fact: RecordsChanged) -> None:
    """One entry a row, in one statement however many there are."""
    session.execute(
        sa.insert(AuditEntry),
        [
            {
                "at": fact.at,
                "actor_id": fact.by_id,
                "agency_id": change.agency_id,
                "act": change.act,
                "subject": change.subject,
                "subject_id": change.subject_id,
                "before": dict(change.before) or None,
                "after": dict(change.after) or None,
            }
            for change in fact.changes
        ],
    )
