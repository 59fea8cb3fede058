"""What phones tell about lessons through the outbox, at once or days later, in any order."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from courses.cohorts.queries import Seat, seat_of
from courses.lessons.finishing import finish
from courses.lessons.forms import lesson_in, watched_in
from courses.lessons.watching import watch
from courses.progress.outline import Outline, Row
from courses.progress.queries import outline_of
from lms.access import Actor
from lms.errors import N_, NotFound
from lms.sending import Outcome, Sent

WAITS = N_("Tersimpan. Pelajaran ini dihitung selesai setelah kegiatan yang membukanya selesai.")


def watched(session: Session, sent: Sent, *, by: Actor, now: datetime) -> Outcome:
    """`{cohort, activity, file, ranges: [[from, to], …], position}` in ms: all that was played since the page opened."""
    seat, _syllabus, row = _place(session, sent, by, now)
    file_id, ranges, position = watched_in(sent.content)
    seen = watch(session, seat.enrolment_id, row, file_id, ranges, position, at=sent.made, now=now)
    return Outcome(answer={"seen": seen.percent, "enough": seen.enough, "done": seen.done})


def done(session: Session, sent: Sent, *, by: Actor, now: datetime) -> Outcome:
    """`{cohort, activity}`: the learner says that they are done; answers with what comes `next`."""
    seat, syllabus, row = _place(session, sent, by, now)
    answer = {"next": address_after(syllabus, seat.cohort_id, row.id)}
    if finish(session, seat.enrolment_id, row, now=now):
        return Outcome(answer=answer)
    return Outcome("kept", answer, WAITS)


def address_after(syllabus: Outline, cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    """Where a learner goes on: to the next activity, or back to the class after the last one."""
    following = syllabus.after(activity_id)
    if following is None:
        return url_for("progress.show", cohort_id=cohort_id)
    return url_for(f"{following.kind}.show", cohort_id=cohort_id, activity_id=following.id)


def _place(session: Session, sent: Sent, by: Actor, now: datetime) -> tuple[Seat, Outline, Row]:
    """The lesson may be locked still: what opens it may be on its way."""
    cohort_id, activity_id = lesson_in(sent.content)
    seat = seat_of(session, by, cohort_id)
    syllabus = outline_of(session, seat, now=now)
    row = syllabus.row(activity_id)
    if row is None:
        raise NotFound
    return seat, syllabus, row
