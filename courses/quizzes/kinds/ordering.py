"""Steps to be put in order."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
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


class Ordering:
    """Key "items" [{"id", "text"}] in the right order; the answer is {item id: position from 1}, as far as given.

    Positions are kept as sent, with gaps and ties, so that a half-filled form comes back as it was.
    """

    name = "ordering"
    label = N_("Mengurutkan")
    auto = True

    def check(self, content: Content) -> list[Problem]:
        return row_problems(content, "items")

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        # The stored order is the key, so the items are shuffled whatever the author wished.
        return paper(content, items=shuffled(labels(rows(content, "items")), rng))

    def parse(self, shown: Content, raw: Raw, name: str) -> Answer | None:
        return self.normalised(
            shown, {item: first(raw, f"{name}_{item}") for item in texts(rows(shown, "items"))}
        )

    def normalised(self, shown: Content, value: object) -> Answer | None:
        sent = value if isinstance(value, Mapping) else {}
        items = texts(rows(shown, "items"))
        read = {item: _position(sent.get(item), len(items)) for item in items}
        return {item: position for item, position in read.items() if position} or None

    def fields(self, answer: Answer | None, name: str) -> dict[str, list[str]]:
        return {f"{name}_{item}": [str(position)] for item, position in _positions(answer).items()}

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        """The share of neighbours in the right order that also stand in that order in the answer.

        Neighbours a, b count when both have a position and a comes before b; ties do not count. All of them count
        exactly when the whole order is right, so nothing else earns 1; the order turned round earns 0.
        """
        steps = list(pairwise(texts(rows(content, "items"))))
        given = _positions(answer)
        good = sum(a in given and b in given and given[a] < given[b] for a, b in steps)
        return Decimal(good) / len(steps) if steps else NONE

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        items, given = texts(rows(content, "items")), _positions(answer)
        return {
            "right": _numbered(items.values()),
            "explanation": content.get("explanation") or "",
            "items": [
                {
                    "id": item,
                    "text": text,
                    "chosen": given.get(item),
                    "expected": place,
                    "right": given.get(item) == place,
                }
                for place, (item, text) in enumerate(items.items(), start=1)
            ],
        }

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        items, given = texts(rows(content, "items")), _positions(answer)
        known = sorted((place, items[item]) for item, place in given.items() if item in items)
        return "; ".join(f"{place}. {text}" for place, text in known)


def _position(value: object, most: int) -> int:
    """A position 1..most, or 0 for anything else."""
    typed = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    number = int(typed) if re.fullmatch(r"[0-9]{1,4}", typed.strip()) else 0
    return number if number <= most else 0


def _positions(answer: Answer | None) -> dict[str, int]:
    return (
        {item: place for item, place in answer.items() if isinstance(place, int)}
        if isinstance(answer, dict)
        else {}
    )


def _numbered(listed: Iterable[str]) -> str:
    return "; ".join(f"{place}. {text}" for place, text in enumerate(listed, start=1))
