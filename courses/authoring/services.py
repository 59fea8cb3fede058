"""What an author does to a course, with the rules that need to know more than the catalogue does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from courses.authoring.queries import activities_in, readiness_of, worked_on
from courses.catalogue import services as catalogue
from courses.catalogue.models import Activity, Course, Kind, Module
from courses.lessons.intake import lesson_from
from courses.lessons.services import write_lesson
from courses.progress.outline import cycle
from courses.quizzes.authoring import create_quiz
from lms.access import Actor
from lms.errors import N_, Conflict, Invalid
from lms.media.kinds import Group
from lms.media.models import Media


def _lesson(session: Session, activity: Activity, by: Actor, now: datetime) -> None:
    write_lesson(session, activity, "", by=by, now=now)


def _quiz(session: Session, activity: Activity, by: Actor, now: datetime) -> None:
    create_quiz(session, activity)


# What a new activity of a kind holds at first; a kind without a line makes it on its own page.
BEGIN: Mapping[Kind, Callable[[Session, Activity, Actor, datetime], None]] = {
    Kind.LESSON: _lesson,
    Kind.QUIZ: _quiz,
}


def add(session: Session, module: Module, kind: Kind, *, title: str, by: Actor, now: datetime) -> Activity:
    """A new draft with an empty lesson or quiz in it."""
    activity = catalogue.add_activity(session, module, kind, title=title, now=now)
    begin = BEGIN.get(kind)
    if begin:
        begin(session, activity, by, now)
    return activity


def add_files(
    session: Session, module: Module, files: Sequence[Media], *, by: Actor, now: datetime
) -> list[Activity]:
    """One draft lesson for each file, in the order of the files."""
    return [lesson_from(session, module, media, by=by, now=now) for media in files]


def change(
    session: Session,
    course: Course,
    activity: Activity,
    version: int,
    settings: Mapping[str, Any],
    *,
    now: datetime,
) -> Activity:
    """Save an activity's settings. A chain of prerequisites that returns to itself is refused, with its path."""
    after = settings.get("after_id")
    if after is not None:
        _check_chain(course, activity, after)
    return catalogue.change_activity(session, activity, version, settings, now=now)


def _check_chain(course: Course, activity: Activity, after: uuid.UUID) -> None:
    chain = {a.id: a.after_id for a in activities_in(course)}
    if after not in chain:
        raise Invalid(N_("Kegiatan itu tidak ada di kursus ini."), field="after")
    path = cycle({**chain, activity.id: after})
    if path:
        titles = {a.id: a.title for a in activities_in(course)}
        raise Invalid(
            N_("Urutan ini melingkar, sehingga kegiatannya tidak akan pernah terbuka: %(path)s."),
            field="after",
            path=" → ".join(f"“{titles[id_]}”" for id_ in path),
        )


def cover_of(chosen: Sequence[Media], *, remove: bool) -> dict[str, Any]:
    """What to save of a course's cover: the last picture chosen, none, or nothing at all if nobody touched it."""
    if not chosen:
        return {"cover_id": None} if remove else {}
    picture = chosen[-1]
    if picture.group is not Group.PICTURE:
        raise Invalid(N_("Sampul harus berupa gambar."))
    # Lists of courses show it to everybody of the agency.
    picture.shared = True
    return {"cover_id": picture.id}


def publish(session: Session, course: Course, activity: Activity, *, now: datetime) -> None:
    """Show one activity to learners, if nothing in it would stop them."""
    if readiness_of(session, course).blocks(activity.id):
        raise Invalid(
            N_("“%(title)s” belum lengkap. Lihat bagian “Siap terbit?” lalu lengkapi."), title=activity.title
        )
    catalogue.set_published(session, [activity], True, now=now)


def publish_all(session: Session, course: Course, *, now: datetime) -> tuple[int, int]:
    """Show all drafts to learners that are fit for it; returns how many were, and how many stay drafts."""
    readiness = readiness_of(session, course)
    drafts = [a for a in activities_in(course) if not a.published]
    fit = [a for a in drafts if not readiness.blocks(a.id)]
    catalogue.set_published(session, fit, True, now=now)
    return len(fit), len(drafts) - len(fit)


def remove(session: Session, activity: Activity, *, now: datetime) -> None:
    """Delete a draft that no learner has worked on. Raises Conflict otherwise: work is never deleted."""
    if activity.published:
        raise Conflict(N_("Kegiatan yang sudah terbit tidak dihapus. Jadikan draf dahulu."))
    if worked_on(session, activity.id):
        raise Conflict(
            N_(
                "Peserta sudah mengerjakan kegiatan ini, jadi pekerjaan mereka disimpan. Biarkan sebagai draf."
            )
        )
    catalogue.remove_activity(session, activity, now=now)
