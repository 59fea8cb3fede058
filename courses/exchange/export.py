"""A course as a zip of our own folder format. The same course gives the same files, wherever it was imported."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import IO, Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from courses.catalogue.models import Activity, Course, Kind, Module
from courses.exchange.format import question_item
from courses.lessons.models import Lesson, Part
from courses.lessons.queries import LessonFile, files_by_lesson
from courses.projects.models import Milestone, Project
from courses.quizzes.models import Quiz
from courses.quizzes.queries import bank_of
from lms.errors import N_, Conflict
from lms.media.models import Media
from lms.storage.store import ObjectStore

FILES = "berkas"
# Bytes of a stored file that are in memory at a time.
PIECE = 4 * 1024 * 1024
# Zip knows no time before 1980; ours says nothing about when a course was exported.
EPOCH = (1980, 1, 1, 0, 0, 0)
# What is packed already does not get smaller.
PACKED = frozenset(
    {"jpg", "png", "webp", "gif", "mp4", "mov", "webm", "m4a", "mp3", "ogg", "zip", "docx", "pptx", "xlsx"}
)

_IN_TEXT = re.compile(r'src="media:([0-9a-f-]{36})"')

# A file of the archive: its name, and its bytes or the stored file that holds them.
Piece = tuple[str, bytes | Media]


def archive_of(session: Session, store: ObjectStore, course_id: uuid.UUID, target: IO[bytes]) -> None:
    """Write the zip of a course; a piece of one file at a time is in memory. Conflict when a file is gone."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _pieces(session, course_id):
            info = zipfile.ZipInfo(name, EPOCH)
            packed = isinstance(content, Media) and content.kind in PACKED
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as part:
                for piece in _read(store, content):
                    part.write(piece)


def content_hash(session: Session, store: ObjectStore, course_id: uuid.UUID) -> str:
    """SHA-256 over the names and bytes of all files of the export, in hexadecimal."""
    whole = hashlib.sha256()
    for name, content in sorted(_pieces(session, course_id), key=lambda piece: piece[0]):
        own = hashlib.sha256()
        for piece in _read(store, content):
            own.update(piece)
        whole.update(name.encode() + b"\0" + own.digest())
    return whole.hexdigest()


def _read(store: ObjectStore, content: bytes | Media) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    try:
        for start in range(0, content.size, PIECE):
            yield store.read(content.key, start=start, length=PIECE)
    except FileNotFoundError:
        raise Conflict(
            N_("Berkas “%(name)s” tidak ada lagi di penyimpanan. Hapus dari pelajaran, lalu ekspor lagi."),
            name=content.name,
        ) from None


def _pieces(session: Session, course_id: uuid.UUID) -> Iterator[Piece]:
    course = (
        session.scalars(
            sa.select(Course)
            .where(Course.id == course_id)
            .options(joinedload(Course.modules).joinedload(Module.activities))
            .execution_options(populate_existing=True)
        )
        .unique()
        .one()
    )
    writer = _Writer(session, course)
    facts = writer.course()
    yield "course.json", _json(facts)
    yield from writer.texts
    yield from ((f"{FILES}/{name}", media) for name, media in writer.names.media.items())


class _Names:
    """Names of files inside the export: their own, told apart by their checksum when two differ."""

    def __init__(self) -> None:
        self.media: dict[str, Media] = {}
        self._names: dict[uuid.UUID, str] = {}

    def of(self, media: Media) -> str:
        if media.id not in self._names:
            self._names[media.id] = self._free(media)
            self.media.setdefault(self._names[media.id], media)
        return f"{FILES}/{self._names[media.id]}"

    def _free(self, media: Media) -> str:
        taken = self.media.get(media.name)
        if taken is None or taken.checksum == media.checksum:
            return media.name
        path = PurePosixPath(media.name)
        return f"{path.stem}-{media.checksum[:8]}{path.suffix}"


