"""Writing lessons, and finishing them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity
from courses.catalogue.services import Stale
from courses.lessons.models import Lesson, LessonDraft, LessonMedia, LessonVersion
from courses.lessons.prose import rendered
from courses.lessons.queries import LessonFile, draft_of, files_of, version_of
from courses.lessons.weight import weight
from lms.access import Actor
from lms.errors import N_, Conflict, Invalid
from lms.richtext import reading_minutes, text_of

# A very long chapter of a book; longer ones are cut into lessons.
LONGEST_SOURCE = 400_000


def write_lesson(
    session: Session,
    activity: Activity,
    source: str,
    *,
    by: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Lesson:
    """Save a lesson's Markdown: cleaned once, here. What it said before is kept as a version.

    With `version` (what the editor saw) a lesson that somebody else saved since raises Stale.
    """
    source = tidy(source)
    lesson = _locked(session, activity.id, now)
    if version is not None and version != lesson.version and source != lesson.source:
        raise Stale
    if lesson.source != source:
        _say(session, lesson, source, by, now)
    if by is not None:
        drop_draft(session, activity.id, by.id)
    session.flush()
    refresh(session, activity, lesson)
    return lesson


def tidy(source: str) -> str:
    """The text as it is stored: browsers send other line ends than files have. Raises Invalid when it is too long."""
    text = source.replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > LONGEST_SOURCE:
        raise Invalid(N_("Teks pelajaran terlalu panjang. Bagi menjadi beberapa pelajaran."), field="source")
    return text


def _locked(session: Session, activity_id: uuid.UUID, now: datetime) -> Lesson:
    """The lesson's row, locked; a new one says nothing yet and has version 0."""
    found = sa.select(Lesson).where(Lesson.activity_id == activity_id).with_for_update()
    lesson = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if lesson is None:
        lesson = Lesson(activity_id=activity_id, version=0, source="", html="", updated_at=now)
        session.add(lesson)
    return lesson


def _say(session: Session, lesson: Lesson, source: str, by: Actor | None, now: datetime) -> None:
    html = rendered(source)
    lesson.source, lesson.html, lesson.updated_at = source, html, now
    lesson.version += 1
    session.add(
        LessonVersion(
            activity_id=lesson.activity_id,
            version=lesson.version,
            source=source,
            html=html,
            saved_by=by.id if by else None,
            saved_at=now,
        )
    )


def amend(
    session: Session, activity: Activity, change: Callable[[str], str], *, by: Actor, now: datetime
) -> Lesson:
    """Change a lesson's text and its author's draft alike, so that nothing typed is lost or called stale."""
    lesson, draft = _locked(session, activity.id, now), draft_of(session, activity.id, by.id)
    held, seen = (draft.source, draft.base_version) if draft else ("", -1)
    was_newest = seen == lesson.version
    lesson = write_lesson(session, activity, change(lesson.source), by=by, now=now)
    if draft is not None:
        base = lesson.version if was_newest else seen
        save_draft(session, activity.id, change(held), base, by=by, now=now)
    return lesson


def refuse_over_draft(session: Session, activity_id: uuid.UUID, by: Actor) -> None:
    """Raises Conflict when an author typed something that the next step would throw away."""
    draft, lesson = draft_of(session, activity_id, by.id), session.get(Lesson, activity_id)
    if draft is not None and lesson is not None and draft.source != lesson.source:
        raise Conflict(
            N_(
                "Draf Anda untuk pelajaran ini belum disimpan. Simpan atau buang drafnya dahulu, lalu coba lagi."
            )
        )


def restore(session: Session, activity: Activity, number: int, *, by: Actor, now: datetime) -> Lesson:
    """Make an earlier version the newest one; the ones between stay in the history."""
    refuse_over_draft(session, activity.id, by)
    return write_lesson(session, activity, version_of(session, activity.id, number).source, by=by, now=now)


def save_draft(
    session: Session, activity_id: uuid.UUID, source: str, base_version: int, *, by: Actor, now: datetime
) -> None:
    """Keep what an author types, unseen by learners; the same call again only replaces it.

    Words that the lesson says already are no draft: the last ones of a page often arrive after they were saved.
    """
    source = tidy(source)
    # Waits for a save that is under way, so that it is seen here or sees what is kept here.
    said = sa.select(Lesson.source).where(Lesson.activity_id == activity_id).with_for_update(read=True)
    if session.scalar(said) == source:
        drop_draft(session, activity_id, by.id)
        return
    values = {"source": source, "base_version": base_version, "saved_at": now}
    session.execute(
        insert(LessonDraft)
        .values(activity_id=activity_id, person_id=by.id, **values)
        .on_conflict_do_update(index_elements=[LessonDraft.activity_id, LessonDraft.person_id], set_=values)
    )
    session.expire_all()


def drop_draft(session: Session, activity_id: uuid.UUID, person_id: uuid.UUID) -> None:
    draft = draft_of(session, activity_id, person_id)
    if draft is not None:
        session.delete(draft)


def refresh(session: Session, activity: Activity, lesson: Lesson) -> None:
    """Write what the syllabus says beside a lesson: minutes (when nobody set them), parts, length and bytes."""
    files = files_of(session, activity.id)
    milliseconds = sum(file.length for file in files if file.part in ("video", "audio"))
    if not activity.minutes:
        activity.minutes = reading_minutes(lesson.html) + -(-milliseconds // 60_000)
    activity.detail = facts_of(lesson.html, files, milliseconds)
    session.flush()


def facts_of(html: str, files: Sequence[LessonFile], milliseconds: int) -> dict[str, Any]:
    """`parts` in order (text, video, audio, pages), `seconds` of all videos and recordings, `bytes` on a phone."""
    parts = ["text"] if text_of(html) else []
    parts += [part for part in ("video", "audio", "pages") if any(file.part == part for file in files)]
    return {"parts": parts, "seconds": milliseconds // 1000, "bytes": bytes_of(html, files)}


def bytes_of(html: str, files: Sequence[LessonFile]) -> int:
    """Text and files of a lesson as a phone loads them."""
    return len(html.encode()) + sum(weight(f.part, f.media.renditions, f.media.size) for f in files)


def copy_lessons(session: Session, copies: Mapping[uuid.UUID, uuid.UUID], *, now: datetime) -> None:
    """Give the copy of each lesson its text and its files; the files themselves are shared, not copied."""
    for old_id, new_id in copies.items():
        old = session.get(Lesson, old_id)
        activity = session.get_one(Activity, new_id)
        if old is not None:
            _copy_files(session, old_id, new_id)
            write_lesson(session, activity, old.source, by=None, now=now)


def _copy_files(session: Session, old_id: uuid.UUID, new_id: uuid.UUID) -> None:
    files = sa.select(LessonMedia).where(LessonMedia.activity_id == old_id)
    for file in session.scalars(files).all():
        session.add(
            LessonMedia(
                activity_id=new_id,
                media_id=file.media_id,
                part=file.part,
                position=file.position,
                alt=file.alt,
                captions=file.captions,
                facts=dict(file.facts),
            )
        )
    session.flush()
