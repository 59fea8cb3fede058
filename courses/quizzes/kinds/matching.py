"""Pairs to be found between two columns."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from courses.quizzes.kinds.base import (
    NONE,
    Answer,
    Content,
    Raw,
    Say,
    Shown,
    first,
    labels,
    paper,
    row_problems,
    rows,
    shuffled,
    texts,
)
from lms.errors import N_
from lms.problems import Problem


class Matching:
    """Keys "left" and "right" [{"id", "text"}] and "key" {left id: right id}; the answer is {left id: right id}.

    The right column may hold distractors, and one right row may serve several left ones.
    """

    name = "matching"
    label = N_("Menjodohkan")
    auto = True

    def check(self, content: Content) -> list[Problem]:
        found = row_problems(content, "left") + row_problems(content, "right")
        key, right = _key(content), texts(rows(content, "right"))
        single = next(
            (text for row, text in texts(rows(content, "left")).items() if key.get(row) not in right), None
        )
        if single is not None:
            found.append(Problem(N_("“%(text)s” belum punya pasangan."), "key", {"text": single}))
        return found

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        # Authors write pairs side by side, so the stored right column is the key: it is shuffled always.
        return paper(
            content, left=labels(rows(content, "left")), right=shuffled(labels(rows(content, "right")), rng)
        )

    def parse(self, shown: Content, raw: Raw, name: str) -> Answer | None:
        return self.normalised(
            shown, {left: first(raw, f"{name}_{left}") for left in texts(rows(shown, "left"))}
        )

    def normalised(self, shown: Content, value: object) -> Answer | None:
        sent = value if isinstance(value, Mapping) else {}
        left, right = texts(rows(shown, "left")), texts(rows(shown, "right"))
        chosen = {row: sent.get(row) for row in left}
        return {row: item for row, item in chosen.items() if isinstance(item, str) and item in right} or None

    def fields(self, answer: Answer | None, name: str) -> dict[str, list[str]]:
        return {f"{name}_{left}": [right] for left, right in _pairs(answer).items()}

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        key, chosen = _key(content), _pairs(answer)
        return (
            Decimal(sum(chosen.get(left) == right for left, right in key.items())) / len(key) if key else NONE
        )

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        key, chosen = _key(content), _pairs(answer)
        left, right = texts(rows(content, "left")), texts(rows(content, "right"))
        return {
            "right": _in_words(content, key),
            "explanation": content.get("explanation") or "",
            "pairs": [
                {
                    "id": row,
                    "text": text,
                    "chosen": right.get(chosen.get(row, ""), ""),
                    "expected": right.get(key.get(row, ""), ""),
                    "right": row in chosen and chosen[row] == key.get(row),
                }
                for row, text in left.items()
            ],
        }

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        return _in_words(content, _pairs(answer))


def _key(content: Content) -> dict[str, str]:
    """The pairs whose both ends exist."""
    left, right = texts(rows(content, "left")), texts(rows(content, "right"))
    stored = content.get("key")
    pairs = stored.items() if isinstance(stored, Mapping) else ()
    return {a: b for a, b in pairs if a in left and isinstance(b, str) and b in right}


def _pairs(answer: Answer | None) -> dict[str, str]:
    return (
        {left: right for left, right in answer.items() if isinstance(right, str)}
        if isinstance(answer, dict)
        else {}
    )


def _in_words(content: Content, pairs: Mapping[str, str]) -> str:
    left, right = texts(rows(content, "left")), texts(rows(content, "right"))
    return "; ".join(f"{text} → {right[pairs[row]]}" for row, text in left.items() if pairs.get(row) in right)
