"""Finding imports, for somebody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Course
from courses.exchange.models import CourseImport
from lms.access import Actor
from lms.errors import NotFound

LATEST = 20


def imports_of(session: Session, actor: Actor) -> Sequence[CourseImport]:
    """The latest imports of the actor, the newest in front."""
    found = sa.select(CourseImport).where(CourseImport.person_id == actor.id)
    return session.scalars(found.order_by(CourseImport.created_at.desc()).limit(LATEST)).all()


def import_of(session: Session, actor: Actor, import_id: uuid.UUID) -> CourseImport:
    """One of the actor's own imports; somebody else's does not exist."""
    found = sa.select(CourseImport).where(CourseImport.id == import_id, CourseImport.person_id == actor.id)
    run = session.scalars(found).one_or_none()
    if run is None:
        raise NotFound
    return run


def courses_of(session: Session, run: CourseImport) -> Sequence[Course]:
    """The courses that came of an import, in order."""
    ids = [uuid.UUID(id_) for id_ in run.courses]
    by_id = {course.id: course for course in session.scalars(sa.select(Course).where(Course.id.in_(ids)))}
    return [by_id[id_] for id_ in ids if id_ in by_id]
