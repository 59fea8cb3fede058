"""The question bank, quizzes, and attempts with the answers saved in them."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


class QuizRole(enum.StrEnum):
    PRE = "pre"
    POST = "post"
    PRACTICE = "practice"


class Counts(enum.StrEnum):
    """Which attempt counts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    AVERAGE = "average"


class Reveal(enum.StrEnum):
    """When right answers and explanations may be seen: after handing in, after the cohort's end, or never."""

    SUBMITTED = "submitted"
    CLOSED = "closed"
    NEVER = "never"


class AttemptState(enum.StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    MARKED = "marked"


class Lateness(enum.StrEnum):
    """Why an answer was kept for a person to decide on instead of counting."""

    AFTER_DEADLINE = "after_deadline"
    AFTER_GRACE = "after_grace"
    AFTER_SUBMIT = "after_submit"


class Question(Identified, Model):
    """An item of a course's bank. Editing makes a new version; attempts keep what they showed.

    `content` is what courses.quizzes.kinds.base describes; `source` holds text and explanation as the author typed them
    (Markdown), empty when they came as HTML.
    """

    __tablename__ = "question"

    course_id: Mapped[uuid.UUID] = mapped_column(fk("course.id", cascade=True), index=True)
    kind: Mapped[str]
    content: Mapped[dict[str, Any]]
    source: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tags: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class Quiz(Model):
    """The quiz of an activity. `draw` is a list of [tag or null, count]; None takes the listed questions in order."""

    __tablename__ = "quiz"

    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True), primary_key=True)
    intro: Mapped[str] = mapped_column(default="")
    intro_source: Mapped[str] = mapped_column(default="")
    role: Mapped[QuizRole] = mapped_column(choice(QuizRole), default=QuizRole.PRACTICE)
    time_limit_minutes: Mapped[int | None]
    attempts_allowed: Mapped[int | None]
    counts: Mapped[Counts] = mapped_column(choice(Counts), default=Counts.BEST)
    pass_mark: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2), default=Decimal(70))
    shuffle: Mapped[bool] = mapped_column(default=True)
    reveal: Mapped[Reveal] = mapped_column(choice(Reveal), default=Reveal.SUBMITTED)
    grace_minutes: Mapped[int] = mapped_column(default=10)
    # Whether an attempt may be taken away and worked on without a network; None: practice only.
    offline: Mapped[bool | None]
    draw: Mapped[list[Any] | None] = mapped_column(JSONB)

    @property
    def may_leave(self) -> bool:
        """Whether a phone may keep an open attempt for the time without a network."""
        return self.role is QuizRole.PRACTICE if self.offline is None else self.offline


class QuizQuestion(Model):
    """Which questions of the bank a quiz uses, in order."""

    __tablename__ = "quiz_question"

    activity_id: Mapped[uuid.UUID] = mapped_column(fk("quiz.activity_id", cascade=True), primary_key=True)
    question_id: Mapped[uuid.UUID] = mapped_column(fk("question.id"), primary_key=True, index=True)
    position: Mapped[int]


class ExtraTime(Model):
    """More minutes for one person, as a part of the time limit (50 = half as long again)."""

    __tablename__ = "extra_time"

    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id", cascade=True), primary_key=True)
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("quiz.activity_id", cascade=True), primary_key=True)
    percent: Mapped[int]


