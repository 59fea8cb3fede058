"""Preparing what has to be begun before it can be taken away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courses.cohorts.queries import Seat
from courses.downloads.queries import Pack
from courses.quizzes.services import start
from lms.errors import Conflict


def prepare(session: Session, seat: Seat, pack: Pack, *, now: datetime) -> None:
    """Open an attempt at each quiz of a module that may be taken away and whose time does not run. Twice is once."""
    for activity_id, running in pack.running.items():
        if running.ready and running.attempt_id is None:
            try:
                with session.begin_nested():
                    start(session, seat, activity_id, now=now)
            except Conflict:
                continue  # a quiz without questions: the rest of the module is taken all the same
