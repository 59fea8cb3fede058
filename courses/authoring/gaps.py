"""What a course still lacks before learners see it. Pure: facts in, gaps out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

# What a course of 6 lesson hours may cost a phone (features.md, chapter 3 number 9); more hours may cost more.
BUDGET, BUDGET_JP = 50_000_000, 6

EMPTY, NO_QUESTIONS, NO_KEY, NO_BRIEF, NO_ALT, NO_CAPTIONS, NOT_READY, FAILED, NOTHING_TO_WATCH = (
    "empty",
    "no_questions",
    "no_key",
    "no_brief",
    "no_alt",
    "no_captions",
    "not_ready",
    "failed",
    "nothing_to_watch",
)
# With these an activity cannot be shown to learners; the others are advice.
BLOCKING = frozenset({EMPTY, NO_QUESTIONS, NO_KEY, NO_BRIEF, FAILED, NOTHING_TO_WATCH})


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that an activity lacks, and how many of it."""

    activity_id: uuid.UUID
    what: str
    count: int = 1

    @property
    def blocks(self) -> bool:
        return self.what in BLOCKING


@dataclass(frozen=True, slots=True)
class LessonFacts:
    """What counts of a lesson; `pictures` are those that its text shows."""

    activity_id: uuid.UUID
    words: int
    pictures: int
    parts: Sequence[str]
    pictures_without_words: int
    videos_without_captions: int
    unready: int
    failed: int
    must_watch: bool


@dataclass(frozen=True, slots=True)
class QuizFacts:
    """What counts of a quiz: how many questions, how many of them with something wrong."""

    activity_id: uuid.UUID
    questions: int
    faulty: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """The whole course: its gaps and its weight on a phone (bytes)."""

    gaps: list[Gap]
    bytes: int
    text_bytes: int
    weights: dict[uuid.UUID, int] = field(default_factory=dict)

    def of(self, *what: str) -> list[Gap]:
        return [gap for gap in self.gaps if gap.what in what]

    def blocks(self, activity_id: uuid.UUID) -> bool:
        """Whether an activity may not be shown to learners yet."""
        return any(gap.blocks for gap in self.gaps if gap.activity_id == activity_id)


def budget(jp: int) -> int:
    """The bytes that a course of so many lesson hours may cost a phone."""
    return max(BUDGET, BUDGET * jp // BUDGET_JP)


def lesson_gaps(facts: Iterable[LessonFacts]) -> list[Gap]:
    return [gap for lesson in facts for gap in _of_lesson(lesson)]


def _of_lesson(lesson: LessonFacts) -> list[Gap]:
    playable = {"video", "audio"} & set(lesson.parts)
    found = {
        EMPTY: int(
            not lesson.words and not lesson.pictures and not set(lesson.parts) - {"source", "picture"}
        ),
        NOTHING_TO_WATCH: int(lesson.must_watch and not playable),
        NO_ALT: lesson.pictures_without_words,
        NO_CAPTIONS: lesson.videos_without_captions,
        NOT_READY: lesson.unready,
        FAILED: lesson.failed,
    }
    return [Gap(lesson.activity_id, what, count) for what, count in found.items() if count]


def quiz_gaps(facts: Iterable[QuizFacts]) -> list[Gap]:
    gaps = []
    for quiz in facts:
        if not quiz.questions:
            gaps.append(Gap(quiz.activity_id, NO_QUESTIONS))
        if quiz.faulty:
            gaps.append(Gap(quiz.activity_id, NO_KEY, quiz.faulty))
    return gaps