class Attempt(Identified, Model):
    """One try at a quiz, frozen at its start: `paper` is what each question showed, `keys` what it is marked by.

    An item of `keys` is {"question", "version", "tags", "content"}. It is loaded only where it is asked for, so the
    pages of an open attempt never hold a key. `deadline` is the server's; None means no time limit. `device` is where it is
    being taken: another device may hand on what it still has, but it takes over only when its owner says so.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "activity_id", "number"),
        sa.Index(
            "uq_attempt_open",
            "enrolment_id",
            "activity_id",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_attempt_activity_state", "activity_id", "state"),
        sa.Index("ix_attempt_overdue", "deadline", postgresql_where=sa.text("state = 'open'")),
    )

    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id"))
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("quiz.activity_id"))
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    paper: Mapped[list[Any]]
    keys: Mapped[list[Any]] = mapped_column(deferred=True)
    state: Mapped[AttemptState] = mapped_column(choice(AttemptState), default=AttemptState.OPEN)
    started_at: Mapped[datetime]
    deadline: Mapped[datetime | None]
    device: Mapped[uuid.UUID | None]
    submitted_at: Mapped[datetime | None]
    closed_by_clock: Mapped[bool] = mapped_column(default=False)
    points: Mapped[Decimal | None]
    out_of: Mapped[Decimal | None]
    percent: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 2))
    passed: Mapped[bool | None]

    @property
    def is_open(self) -> bool:
        return self.state is AttemptState.OPEN


class PreparedPaper(Model):
    """A first attempt's paper, frozen before its quiz opens. `edition` says what it was drawn from."""

    __tablename__ = "prepared_paper"

    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id", cascade=True), primary_key=True)
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("quiz.activity_id", cascade=True), primary_key=True)
    edition: Mapped[str]
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    paper: Mapped[list[Any]]
    keys: Mapped[list[Any]]
    prepared_at: Mapped[datetime] = mapped_column(index=True)


class Answer(Model):
    """The answer to one question of an attempt that counts; `number` counts from 1 as shown.

    `revision` is its place in the journal, which goes on to `last`. `conflict` is the place of an answer from elsewhere that
    was given without knowing this one, or overtaken unseen, until the learner has chosen between them. `size` is that of all
    its places in the journal, in bytes.

    `waits` is true from handing in until a person has marked it. `share` (0..1) is that person's mark and `marking` holds
    what it was made of: {"levels": [index per criterion], "comment": text}.
    """

    __tablename__ = "answer"
    __table_args__ = (sa.Index("ix_answer_waiting", "attempt_id", postgresql_where=sa.text("waits")),)

    attempt_id: Mapped[uuid.UUID] = mapped_column(fk("attempt.id", cascade=True), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    revision: Mapped[int] = mapped_column(default=1)
    last: Mapped[int] = mapped_column(default=1)
    device: Mapped[uuid.UUID | None]
    conflict: Mapped[int | None]
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    saved_at: Mapped[datetime]
    waits: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    share: Mapped[Decimal | None]
    marking: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    marked_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))


class AnswerRevision(Model):
    """Append-only: every answer that ever arrived in time.

    `base` is the revision that its page had seen, if it said so. `rev` counts up on its `device`; a form without script has
    neither. `made_at` is when it was given, where the page could prove it. `beside` marks what did not count on arrival.
    """

    __tablename__ = "answer_revision"
    __table_args__ = (
        sa.Index("uq_answer_revision_device", "attempt_id", "number", "device", "rev", unique=True),
    )

    attempt_id: Mapped[uuid.UUID] = mapped_column(fk("attempt.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    base: Mapped[int | None]
    value: Mapped[Any] = mapped_column(JSONB)
    saved_at: Mapped[datetime]
    device: Mapped[uuid.UUID | None]
    rev: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_at: Mapped[datetime | None]
    beside: Mapped[bool] = mapped_column(default=False)


class LateAnswer(Identified, Model):
    """An answer that arrived too late to count by itself: kept, and decided on by a person. `accepted` is that decision."""

    __tablename__ = "late_answer"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "number", "device", "rev"),
        sa.Index("ix_late_answer_open", "attempt_id", postgresql_where=sa.text("accepted IS NULL")),
    )

    attempt_id: Mapped[uuid.UUID] = mapped_column(fk("attempt.id", cascade=True))
    number: Mapped[int]
    value: Mapped[Any] = mapped_column(JSONB)
    device: Mapped[uuid.UUID | None]
    rev: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    reason: Mapped[Lateness] = mapped_column(choice(Lateness))
    accepted: Mapped[bool | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")


class AnswerMark(Identified, Model):
    """Append-only: every mark that a person gave an answer, so that a second look hides nothing."""

    __tablename__ = "answer_mark"
    __table_args__ = (sa.Index("ix_answer_mark_answer", "attempt_id", "number"),)

    attempt_id: Mapped[uuid.UUID] = mapped_column(fk("attempt.id"))
    number: Mapped[int]
    share: Mapped[Decimal]
    marking: Mapped[dict[str, Any]]
    marked_by: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
