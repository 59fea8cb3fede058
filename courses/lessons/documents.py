"""Documents as lesson text: Word, PowerPoint and Markdown files, with their pictures as files of the lesson.

Imported by the job only when it runs: the readers of Office files cost a process some 40 MB.
"""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from courses.catalogue.models import Activity
from courses.lessons.markdown import to_markdown
from courses.lessons.models import Lesson, LessonMedia, Part
from courses.lessons.services import write_lesson
from lms.errors import Invalid
from lms.jobs.queue import Work
from lms.media.docx import read_docx
from lms.media.embedded import EmbeddedPicture
from lms.media.kinds import Group
from lms.media.models import Media
from lms.media.pptx import Slide, read_pptx
from lms.media.services import take_in
from lms.storage.store import ObjectStore



@dataclass(frozen=True, slots=True)
class Found:
    """The text of a document: Markdown whose pictures are called `media:<number>`."""

    source: str
    pictures: Sequence[EmbeddedPicture]
    lost: int


def read(media: Media, path: Path) -> Found:
    """What a document says. Raises FileRefusal with the reason."""
    if media.group is Group.WORD:
        document = read_docx(path)
        return Found(to_markdown(document.html), document.pictures, document.lost)
    if media.group is Group.SLIDES:
        slides = read_pptx(path)
        return Found(to_markdown("".join(map(_slide, slides.slides))), slides.pictures, slides.lost)
    return Found(path.read_text(encoding="utf-8", errors="replace"), (), 0)


def _slide(slide: Slide) -> str:
    """A slide's title as a heading, what stands on it, and what its speaker says as a quote."""
    notes = "".join(f"<p>{html.escape(line)}</p>" for line in slide.notes.splitlines())
    title = html.escape(slide.title) or f"Slide {slide.number}"
    return f"<h2>{title}</h2>{slide.html}" + (f"<blockquote>{notes}</blockquote>" if notes else "")


def take(work: Work, activity_id: uuid.UUID, media_id: uuid.UUID, folder: Path) -> None:
    """Read a lesson's document and add what it says to the lesson's text, once; or note why not."""
    with work.transaction() as session:
        media = session.get(Media, media_id)
        file = _waiting(session, activity_id, media_id)
    if media is None or file is None:
        return
    path = folder / "document"
    work.store.fetch(media.key, path)
    try:
        found = read(media, path)
    except Invalid as refusal:
        _note(work, activity_id, media_id, {"problem": refusal.message, "values": refusal.values})
        return
    with work.transaction() as session:
        file = _waiting(session, activity_id, media_id)
        if file is not None:
            _write(session, work.store, file, media, found, work.now())


def _waiting(session: Session, activity_id: uuid.UUID, media_id: uuid.UUID) -> LessonMedia | None:
    """The document's row in the lesson, locked, as long as nobody has taken its text."""
    file = (
        session.query(LessonMedia)
        .filter_by(activity_id=activity_id, media_id=media_id, part=Part.SOURCE)
        .with_for_update()
        .one_or_none()
    )
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
    names = [_keep(session, store, file, media, picture, now) for picture in found.pictures]
    source = re.sub(r"\]\(media:(\d+)", lambda m: f"](media:{names[int(m[1])]}", found.source)
    lesson = session.get(Lesson, activity.id)
    before = f"{lesson.source}\n\n" if lesson is not None and lesson.source else ""
    file.facts = {"taken": True, "lost": found.lost}
    write_lesson(session, activity, before + source, by=None, now=now)


def _keep(
    session: Session, store: ObjectStore, file: LessonMedia, media: Media, picture: EmbeddedPicture, now: datetime
) -> uuid.UUID:
    kept = take_in(
        session, store, picture.name, picture.data, owner_id=media.owner_id, agency_id=media.agency_id, now=now
    )
    session.add(
        LessonMedia(
            activity_id=file.activity_id, media_id=kept.id, part=Part.PICTURE, alt=picture.alt, position=file.position
        )
    )
    session.flush()
    return kept.id
