"""An archive that was brought is taken in by the worker."""

from __future__ import annotations

from sqlalchemy.orm import Session

from courses.exchange.events import ArchiveBrought
from courses.exchange.jobs import take_archive
from lms.jobs.queue import later


def take_it(session: Session, event: ArchiveBrought) -> None:
    later(session, take_archive, import_id=str(event.import_id))
