"""Facts about quizzes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.events import Event


@dataclass(frozen=True, slots=True)
class AttemptSubmitted(Event):
    """An attempt was handed in, by the learner or by the clock; `waiting` answers need a person."""

    attempt_id: uuid.UUID
    enrolment_id: uuid.UUID
    activity_id: uuid.UUID
    waiting: int


@dataclass(frozen=True, slots=True)
class QuizMarked(Event):
    """A person has marked the last waiting answer of an attempt, or has changed such a mark."""

    attempt_id: uuid.UUID
    enrolment_id: uuid.UUID
    activity_id: uuid.UUID
    by: uuid.UUID