class _Writer:
    def __init__(self, session: Session, course: Course) -> None:
        self.session, self.record = session, course
        self.names = _Names()
        self.texts: list[Piece] = []
        lessons = [a.id for m in course.modules for a in m.activities if a.kind is Kind.LESSON]
        self.files = files_by_lesson(session, lessons)
        self.places = {
            activity.id: [m, a]
            for m, module in enumerate(course.modules)
            for a, activity in enumerate(module.activities)
        }

    def course(self) -> dict[str, Any]:
        course = self.record
        cover = self.session.get(Media, course.cover_id) if course.cover_id else None
        return {
            "title": course.title,
            "summary": course.summary,
            "objectives": course.objectives,
            "jp": course.jp,
            "tags": course.tags,
            "cover": self.names.of(cover) if cover else None,
            "modules": [
                {"title": module.title, "activities": [self._activity(a) for a in module.activities]}
                for module in course.modules
            ],
        }

    def _activity(self, activity: Activity) -> dict[str, Any]:
        module, place = self.places[activity.id]
        stem = f"{module + 1:02}-{place + 1:02}"
        facts = {
            "title": activity.title,
            "minutes": activity.minutes,
            "required": activity.required,
            "published": activity.published,
            "completion": activity.completion.value,
            "watch_percent": activity.watch_percent,
            "after": self.places.get(activity.after_id) if activity.after_id else None,
        }
        return facts | _KINDS[activity.kind](self, activity, stem)

    def lesson(self, activity: Activity, stem: str) -> dict[str, Any]:
        lesson = self.session.get(Lesson, activity.id)
        source = lesson.source if lesson else ""
        files = [
            f for f in self.files.get(activity.id, []) if f.part is not Part.SOURCE and f.media.stored_at
        ]
        shown = [f for f in files if f"media:{f.media.id}" in source]
        for file in shown:
            source = source.replace(f"media:{file.media.id}", _address(self.names.of(file.media)))
        self.texts.append((f"{stem}.md", source.encode()))
        return {
            "kind": "lesson",
            "file": f"{stem}.md",
            "files": [self._file(f) for f in files if f not in shown],
        }

    def _file(self, file: LessonFile) -> dict[str, Any]:
        facts: dict[str, Any] = {"file": self.names.of(file.media), "alt": file.row.alt}
        if file.row.captions:
            name = f"{self.names.of(file.media)}.vtt"
            self.texts.append((name, file.row.captions.encode()))
            facts["captions"] = name
        return facts

    def quiz(self, activity: Activity, stem: str) -> dict[str, Any]:
        quiz = self.session.get_one(Quiz, activity.id)
        facts = {
            "markup": "html",
            "intro": quiz.intro,
            "time_limit_minutes": quiz.time_limit_minutes,
            "attempts_allowed": quiz.attempts_allowed,
            "counts": quiz.counts.value,
            "pass_mark": float(quiz.pass_mark),
            "shuffle": quiz.shuffle,
            "reveal": quiz.reveal.value,
            "grace_minutes": quiz.grace_minutes,
            "draw": [{"tag": tag, "count": count} for tag, count in quiz.draw] if quiz.draw else None,
            "questions": [self._question(q.content, q.tags) for q in bank_of(self.session, activity.id)],
        }
        self.texts.append((f"{stem}.json", _json(facts)))
        return {"kind": "quiz", "file": f"{stem}.json", "role": quiz.role.value}

    def _question(self, content: dict[str, Any], tags: Sequence[str]) -> dict[str, Any]:
        item = question_item(content, tags)
        item["picture"] = self._picture(item.get("picture"))
        for option in item.get("options", ()):
            if option.get("picture"):
                option["picture"] = self._picture(option["picture"])
        for text in ("text", "explanation"):
            item[text] = _IN_TEXT.sub(self._in_text, item.get(text) or "")
        return item

    def _picture(self, media_id: str | None) -> str | None:
        media = self.session.get(Media, uuid.UUID(media_id)) if media_id else None
        return self.names.of(media) if media else None

    def _in_text(self, match: re.Match[str]) -> str:
        return f'src="{_address(self._picture(match[1]) or "")}"'

    def project(self, activity: Activity, stem: str) -> dict[str, Any]:
        project = self.session.get_one(Project, activity.id)
        stages = sa.select(Milestone).where(Milestone.activity_id == activity.id).order_by(Milestone.position)
        facts = {
            "brief": project.brief,
            "group_size": [project.group_min, project.group_max],
            "milestones": [
                {"title": stage.title, "days_after_start": stage.days_after_start}
                for stage in self.session.scalars(stages)
            ],
            "rubric": project.rubric,
        }
        self.texts.append((f"{stem}.json", _json(facts)))
        return {"kind": "project", "file": f"{stem}.json"}


_KINDS = {Kind.LESSON: _Writer.lesson, Kind.QUIZ: _Writer.quiz, Kind.PROJECT: _Writer.project}


def _address(name: str) -> str:
    """A name as Markdown takes it for an address, whatever signs it holds."""
    return quote(name)


def _json(facts: Any) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
