"""Captions of a lesson's videos and recordings: read, checked, corrected. They may change while learners watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from courses.catalogue.services import Stale
from courses.lessons.models import CaptionVersion, LessonMedia
from courses.lessons.queries import LessonFile, caption_version
from lms.access import Actor
from lms.errors import N_, Invalid
from lms.media.captions import Cue, decoded, from_srt, from_vtt, to_vtt

EMPTY = "WEBVTT"


def write_captions(
    session: Session, file: LessonFile, typed: str, *, by: Actor, now: datetime, version: int | None = None
) -> None:
    """Save captions (WebVTT or SubRip; "" takes them away). What they said before is kept as a version.

    With `version` (what the editor saw) captions that somebody else saved since raise Stale. Raises Invalid with the
    line or the cue that is not right.
    """
    text = vtt_of(typed, file.length)
    row = file.row
    session.refresh(row, with_for_update=True)
    if version is not None and version != row.captions_version and text != row.captions:
        raise Stale
    if text == row.captions:
        return
    if row.captions and not row.captions_version:  # they came with a course from elsewhere
        _keep(session, row, row.captions, None, now)
    _keep(session, row, text, by, now)


def _keep(session: Session, row: LessonMedia, text: str, by: Actor | None, now: datetime) -> None:
    row.captions = text
    row.captions_version += 1
    session.add(
        CaptionVersion(
            file_id=row.id,
            version=row.captions_version,
            captions=text,
            saved_by=by.id if by else None,
            saved_at=now,
        )
    )
    session.flush()


def restore(session: Session, file: LessonFile, number: int, *, by: Actor, now: datetime) -> None:
    """Make earlier captions the newest; the ones between stay in the history."""
    write_captions(session, file, caption_version(session, file.id, number).captions, by=by, now=now)


def vtt_of(typed: str, length: int = 0) -> str:
    """Typed or pasted captions (WebVTT or SubRip) as WebVTT in the order of time; "" stays "". `length` in ms, 0 for
    unknown. Raises Invalid with the line.
    """
    text = typed.removeprefix("\ufeff").replace("\r\n", "\n").strip()
    if text in ("", EMPTY):
        return ""
    try:
        cues = from_vtt(text) if text.startswith(EMPTY) else from_srt(text)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="captions", **refusal.values) from refusal
    return to_vtt(_inside(sorted(cues, key=lambda cue: cue.start), length))


def _inside(cues: Sequence[Cue], length: int) -> Sequence[Cue]:
    """The last cue may run a little over the end, and is cut there; one that begins after it is somebody's mistake."""
    if not length:
        return cues
    for number, cue in enumerate(cues, start=1):
        if cue.start >= length:
            raise Invalid(
                N_("Takarir ke-%(number)s dimulai setelah rekaman berakhir. Perbaiki waktunya, atau hapus."),
                field="captions",
                number=number,
            )
    return [replace(cue, end=min(cue.end, length)) for cue in cues]


def captions_of(data: bytes) -> str:
    """The text of a caption file. Raises Invalid, at the field of captions."""
    try:
        return decoded(data)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="captions", **refusal.values) from refusal
