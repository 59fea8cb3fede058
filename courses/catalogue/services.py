"""Making and changing courses."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Completion, Course, CourseStaff, Kind, Module
from lms.access import Actor

COMPLETION = {Kind.LESSON: Completion.VIEWED, Kind.QUIZ: Completion.PASSED, Kind.PROJECT: Completion.MARKED}


def create_course(
    session: Session,
    agency_id: uuid.UUID,
    *,
    title: str,
    by: Actor,
    now: datetime,
    summary: str = "",
    objectives: Sequence[str] = (),
    jp: int = 0,
    tags: Sequence[str] = (),
) -> Course:
    """A new course; whoever makes it is on its staff."""
    course = Course(
        agency_id=agency_id,
        title=title,
        summary=summary,
        objectives=list(objectives),
        jp=jp,
        tags=list(tags),
        created_by=by.id,
        created_at=now,
        updated_at=now,
    )
    session.add(course)
    session.flush()
    session.add(CourseStaff(course_id=course.id, person_id=by.id))
    return course


def add_module(session: Session, course: Course, *, title: str, now: datetime) -> Module:
    module = Module(
        course_id=course.id, title=title, position=_next(session, Module.course_id == course.id, Module)
    )
    session.add(module)
    course.updated_at = now
    session.flush()
    return module


def add_activity(
    session: Session,
    module: Module,
    kind: Kind,
    *,
    title: str,
    now: datetime,
    minutes: int = 0,
    published: bool = False,
) -> Activity:
    """A new activity at the end of its module. What it holds is made by the feature of its kind, under the same id."""
    activity = Activity(
        course_id=module.course_id,
        module_id=module.id,
        kind=kind,
        title=title,
        minutes=minutes,
        published=published,
        completion=COMPLETION[kind],
        position=_next(session, Activity.module_id == module.id, Activity),
    )
    session.add(activity)
    session.execute(sa.update(Course).where(Course.id == module.course_id).values(updated_at=now))
    session.flush()
    return activity


def _next(session: Session, within: sa.ColumnElement[bool], table: type[Module] | type[Activity]) -> int:
    return session.scalar(sa.select(sa.func.coalesce(sa.func.max(table.position), 0) + 1).where(within)) or 1
