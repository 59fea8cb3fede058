"""A statement that is true or false."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from courses.quizzes.kinds.base import FULL, NONE, Answer, Content, Raw, Say, Shown, first, paper
from lms.errors import N_
from lms.problems import Problem

_SENT = {"true": True, "false": False}
_WORDS = {True: N_("Benar"), False: N_("Salah")}


class TrueFalse:
    """Key "answer": bool; the form sends "true" or "false", the answer is a bool."""

    name = "true_false"
    label = N_("Benar atau salah")
    auto = True

    def check(self, content: Content) -> list[Problem]:
        if isinstance(content.get("answer"), bool):
            return []
        return [Problem(N_("Tentukan apakah pernyataan ini benar atau salah."), "answer")]

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        return paper(content)

    def parse(self, shown: Content, raw: Raw, name: str) -> Answer | None:
        return _SENT.get(first(raw, name) or "")

    def normalised(self, shown: Content, value: object) -> Answer | None:
        return value if isinstance(value, bool) else None

    def fields(self, answer: Answer | None, name: str) -> dict[str, list[str]]:
        return {name: [str(answer).lower()]} if isinstance(answer, bool) else {}

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        return FULL if isinstance(answer, bool) and answer is content.get("answer") else NONE

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        return {
            "right": _in_words(content.get("answer"), say),
            "explanation": content.get("explanation") or "",
        }

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        return _in_words(answer, say)


def _in_words(value: object, say: Say) -> str:
    return say(_WORDS[value]) if isinstance(value, bool) else ""
