"""An archive of courses that somebody brought waits for the worker."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from courses.exchange.events import ArchiveBrought
from courses.exchange.models import CourseImport
from lms.access import Actor
from lms.errors import N_, Invalid
from lms.events import publish
from lms.media.kinds import Group
from lms.media.models import Media


def bring(
    session: Session, media: Media, agency_id: uuid.UUID, *, publish_all: bool, by: Actor, now: datetime
) -> CourseImport:
    """Let an uploaded archive wait for the worker. Raises Invalid for any other file."""
    if media.group is not Group.ARCHIVE:
        raise Invalid(N_("Pilih berkas ZIP yang berisi kursus."), field="media")
    run = CourseImport(
        agency_id=agency_id,
        person_id=by.id,
        name=media.name,
        key=str(media.id),
        publish=publish_all,
        report=[],
        courses=[],
        created_at=now,
    )
    session.add(run)
    session.flush()
    publish(session, ArchiveBrought(run.id))
    return run
