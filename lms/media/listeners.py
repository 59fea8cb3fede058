"""A file that has arrived is prepared; what was planned for it is made."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.jobs.queue import later
from lms.media.events import MediaStored, RenditionsPlanned
from lms.media.jobs import prepare, render
from lms.media.ladder import ORDER


def prepare_it(session: Session, event: MediaStored) -> None:
    later(session, prepare, once=f"media:{event.media_id}", media_id=str(event.media_id))


def render_them(session: Session, event: RenditionsPlanned) -> None:
    """One job each, the smallest of all films before the larger ones of any."""
    for name in event.names:
        rank = ORDER.index(name) if name in ORDER else 1
        once = f"media:{event.media_id}:{name}"
        later(session, render, once=once, priority=-rank, media_id=str(event.media_id), name=name)
