"""Writing lessons, and finishing them."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Completion
from courses.lessons.models import Lesson, LessonVersion
from courses.progress.models import Progress, State
from courses.progress.outline import Row
from courses.progress.services import record
from lms.access import Actor
from lms.errors import N_, Conflict
from lms.richtext import clean, from_markdown, reading_minutes


def write_lesson(
    session: Session, activity: Activity, source: str, *, by: Actor | None, now: datetime
) -> Lesson:
    """Save a lesson's Markdown: cleaned once, here. What it said before is kept as a version."""
    html = clean(from_markdown(source))
    lesson = session.get(Lesson, activity.id)
    if lesson is None:
        lesson = Lesson(activity_id=activity.id, version=0)
        session.add(lesson)
    elif lesson.source == source:
        return lesson
    lesson.source, lesson.html, lesson.updated_at = source, html, now
    lesson.version += 1
    session.add(
        LessonVersion(
            activity_id=activity.id,
            version=lesson.version,
            source=source,
            html=html,
            saved_by=by.id if by else None,
            saved_at=now,
        )
    )
    if not activity.minutes:
        activity.minutes = reading_minutes(html)
    session.flush()
    return lesson


def finish(session: Session, enrolment_id: uuid.UUID, row: Row, *, now: datetime) -> Progress:
    """The learner says they are done. A video to be watched to its end must have been. Twice is the same as once."""
    if row.completion == Completion.WATCHED and row.state != State.DONE:
        raise Conflict(N_("Tonton video sampai akhir untuk menyelesaikan pelajaran ini."))
    return record(session, enrolment_id, row.id, State.DONE, now=now)
