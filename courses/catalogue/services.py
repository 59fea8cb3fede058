"""Making and changing courses: facts, modules, activities, order, copies."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.events import CourseCopied
from courses.catalogue.models import COMPLETIONS, Activity, Course, CourseStaff, Kind, Module
from courses.catalogue.structure import moved, same_members, shifted
from lms.access import Actor
from lms.errors import N_, Conflict, Invalid
from lms.events import publish


class Stale(Conflict):
    """Somebody saved since this page was opened; the page shows both texts, and nothing is lost."""

    default = N_("Orang lain menyimpan perubahan lebih dahulu. Tulisan Anda masih ada di halaman ini.")


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


def change_course(
    session: Session, course: Course, version: int, facts: Mapping[str, Any], *, now: datetime
) -> Course:
    """Save a course's facts (title, summary, objectives, jp, tags, cover_id). Raises Stale when `version` is old."""
    _take_version(session, Course, course.id, version)
    for name, value in facts.items():
        setattr(course, name, value)
    course.version, course.updated_at = version + 1, now
    session.flush()
    return course


def archive_course(session: Session, course: Course, *, now: datetime) -> None:
    """Take a course out of the list; classes that run go on. A second call changes nothing."""
    course.archived_at = course.archived_at or now


def add_module(session: Session, course: Course, *, title: str, now: datetime) -> Module:
    module = Module(
        course_id=course.id, title=title, position=_next(session, Module.course_id == course.id, Module)
    )
    session.add(module)
    course.updated_at = now
    session.flush()
    return module


def rename_module(session: Session, module: Module, title: str, *, now: datetime) -> None:
    module.title = title
    _touch(session, module.course_id, now)


def remove_module(session: Session, module: Module, *, now: datetime) -> None:
    """Delete an empty module; one that holds activities is kept."""
    if session.scalar(sa.select(Activity.id).where(Activity.module_id == module.id).limit(1)):
        raise Conflict(
            N_("Modul “%(title)s” masih berisi kegiatan. Pindahkan atau hapus kegiatannya dahulu."),
            title=module.title,
        )
    session.delete(module)
    _touch(session, module.course_id, now)


def move_module(session: Session, course: Course, module_id: uuid.UUID, step: int, *, now: datetime) -> None:
    """Move a module up (-1) or down (1)."""
    by_id = {module.id: module for module in course.modules}
    for position, id_ in enumerate(moved(list(by_id), module_id, step), 1):
        by_id[id_].position = position
    _touch(session, course.id, now)


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
        completion=COMPLETIONS[kind][0],
        position=_next(session, Activity.module_id == module.id, Activity),
    )
    session.add(activity)
    _touch(session, module.course_id, now)
    return activity


def change_activity(
    session: Session, activity: Activity, version: int, settings: Mapping[str, Any], *, now: datetime
) -> Activity:
    """Save title, minutes, required, completion, after_id. Raises Stale when `version` is old.

    Whoever sets `after_id` has made sure that no chain returns to itself (courses.authoring).
    """
    completion = settings.get("completion", activity.completion)
    if completion not in COMPLETIONS[activity.kind]:
        raise Invalid(N_("Syarat selesai ini tidak cocok dengan jenis kegiatannya."), field="completion")
    _take_version(session, Activity, activity.id, version)
    for name, value in settings.items():
        setattr(activity, name, value)
    activity.version = version + 1
    _touch(session, activity.course_id, now)
    return activity


def move_activity(
    session: Session, course: Course, activity_id: uuid.UUID, step: int, *, now: datetime
) -> None:
    """Move an activity one place up (-1) or down (1), over the edge of its module into the next one."""
    plan = shifted([[a.id for a in module.activities] for module in course.modules], activity_id, step)
    _place(course, {module.id: ids for module, ids in zip(course.modules, plan, strict=True)})
    _touch(session, course.id, now)


def arrange(
    session: Session, course: Course, order: Mapping[uuid.UUID, Sequence[uuid.UUID]], *, now: datetime
) -> None:
    """Put all activities into this order (module → activities). Raises Conflict when it is not about these ones."""
    before = [[a.id for a in module.activities] for module in course.modules]
    if set(order) != {module.id for module in course.modules} or not same_members(
        before, list(order.values())
    ):
        raise Conflict
    _place(course, order)
    _touch(session, course.id, now)


def set_published(
    session: Session, activities: Sequence[Activity], published: bool, *, now: datetime
) -> None:
    """Show activities to learners, or take them back into draft."""
    for activity in activities:
        activity.published = published
    if activities:
        _touch(session, activities[0].course_id, now)


def remove_activity(session: Session, activity: Activity, *, now: datetime) -> None:
    """Delete an activity with all it holds. Whether it may go is decided above (courses.authoring)."""
    course_id = activity.course_id
    session.delete(activity)
    _touch(session, course_id, now)


def copy_course(session: Session, source: Course, *, title: str, by: Actor, now: datetime) -> Course:
    """A deep copy of a course, all of it in draft; each kind copies what it holds when it hears CourseCopied."""
    copy = create_course(
        session,
        source.agency_id,
        title=title,
        by=by,
        now=now,
        summary=source.summary,
        objectives=source.objectives,
        jp=source.jp,
        tags=source.tags,
    )
    copy.cover_id = source.cover_id
    copies: dict[uuid.UUID, Activity] = {}
    for part in source.modules:
        module = Module(course_id=copy.id, title=part.title, position=part.position)
        session.add(module)
        session.flush()
        copies |= {old.id: _copied(old, module) for old in part.activities}
    session.add_all(copies.values())
    session.flush()
    for part in source.modules:
        for old in part.activities:
            copies[old.id].after_id = copies[old.after_id].id if old.after_id in copies else None
    ids = {old: new.id for old, new in copies.items()}
    publish(session, CourseCopied(source.id, copy.id, ids, now))
    return copy


def _copied(old: Activity, module: Module) -> Activity:
    return Activity(
        course_id=module.course_id,
        module_id=module.id,
        kind=old.kind,
        title=old.title,
        minutes=old.minutes,
        position=old.position,
        required=old.required,
        completion=old.completion,
        watch_percent=old.watch_percent,
        detail=dict(old.detail),
    )


def _place(course: Course, order: Mapping[uuid.UUID, Sequence[uuid.UUID]]) -> None:
    by_id = {activity.id: activity for module in course.modules for activity in module.activities}
    for module_id, ids in order.items():
        for position, id_ in enumerate(ids, 1):
            by_id[id_].module_id, by_id[id_].position = module_id, position


def _take_version(
    session: Session, table: type[Course] | type[Activity], id_: uuid.UUID, version: int
) -> None:
    """Lock the row and make sure that it still has the version that the editor saw."""
    stored = session.scalar(sa.select(table.version).where(table.id == id_).with_for_update())
    if stored != version:
        raise Stale


def _touch(session: Session, course_id: uuid.UUID, now: datetime) -> None:
    session.flush()
    session.execute(sa.update(Course).where(Course.id == course_id).values(updated_at=now))


def _next(session: Session, within: sa.ColumnElement[bool], table: type[Module] | type[Activity]) -> int:
    return session.scalar(sa.select(sa.func.coalesce(sa.func.max(table.position), 0) + 1).where(within)) or 1
