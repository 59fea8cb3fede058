"""Documents as lesson text: Word, PowerPoint and Markdown files, with their pictures as files of the lesson.

Imported by the job only when it runs: the readers of Office files cost a process some 40 MB.
"""

from __future__ import annotations

import html
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity
from courses.lessons.intake import attach
from courses.lessons.markdown import to_markdown
from courses.lessons.models import Lesson, LessonMedia, Part
from courses.lessons.services import write_lesson
from lms.errors import Invalid
from lms.jobs.queue import Work
from lms.media.docx import Document
from lms.media.kinds import Group
from lms.media.models import Media
from lms.media.pptx import Presentation, Slide
from lms.media.prepare import document_of, fetched, keep_pictures
from lms.richtext import Shown, with_pictures
from lms.storage.store import ObjectStore

Found = Document | Presentation | str


def take(work: Work, activity_id: uuid.UUID, media_id: uuid.UUID) -> None:
    """Read a lesson's document and add what it says to the lesson's text, once; or note why not."""
    with work.transaction() as session:
        media = session.get(Media, media_id)
        file = _waiting(session, activity_id, media_id)
    if media is None or file is None:
        return
    try:
        found = _read(work, media)
    except Invalid as refusal:
        _note(work, activity_id, media_id, {"problem": refusal.message, "values": dict(refusal.values)})
        return
    with work.transaction() as session:
        file = _waiting(session, activity_id, media_id)
        if file is not None:
            _write(session, work.store, file, media, found, work.now())


def _read(work: Work, media: Media) -> Found:
    """What a document says: a Markdown file's own text, or prose with pictures. Raises FileRefusal."""
    if media.group in (Group.WORD, Group.SLIDES):
        return document_of(work, media)
    with fetched(work, media) as path:
        return path.read_text(encoding="utf-8", errors="replace")


def _waiting(session: Session, activity_id: uuid.UUID, media_id: uuid.UUID) -> LessonMedia | None:
    """The document's row in the lesson, locked, as long as nobody has taken its text."""
    found = sa.select(LessonMedia).where(
        LessonMedia.activity_id == activity_id,
        LessonMedia.media_id == media_id,
        LessonMedia.part == Part.SOURCE,
    )
    file = session.scalars(found.with_for_update()).one_or_none()
    return None if file is None or "taken" in file.facts else file


def _note(work: Work, activity_id: uuid.UUID, media_id: uuid.UUID, facts: dict[str, object]) -> None:
    with work.transaction() as session:
        file = _waiting(session, activity_id, media_id)
        if file is not None:
            file.facts = facts


def _write(
    session: Session, store: ObjectStore, file: LessonMedia, media: Media, found: Found, now: datetime
) -> None:
    activity = session.get_one(Activity, file.activity_id)
    source = found if isinstance(found, str) else _told(session, store, activity, media, found, now)
    lesson = session.get(Lesson, activity.id)
    before = f"{lesson.source}\n\n" if lesson is not None and lesson.source else ""
    file.facts = {"taken": True, "lost": 0 if isinstance(found, str) else found.lost}
    write_lesson(session, activity, before + source, by=None, now=now)


def _told(
    session: Session,
    store: ObjectStore,
    activity: Activity,
    media: Media,
    document: Document | Presentation,
    now: datetime,
) -> str:
    """The document as Markdown, its pictures kept as files of the lesson."""
    kept = keep_pictures(session, store, document, of=media, now=now)
    for number, picture in kept.items():
        attach(session, activity, picture, alt=document.pictures[int(number)].alt, now=now)

    def named(number: str) -> Shown | None:
        return Shown(f"media:{kept[number].id}") if number in kept else None

    prose = document.html if isinstance(document, Document) else "".join(map(_slide, document.slides))
    return to_markdown(with_pictures(prose, named))


def _slide(slide: Slide) -> str:
    """A slide's title as a heading, what stands on it, and what its speaker says as a quote."""
    notes = "".join(f"<p>{html.escape(line)}</p>" for line in slide.notes.splitlines())
    title = html.escape(slide.title) or f"Slide {slide.number}"
    return f"<h2>{title}</h2>{slide.html}" + (f"<blockquote>{notes}</blockquote>" if notes else "")
