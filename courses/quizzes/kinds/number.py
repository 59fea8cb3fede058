"""A number, with a tolerance and a unit."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from courses.quizzes.decimals import read_number, written
from courses.quizzes.kinds.base import (
    FULL,
    MAX_SHORT,
    NONE,
    Answer,
    Content,
    Say,
    Shown,
    TypedLine,
    exact,
    paper,
)
from lms.errors import N_
from lms.problems import Problem


class Number(TypedLine):
    """Keys "answer", "tolerance" (absolute, inclusive) and "unit"; the answer is the line as typed.

    The typed line is kept, not the number read from it, so that nothing a learner wrote is lost and a dispute can be
    settled.
    """

    name = "number"
    label = N_("Angka")
    auto = True

    def check(self, content: Content) -> list[Problem]:
        found = []
        if exact(content.get("answer")) is None:
            found.append(Problem(N_("Isi angka yang benar."), "answer"))
        tolerance = exact(content.get("tolerance", 0))
        if tolerance is None or tolerance < 0:
            found.append(Problem(N_("Toleransi harus angka 0 atau lebih."), "tolerance"))
        if _unit(content)[:1].isdecimal():
            found.append(Problem(N_("Satuan tidak boleh diawali angka."), "unit"))
        return found

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        return paper(content, unit=_unit(content), max_length=MAX_SHORT)

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        right = exact(content.get("answer"))
        typed = read_number(answer, _unit(content)) if isinstance(answer, str) else None
        if right is None or typed is None:
            return NONE
        return FULL if abs(typed - right) <= (exact(content.get("tolerance")) or 0) else NONE

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        right, tolerance = exact(content.get("answer")), exact(content.get("tolerance"))
        words = _measured(right, content) if right is not None else ""
        return {
            "right": f"{words} (± {written(tolerance)})" if tolerance else words,
            "explanation": content.get("explanation") or "",
        }

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        """As it was read, "1.234,5 menit"; as typed when it is not a number."""
        if not isinstance(answer, str):
            return ""
        typed = read_number(answer, _unit(content))
        return answer if typed is None else _measured(typed, content)


def _unit(content: Content) -> str:
    return " ".join(str(content.get("unit") or "").split())


def _measured(number: Decimal, content: Content) -> str:
    return f"{written(number)} {_unit(content)}".strip()
