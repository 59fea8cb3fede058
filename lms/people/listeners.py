"""What follows when an import is confirmed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.jobs.queue import later
from lms.people.events import ImportConfirmed
from lms.people.jobs import save_import


def save_after_commit(session: Session, fact: ImportConfirmed) -> None:
    later(session, save_import, import_id=str(fact.import_id))
