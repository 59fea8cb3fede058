"""A file that has arrived is prepared."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.jobs.queue import later
from lms.media.events import MediaStored
from lms.media.jobs import prepare


def prepare_it(session: Session, event: MediaStored) -> None:
    later(session, prepare, once=f"media:{event.media_id}", media_id=str(event.media_id))
