"""Finding courses and activities, for somebody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from courses.catalogue.models import Activity, Course, CourseStaff, Module
from courses.catalogue.permissions import BROWSE, EDIT_ALL
from lms.access import Actor, agencies_where
from lms.errors import Forbidden, NotFound


def courses_for(session: Session, actor: Actor) -> Sequence[Course]:
    """The courses of the agencies in which the actor may browse, by title."""
    found = sa.select(Course).where(
        Course.agency_id.in_(agencies_where(actor, BROWSE)), Course.archived_at.is_(None)
    )
    return session.scalars(found.order_by(Course.title, Course.id)).all()


def course_of(session: Session, actor: Actor, course_id: uuid.UUID, *, write: bool = False) -> Course:
    """A course with its modules and activities. Unknown or another agency's: NotFound; not theirs to change: Forbidden."""
    course = session.scalars(
        sa.select(Course)
        .where(Course.id == course_id, Course.agency_id.in_(agencies_where(actor, BROWSE)))
        .options(selectinload(Course.modules).selectinload(Module.activities))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if course is None:
        raise NotFound
    if write and not may_edit(session, actor, course):
        raise Forbidden
    return course


def may_edit(session: Session, actor: Actor, course: Course) -> bool:
    """An administrator of the agency, or one of the course's own staff."""
    if course.agency_id in agencies_where(actor, EDIT_ALL):
        return True
    return session.get(CourseStaff, (course.id, actor.id)) is not None


def activity_of(session: Session, actor: Actor, activity_id: uuid.UUID, *, write: bool = True) -> Activity:
    """An activity whose course the actor may see (or change)."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound
    course_of(session, actor, activity.course_id, write=write)
    return activity
