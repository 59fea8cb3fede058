"""A text that a person reads and marks."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from courses.quizzes.kinds.base import (
    NONE,
    Answer,
    Content,
    Raw,
    Row,
    Say,
    Shown,
    clean_text,
    exact,
    first,
    paper,
    plain,
    rows,
)
from lms.errors import N_
from lms.problems import Problem

MAX_ESSAY = 50_000  # characters


class Essay:
    """Keys "min_words", "max_words" (0 or absent: no limit) and "rubric" [{"criterion", "levels": [{"text", "points"}]}].

    The rubric may describe the expected answer, so it is shown afterwards and is not on the paper.
    """

    name = "essay"
    label = N_("Uraian")
    auto = False

    def check(self, content: Content) -> list[Problem]:
        found = []
        least, most = _words(content, "min_words"), _words(content, "max_words")
        if least is None:
            found.append(Problem(N_("Jumlah kata harus bilangan bulat 0 atau lebih."), "min_words"))
        if most is None:
            found.append(Problem(N_("Jumlah kata harus bilangan bulat 0 atau lebih."), "max_words"))
        if least and most and least > most:
            found.append(
                Problem(N_("Batas kata terbanyak lebih kecil daripada batas tersedikit."), "max_words")
            )
        return found + [problem for row in rows(content, "rubric") for problem in _criterion_problems(row)]

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        least, most = _words(content, "min_words"), _words(content, "max_words")
        return paper(content, min_words=least or 0, max_words=most or 0, max_length=MAX_ESSAY)

    def parse(self, shown: Content, raw: Raw, name: str) -> Answer | None:
        return clean_text(first(raw, name), MAX_ESSAY)

    def normalised(self, shown: Content, value: object) -> Answer | None:
        return clean_text(value, MAX_ESSAY)

    def fields(self, answer: Answer | None, name: str) -> dict[str, list[str]]:
        return {name: [answer]} if isinstance(answer, str) else {}

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        """Nothing written earns nothing and makes nobody wait; anything else is for a person to decide."""
        return None if isinstance(answer, str) and answer else NONE

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        return {
            "right": "",
            "explanation": content.get("explanation") or "",
            "rubric": rows(content, "rubric"),
        }

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        return answer if isinstance(answer, str) else ""


def count_words(text: str) -> int:
    """Words as the page counts them: runs without white space."""
    return len(text.split())


def _words(content: Content, name: str) -> int | None:
    limit = content.get(name) or 0
    return limit if isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0 else None


def _criterion_problems(row: Row) -> list[Problem]:
    name = plain(row.get("criterion"))
    if not name:
        return [Problem(N_("Beri nama pada setiap kriteria rubrik."), "rubric")]
    marks = [exact(level.get("points")) for level in rows(row, "levels")]
    known = [points for points in marks if points is not None and points >= 0]
    if len(known) < len(marks) or len(known) < 2 or not max(known):
        sentence = N_("Kriteria “%(name)s” perlu paling sedikit dua tingkat dengan poin 0 atau lebih.")
        return [Problem(sentence, "rubric", {"name": name})]
    return []
