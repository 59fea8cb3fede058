"""A word or a few, typed by the learner."""

from __future__ import annotations

import random
import re
import unicodedata
from decimal import Decimal
from typing import Any

from courses.quizzes.kinds.base import (
    FULL,
    MAX_SHORT,
    NONE,
    Answer,
    Content,
    Say,
    Shown,
    TypedLine,
    paper,
)
from lms.errors import N_
from lms.problems import Problem


class ShortText(TypedLine):
    """Key "accepted": [str]; the answer is the typed line, compared after fold()."""

    name = "short_text"
    label = N_("Isian singkat")
    auto = True

    def check(self, content: Content) -> list[Problem]:
        accepted = _accepted(content)
        if not accepted:
            return [Problem(N_("Isi paling sedikit satu jawaban yang diterima."), "accepted")]
        empty = next((text for text in accepted if not fold(text)), None)
        if empty is not None:
            return [
                Problem(N_("Jawaban “%(text)s” tidak berisi huruf atau angka."), "accepted", {"text": empty})
            ]
        return []

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        return paper(content, max_length=MAX_SHORT)

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        typed = fold(answer) if isinstance(answer, str) else ""
        return FULL if typed and typed in map(fold, _accepted(content)) else NONE

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        return {"right": "; ".join(_accepted(content)), "explanation": content.get("explanation") or ""}

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        return answer if isinstance(answer, str) else ""


def fold(text: str) -> str:
    """What counts when two short texts are compared: letters, digits and symbols such as + or <.

    Case, spaces, punctuation and diacritics do not count ("e-Learning" = "elearning", "café" = "cafe"), except that
    a break between two digits stays a break: "1,5" is not "15", "20/2023" is not "202023".
    """
    compatible = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(_folded(mark) for mark in unicodedata.normalize("NFKD", compatible))
    return re.sub(r"(?<!\d) | (?!\d)", "", " ".join(bare.split()))


def _folded(mark: str) -> str:
    category = unicodedata.category(mark)
    if category in {"Mn", "Cf", "Lm"}:
        return ""
    return " " if category[0] in "PZC" or category == "Sk" else mark


def _accepted(content: Content) -> list[str]:
    listed = content.get("accepted")
    return [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
