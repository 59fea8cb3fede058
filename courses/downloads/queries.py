"""What a module holds for a phone: its pages and the files behind them, for one learner."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Kind
from courses.cohorts.queries import Seat
from courses.lessons.models import Part
from courses.lessons.queries import LessonFile, files_by_lesson
from courses.lessons.weight import played, usual, weight
from courses.progress.outline import LOCKED, PAGE_BYTES, Outline, Row
from courses.quizzes.models import Attempt, AttemptState, Quiz
from lms.errors import NotFound
from lms.media.queries import ORIGINAL

SHEETS_A_PAGE = 10
# What is seen or heard at the quality that the learner chose; of everything else there is one size.
PLAYS = (Part.VIDEO, Part.AUDIO)


@dataclass(frozen=True, slots=True)
class Piece:
    """A rendition of a file: what a phone stores as one thing. `size` in bytes."""

    file: LessonFile
    rendition: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Running:
    """A quiz that may be taken away. `attempt_id` is an attempt that is open; `ready` says that one may be opened for it:
    without a time limit nothing begins to run when it is prepared."""

    attempt_id: uuid.UUID | None
    ready: bool


@dataclass(frozen=True, slots=True)
class Pack:
    """A module as a phone takes it: rows that stand open, their files, and how many rows are still locked."""

    id: uuid.UUID
    title: str
    number: int
    rows: list[Row]
    locked: int
    pieces: list[Piece] = field(default_factory=list)
    running: dict[uuid.UUID, Running] = field(default_factory=dict)
    files: list[LessonFile] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """What the course's page says of these rows, with films and sound at the quality chosen here."""
        usually = sum(weight(file.part, file.media.renditions, file.media.size) for file in self.files)
        texts = max(0, sum(row.bytes - PAGE_BYTES for row in self.rows) - usually)
        return len(self.rows) * PAGE_BYTES + texts + sum(piece.size for piece in self.pieces)


def packs_of(session: Session, seat: Seat, syllabus: Outline, quality: str | None) -> list[Pack]:
    """Every module of the course as a pack, in two statements. `quality` is that of videos and sound (None: the usual)."""
    rows = [row for row in syllabus.rows if row.state != LOCKED]
    files = files_by_lesson(session, [row.id for row in rows if row.kind == Kind.LESSON])
    running = _running(session, seat, [row.id for row in rows if row.kind == Kind.QUIZ])
    packs = []
    for number, module in enumerate(syllabus.modules, 1):
        open_rows = [row for row in module.rows if row.state != LOCKED]
        mine = [file for row in open_rows for file in files.get(row.id, [])]
        packs.append(
            Pack(
                id=module.id,
                title=module.title,
                number=number,
                rows=open_rows,
                locked=len(module.rows) - len(open_rows),
                pieces=[piece for file in mine for piece in pieces_of(file, quality)],
                running={row.id: running[row.id] for row in open_rows if row.id in running},
                files=mine,
            )
        )
    return packs


def pack_in(packs: Iterable[Pack], module_id: uuid.UUID) -> Pack:
    """One of the packs, or NotFound."""
    found = next((pack for pack in packs if pack.id == module_id), None)
    if found is None:
        raise NotFound
    return found


def pieces_of(file: LessonFile, quality: str | None) -> list[Piece]:
    """The renditions of a file that a phone takes away; attachments, which other programs open, as they came."""
    made = file.media.renditions
    if file.part is Part.ATTACHMENT:
        whole = Piece(file, ORIGINAL, file.media.size, file.media.content_type)
        return [whole] if file.media.stored_at else []
    if file.part in PLAYS:
        playing = quality if quality in made else usual(made)
        names = [playing, "poster"]
    elif file.part is Part.PAGES:
        names = [name for name in made if name.startswith("page-")]
    else:
        names = ["phone"] if file.part is Part.PICTURE else []
    return [
        Piece(file, name, int(made[name]["size"]), str(made[name]["type"]))
        for name in names
        if name and name in made
    ]


def qualities_in(packs: Iterable[Pack]) -> list[str]:
    """The qualities that players offer of any video or recording of the course, the cheapest first."""
    lists = [played(file.media.renditions) for pack in packs for file in pack.files if file.part in PLAYS]
    longest = max(lists, key=len, default=[])
    return longest + [name for names in lists for name in names if name not in longest]


def sheet_pages(files: Sequence[LessonFile], activity_id: uuid.UUID) -> int:
    """On how many pages a lesson shows its documents."""
    counts = [
        int(file.media.facts.get("pages", 0))
        for file in files
        if file.part is Part.PAGES and file.row.activity_id == activity_id
    ]
    return max(1, -(-max(counts, default=0) // SHEETS_A_PAGE))


def _running(session: Session, seat: Seat, quiz_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Running]:
    mine = sa.and_(Attempt.activity_id == Quiz.activity_id, Attempt.enrolment_id == seat.enrolment_id)
    is_open = Attempt.state == AttemptState.OPEN
    rows = session.execute(
        sa.select(
            Quiz,
            sa.func.count(Attempt.id),
            # There is one open attempt at most; uuids have no max().
            sa.func.max(sa.cast(Attempt.id, sa.Text)).filter(is_open),
        )
        .outerjoin(Attempt, mine)
        .where(Quiz.activity_id.in_(quiz_ids))
        .group_by(Quiz.activity_id)
    )
    return {
        quiz.activity_id: Running(
            uuid.UUID(attempt) if attempt else None,
            quiz.time_limit_minutes is None
            and (quiz.attempts_allowed is None or tried < quiz.attempts_allowed),
        )
        for quiz, tried, attempt in rows
        if quiz.may_leave
    }
