"""Finding courses and activities, for somebody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from courses.catalogue.models import Activity, Course, CourseStaff, Module
from courses.catalogue.permissions import BROWSE, EDIT_ALL
from lms.access import Actor, agencies_where
from lms.errors import Forbidden, NotFound
from lms.media.models import Media


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course as the author's list shows it."""

    id: uuid.UUID
    title: str
    jp: int
    updated_at: datetime
    mine: bool
    cover: dict[str, Any] | None
    activities: int
    drafts: int


def courses_for(session: Session, actor: Actor) -> Sequence[Course]:
    """The courses of the agencies in which the actor may browse, by title."""
    found = sa.select(Course).where(_browsable(actor))
    return session.scalars(found.order_by(Course.title, Course.id)).all()


def course_lines(
    session: Session, actor: Actor, *, mine: bool, page: int, per_page: int
) -> tuple[list[CourseLine], bool]:
    """A page of the courses that the actor may browse, those changed last in front, and whether more follow."""
    own = (
        sa.select(CourseStaff.course_id)
        .where(CourseStaff.course_id == Course.id, CourseStaff.person_id == actor.id)
        .exists()
    )
    found = (
        sa.select(
            Course.id,
            Course.title,
            Course.jp,
            Course.updated_at,
            own.label("mine"),
            Media.renditions,
            sa.func.count(Activity.id),
            sa.func.count(Activity.id).filter(~Activity.published),
        )
        .outerjoin(Media, Media.id == Course.cover_id)
        .outerjoin(Activity, Activity.course_id == Course.id)
        .where(_browsable(actor), *([own] if mine else []))
        .group_by(Course.id, Media.id)
        .order_by(Course.updated_at.desc(), Course.id)
        .limit(per_page + 1)
        .offset((page - 1) * per_page)
    )
    rows = [CourseLine(*row) for row in session.execute(found)]
    return rows[:per_page], len(rows) > per_page


def _browsable(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(Course.agency_id.in_(agencies_where(actor, BROWSE)), Course.archived_at.is_(None))


def course_of(session: Session, actor: Actor, course_id: uuid.UUID, *, write: bool = False) -> Course:
    """A course with its modules and activities, in one statement (a second one asks for `write`).

    Unknown or another agency's: NotFound; not theirs to change: Forbidden.
    """
    found = (
        sa.select(Course)
        .where(Course.id == course_id, Course.agency_id.in_(agencies_where(actor, BROWSE)))
        .options(joinedload(Course.modules).joinedload(Module.activities))
        .execution_options(populate_existing=True)
    )
    course = session.scalars(found).unique().one_or_none()
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


def module_of(session: Session, actor: Actor, module_id: uuid.UUID) -> tuple[Course, Module]:
    """A module that the actor may change, with its whole course."""
    course_id = session.scalar(sa.select(Module.course_id).where(Module.id == module_id))
    if course_id is None:
        raise NotFound
    course = course_of(session, actor, course_id, write=True)
    return course, next(module for module in course.modules if module.id == module_id)


def activity_of(session: Session, actor: Actor, activity_id: uuid.UUID, *, write: bool = True) -> Activity:
    """An activity whose course the actor may see (or change); its module and course are loaded with it."""
    course_id = session.scalar(sa.select(Activity.course_id).where(Activity.id == activity_id))
    if course_id is None:
        raise NotFound
    course = course_of(session, actor, course_id, write=write)
    return next(a for module in course.modules for a in module.activities if a.id == activity_id)
