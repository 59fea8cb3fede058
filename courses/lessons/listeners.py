"""What lessons do when something happened elsewhere."""

from __future__ import annotations

from sqlalchemy.orm import Session

from courses.catalogue.events import CourseCopied
from courses.lessons.events import DocumentAttached
from courses.lessons.finishing import grant
from courses.lessons.intake import refresh_all
from courses.lessons.jobs import take_text
from courses.lessons.services import copy_lessons
from courses.progress.events import ActivityFinished
from courses.progress.models import Progress
from lms.jobs.queue import later
from lms.media.events import MediaReady, MediaRendered


def copy(session: Session, event: CourseCopied) -> None:
    copy_lessons(session, event.activities, now=event.now)


def grant_wishes(session: Session, event: ActivityFinished) -> None:
    finished = session.get_one(Progress, (event.enrolment_id, event.activity_id))
    grant(session, event.enrolment_id, now=finished.updated_at)


def take_text_later(session: Session, event: DocumentAttached) -> None:
    later(session, take_text, activity_id=str(event.activity_id), media_id=str(event.media_id))


def refresh(session: Session, event: MediaReady | MediaRendered) -> None:
    refresh_all(session, event.media_id)
