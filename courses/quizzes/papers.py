"""Freezing a paper: what each question shows, and apart from it what the answer is marked by."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from courses.quizzes.drawing import Line, draw
from courses.quizzes.kinds.registry import kind_of
from lms.richtext import text_of

_FIRST = re.compile(r"\s*<p>(?P<lead>.*?)</p>(?P<rest>.*)", re.DOTALL)
_RECEIPT = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class BankItem(Protocol):
    """A question of the bank, as a row or as an entity."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def content(self) -> Mapping[str, Any]: ...
    @property
    def tags(self) -> Collection[str]: ...


def freeze(
    bank: Sequence[BankItem], plan: Sequence[Line] | None, *, seed: int, shuffle: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The paper and its keys, in the same order. Raises Invalid when the bank cannot fill the plan."""
    drawn = draw([(question.id, question.tags) for question in bank], plan, seed=seed, shuffle=shuffle)
    by_id = {question.id: question for question in bank}
    rng = random.Random(seed)  # noqa: S311  (an order, not a secret)
    paper = [kind_of(by_id[id_].content).shown(by_id[id_].content, rng=rng, shuffle=shuffle) for id_ in drawn]
    return paper, [_key(by_id[id_]) for id_ in drawn]


def _key(question: BankItem) -> dict[str, Any]:
    return {
        "question": str(question.id),
        "version": question.version,
        "tags": list(question.tags),
        "content": dict(question.content),
    }


def lead_and_rest(markup: str) -> tuple[str, str]:
    """A question's clean HTML as one phrase for its legend and the blocks that follow it.

    What does not begin with a paragraph of words only has no phrase; its page says "Soal 3" and shows the blocks.
    """
    match = _FIRST.match(markup)
    if match and "<img" in match["lead"]:
        return "", markup
    return (match["lead"], match["rest"].strip()) if match else ("", markup)


def in_a_line(markup: str) -> str:
    """A question's words for lists, without its marks."""
    return " ".join(text_of(markup).split())


def receipt(attempt_id: uuid.UUID) -> str:
    """Eight letters that a learner can read out on the phone: 40 of the attempt id's random bits."""
    bits = attempt_id.int & (1 << 40) - 1
    letters = "".join(_RECEIPT[bits >> 5 * place & 31] for place in range(8))
    return f"{letters[:4]}-{letters[4:]}"
