"""Cutting a long lesson at its chapters into several."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Kind, Module
from courses.catalogue.services import add_activity
from courses.lessons.intake import taken_over
from courses.lessons.markdown import to_markdown
from courses.lessons.models import Lesson
from courses.lessons.prose import media_in
from courses.lessons.services import refuse_over_draft, write_lesson
from lms.access import Actor
from lms.errors import N_, Conflict
from lms.richtext import reading_minutes

if TYPE_CHECKING:
    from lms.media.docx import Section


@dataclass(frozen=True, slots=True)
class Chapter:
    """What would become a lesson."""

    title: str
    minutes: int


def chapters(html: str, title: str) -> list[Chapter]:
    """The lessons that a text would become, cut at its highest headings; what has no heading keeps the old title."""
    return [Chapter(part.title or title, reading_minutes(part.html)) for part in _sections(html)]


def count(html: str) -> int:
    """How many chapters a text has, told cheaply: for the button that offers to cut it."""
    return html.count("<h2>")


def split(session: Session, activity: Activity, *, by: Actor, now: datetime) -> list[Activity]:
    """Cut a lesson at its chapters: it keeps the first one, the others become drafts right behind it.

    The whole text stays in the history of the first. Raises Conflict while an own draft of it waits.
    """
    refuse_over_draft(session, activity.id, by)
    lesson = session.get_one(Lesson, activity.id)
    parts = _sections(lesson.html)
    if len(parts) < 2:
        raise Conflict(N_("Pelajaran ini hanya memuat satu bab, jadi tidak perlu dibagi."))
    first, *others = parts
    module = session.get_one(Module, activity.module_id)
    made = [_lesson(session, module, part, by=by, now=now) for part in others]
    _place_behind(session, activity, made)
    activity.title, activity.minutes = first.title or activity.title, 0
    write_lesson(session, activity, to_markdown(first.html), by=by, now=now)
    return made


def _sections(html: str) -> list[Section]:
    """By name: the module brings the reader of Word files, which web processes do without until somebody cuts."""
    parts: list[Section] = import_module("lms.media.docx").sections(html)
    return parts


def _lesson(session: Session, module: Module, part: Section, *, by: Actor, now: datetime) -> Activity:
    activity = add_activity(session, module, Kind.LESSON, title=part.title, now=now)
    taken_over(session, activity.id, [uuid.UUID(name) for name in media_in(part.html)])
    write_lesson(session, activity, to_markdown(part.html), by=by, now=now)
    return activity


def _place_behind(session: Session, activity: Activity, made: Sequence[Activity]) -> None:
    session.execute(
        sa.update(Activity)
        .where(Activity.module_id == activity.module_id, Activity.position > activity.position)
        .values(position=Activity.position + len(made))
    )
    for place, one in enumerate(made, 1):
        one.position = activity.position + place
    session.flush()
