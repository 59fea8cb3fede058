"""One right option among several."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from courses.quizzes.kinds.base import (
    FULL,
    NONE,
    Answer,
    Content,
    Raw,
    Say,
    Shown,
    first,
    has_id,
    labels,
    paper,
    row_problems,
    rows,
    shuffled,
    texts,
)
from lms.errors import N_
from lms.problems import Problem


class Single:
    """Options [{"id", "text", "correct": bool}]; the answer is one option id."""

    name = "single"
    label = N_("Pilihan ganda")
    auto = True

    def check(self, content: Content) -> list[Problem]:
        found = row_problems(content, "options")
        right = len(_right(content))
        if right == 0:
            found.append(Problem(N_("Tandai satu pilihan sebagai jawaban benar."), "options"))
        if right > 1:
            found.append(
                Problem(
                    N_("Hanya satu pilihan boleh benar. Untuk lebih dari satu, pakai pilihan jamak."),
                    "options",
                )
            )
        return found

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        options = labels(rows(content, "options"))
        return paper(content, options=shuffled(options, rng) if shuffle else options)

    def parse(self, shown: Content, raw: Raw, name: str) -> Answer | None:
        return self.normalised(shown, first(raw, name))

    def normalised(self, shown: Content, value: object) -> Answer | None:
        return str(value) if has_id(rows(shown, "options"), value) else None

    def fields(self, answer: Answer | None, name: str) -> dict[str, list[str]]:
        return {name: [answer]} if isinstance(answer, str) else {}

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        return FULL if answer in _right(content) else NONE

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        right = _right(content)
        said = texts(rows(content, "options"))
        return {
            "right": "; ".join(said[key] for key in right),
            "explanation": content.get("explanation") or "",
            "options": [
                {"id": key, "text": text, "chosen": key == answer, "right": key in right}
                for key, text in said.items()
            ],
        }

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        return texts(rows(content, "options")).get(answer, "") if isinstance(answer, str) else ""


def _right(content: Content) -> list[str]:
    return [str(row.get("id", "")) for row in rows(content, "options") if row.get("correct") is True]
