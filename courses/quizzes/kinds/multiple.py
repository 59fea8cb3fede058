"""Several right options, each with a weight."""

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
    exact,
    labels,
    paper,
    row_problems,
    rows,
    shuffled,
    texts,
)
from lms.errors import N_
from lms.problems import Problem


class Multiple:
    """Options [{"id", "text", "weight": number}]; the answer is the sorted list of the chosen ids.

    The positive weights are normalised to 1, so the whole key earns everything whatever scale the author used; a
    weight below zero takes marks away, and the share never leaves 0..1.
    """

    name = "multiple"
    label = N_("Pilihan jamak")
    auto = True

    def check(self, content: Content) -> list[Problem]:
        found = row_problems(content, "options")
        weights = [exact(row.get("weight")) for row in rows(content, "options")]
        if None in weights:
            number = weights.index(None) + 1
            found.append(Problem(N_("Bobot baris %(number)s bukan angka."), "options", {"number": number}))
        known = [weight for weight in weights if weight is not None]
        if not any(weight > 0 for weight in known):
            found.append(Problem(N_("Beri bobot di atas 0 pada setiap jawaban benar."), "options"))
        # Otherwise ticking every box would earn full marks.
        elif min(known) == 0:
            found.append(
                Problem(
                    N_(
                        "Pilihan salah perlu bobot di bawah 0, agar memilih semuanya tidak mendapat nilai penuh."
                    ),
                    "options",
                )
            )
        return found

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        options = labels(rows(content, "options"))
        return paper(content, options=shuffled(options, rng) if shuffle else options)

    def parse(self, shown: Content, raw: Raw, name: str) -> Answer | None:
        return self.normalised(shown, raw.get(name))

    def normalised(self, shown: Content, value: object) -> Answer | None:
        known = texts(rows(shown, "options"))
        sent = value if isinstance(value, list) else []
        return sorted({item for item in sent if isinstance(item, str) and item in known}) or None

    def fields(self, answer: Answer | None, name: str) -> dict[str, list[str]]:
        return {name: list(answer)} if isinstance(answer, list) else {}

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        weights = _weights(content)
        whole = sum((weight for weight in weights.values() if weight > 0), NONE)
        if not isinstance(answer, list) or not whole:
            return NONE
        earned = sum((weights.get(key, NONE) for key in set(answer)), NONE)
        return min(FULL, max(NONE, earned / whole))

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        weights = _weights(content)
        said = texts(rows(content, "options"))
        chosen = answer if isinstance(answer, list) else []
        return {
            "right": "; ".join(text for key, text in said.items() if weights[key] > 0),
            "explanation": content.get("explanation") or "",
            "options": [
                {"id": key, "text": text, "chosen": key in chosen, "right": weights[key] > 0}
                for key, text in said.items()
            ],
        }

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        chosen = answer if isinstance(answer, list) else []
        return "; ".join(text for key, text in texts(rows(content, "options")).items() if key in chosen)


def _weights(content: Content) -> dict[str, Decimal]:
    return {str(row.get("id", "")): exact(row.get("weight")) or NONE for row in rows(content, "options")}
