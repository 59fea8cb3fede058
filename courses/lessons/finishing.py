"""When a lesson is complete: its learner says so, or has watched enough of it; in whatever order it is told."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Completion
from courses.cohorts.queries import seat_of_enrolment
from courses.lessons.queries import page_of, seen_percent
from courses.progress.models import Progress, State
from courses.progress.outline import LOCKED, Row
from courses.progress.queries import outline_of
from courses.progress.services import begin, record
from lms.errors import N_, Conflict

WISHED = "wished"


def finish(session: Session, enrolment_id: uuid.UUID, row: Row, *, now: datetime) -> bool:
    """The learner says they are done. What is to be watched must have been. Twice is the same as once."""
    if row.completion == Completion.WATCHED and row.state != State.DONE:
        page = page_of(session, row.id, enrolment_id)
        if seen_percent(page) < page.enough:
            raise Conflict(
                N_("Putar sedikitnya %(percent)s%% untuk menyelesaikan pelajaran ini."), percent=page.enough
            )
    return settle(session, enrolment_id, row, now=now)


def settle(session: Session, enrolment_id: uuid.UUID, row: Row, *, now: datetime) -> bool:
    """Complete a lesson; returns whether it is. Work done without network may arrive before what opens this lesson:
    then the wish is noted, and `grant` fulfils it.
    """
    if row.state != LOCKED:
        record(session, enrolment_id, row.id, State.DONE, now=now)
        return True
    progress = begin(session, enrolment_id, row.id, now=now)
    progress.detail = {**progress.detail, WISHED: True}
    session.flush()
    return False


def grant(session: Session, enrolment_id: uuid.UUID, *, now: datetime) -> None:
    """Something was finished: complete the lessons that were finished before they were open, and are open now."""
    found = sa.select(Progress.activity_id).where(
        Progress.enrolment_id == enrolment_id,
        Progress.state != State.DONE,
        Progress.detail[WISHED].as_boolean(),
    )
    wished = set(session.scalars(found))
    if not wished:
        return
    syllabus = outline_of(session, seat_of_enrolment(session, enrolment_id), now=now)
    for row in syllabus.rows:
        if row.id in wished and row.state != LOCKED:
            record(session, enrolment_id, row.id, State.DONE, now=now)
