"""Files into lessons: what each kind of file becomes there, and how it leaves again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Completion, Kind, Module
from courses.catalogue.services import add_activity
from courses.catalogue.structure import moved
from courses.lessons.events import DocumentAttached
from courses.lessons.models import Lesson, LessonMedia, Part
from courses.lessons.prose import media_in, picture, rendered, worded
from courses.lessons.queries import files_of
from courses.lessons.services import amend, refresh, write_lesson
from lms.access import Actor
from lms.errors import N_, Conflict, Invalid
from lms.events import publish
from lms.media.kinds import Group
from lms.media.models import Media
from lms.media.names import clean_name

PARTS = {
    Group.PICTURE: Part.PICTURE,
    Group.PDF: Part.PAGES,
    Group.WORD: Part.SOURCE,
    Group.SLIDES: Part.SOURCE,
    Group.VIDEO: Part.VIDEO,
    Group.AUDIO: Part.AUDIO,
    Group.SHEET: Part.ATTACHMENT,
    Group.ARCHIVE: Part.ATTACHMENT,
    Group.TEXT: Part.ATTACHMENT,
    Group.CAPTIONS: Part.ATTACHMENT,
}


def lesson_from(session: Session, module: Module, media: Media, *, by: Actor, now: datetime) -> Activity:
    """A draft lesson made of one file, called like it; a picture stands in its text at once."""
    activity = add_activity(session, module, Kind.LESSON, title=title_of(media.name), now=now)
    source = picture(str(media.id), "") if media.group is Group.PICTURE else ""
    write_lesson(session, activity, source, by=by, now=now)
    attach(session, activity, media, now=now)
    return activity


def title_of(name: str) -> str:
    """ "02_etika-mencatat.pptx" → "Etika mencatat"."""
    stem = clean_name(name).rpartition(".")[0] or name
    words = re.sub(r"^[\d\s._-]+(?=\D)", "", re.sub(r"[_\s-]+", " ", stem)).strip() or stem
    return words[:1].upper() + words[1:]


def attach(
    session: Session, activity: Activity, media: Media, *, alt: str = "", now: datetime
) -> LessonMedia:
    """Put a file that is safe in the store into a lesson; the same file twice is one. Documents become text later."""
    part = PARTS[media.group] if media.group else Part.ATTACHMENT
    if media.name.lower().endswith((".md", ".markdown")):
        part = Part.SOURCE
    file = session.scalars(
        sa.select(LessonMedia).where(LessonMedia.activity_id == activity.id, LessonMedia.media_id == media.id)
    ).one_or_none()
    if file is not None:
        return file
    file = LessonMedia(
        activity_id=activity.id,
        media_id=media.id,
        part=part,
        alt=alt.strip(),
        position=_end(session, activity.id),
    )
    session.add(file)
    session.flush()
    if part is Part.SOURCE:
        publish(session, DocumentAttached(activity.id, media.id))
    _seen_anew(session, activity)
    return file


def attach_described(
    session: Session, activity: Activity, brought: Sequence[tuple[Media, str]], *, now: datetime
) -> None:
    """Files with what their author says about each; a picture must say in words what it shows, or none is attached."""
    for media, alt in brought:
        if media.group is Group.PICTURE and not alt.strip():
            raise Invalid(
                N_("Tulis apa yang terlihat pada gambar, untuk peserta yang tidak melihatnya."),
                field=f"alt-{media.id}",
            )
    for media, alt in brought:
        attach(session, activity, media, alt=alt, now=now)


def describe(
    session: Session, activity: Activity, file: LessonMedia, *, alt: str, by: Actor, now: datetime
) -> None:
    """Say what a file is called or shows; a picture that stands in the text without words gets these there too."""
    file.alt = alt.strip()
    if file.part is Part.PICTURE and file.alt:
        amend(session, activity, lambda text: worded(text, str(file.media_id), file.alt), by=by, now=now)
    _seen_anew(session, activity)


def insert_picture(
    session: Session, activity: Activity, file: LessonMedia, *, by: Actor, now: datetime
) -> None:
    """Show an attached picture at the end of the text, unless the text shows it already."""
    name = str(file.media_id)

    def shown(text: str) -> str:
        return text if name in media_in(rendered(text)) else f"{text}\n\n{picture(name, file.alt)}".strip()

    amend(session, activity, shown, by=by, now=now)


def move_file(session: Session, activity: Activity, file: LessonMedia, step: int) -> None:
    """A file one place up (-1) or down (1) among the files of its lesson."""
    rows = {f.id: f.row for f in files_of(session, activity.id)}
    for position, id_ in enumerate(moved(list(rows), file.id, step), 1):
        rows[id_].position = position
    session.flush()


def detach(session: Session, activity: Activity, file: LessonMedia) -> None:
    """Take a file out of a lesson; the file itself stays among its owner's. A picture that the text shows stays."""
    lesson = session.get_one(Lesson, activity.id)
    if file.part is Part.PICTURE and str(file.media_id) in media_in(lesson.html):
        raise Conflict(N_("Gambar ini masih dipakai di teks. Hapus dari teks dahulu, lalu coba lagi."))
    session.delete(file)
    session.flush()
    _seen_anew(session, activity)


def suits(session: Session, activity: Activity) -> bool:
    """Whether "watched" can be asked for: there must be something to watch."""
    return activity.completion != Completion.WATCHED or any(
        file.part in (Part.VIDEO, Part.AUDIO) for file in files_of(session, activity.id)
    )


def refresh_all(session: Session, media_id: uuid.UUID) -> None:
    """A file was prepared: write anew what the syllabus says beside the lessons that hold it."""
    found = (
        sa.select(Activity)
        .join(LessonMedia, LessonMedia.activity_id == Activity.id)
        .where(LessonMedia.media_id == media_id)
    )
    for activity in session.scalars(found).unique().all():
        _seen_anew(session, activity)


def taken_over(session: Session, activity_id: uuid.UUID, media_ids: Sequence[uuid.UUID]) -> None:
    """Give a lesson the pictures that its text shows (the same files, shared with the lesson it was cut from)."""
    held = {file.media.id for file in files_of(session, activity_id)}
    for position, media_id in enumerate(dict.fromkeys(media_ids), len(held) + 1):
        if media_id not in held:
            session.add(
                LessonMedia(activity_id=activity_id, media_id=media_id, part=Part.PICTURE, position=position)
            )
    session.flush()


def _seen_anew(session: Session, activity: Activity) -> None:
    lesson = session.get(Lesson, activity.id)
    if lesson is not None:
        refresh(session, activity, lesson)


def _end(session: Session, activity_id: uuid.UUID) -> int:
    last = sa.select(sa.func.coalesce(sa.func.max(LessonMedia.position), 0) + 1)
    return session.scalar(last.where(LessonMedia.activity_id == activity_id)) or 1
