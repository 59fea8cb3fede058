"""From answers to marks: Decimal all the way, rounded half up and only at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from courses.quizzes.kinds.base import Answer, Content, points_of, rows
from courses.quizzes.kinds.registry import kind_of

_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)

# Question as the learner saw it, answer, and the share (0..1) that a person gave instead of the machine, if any.
Item = tuple[Content, Answer | None, Decimal | None]


@dataclass(frozen=True)
class Marks:
    """What an attempt is worth; `points` and `percent` have 2 places, `waiting` answers still need a person.

    While answers wait they count as 0, so points and percent can only rise.
    """

    points: Decimal
    out_of: Decimal
    percent: Decimal
    waiting: int


def score_attempt(items: Sequence[Item]) -> Marks:
    """The marks of one attempt; a person's share goes before the machine's, whatever the kind."""
    shares = [(points_of(content), _share(content, answer, by_hand)) for content, answer, by_hand in items]
    earned = sum((points * share for points, share in shares if share is not None), Decimal(0))
    out_of = sum((points for points, _ in shares), Decimal(0))
    percent = earned / out_of * _HUNDRED if out_of else Decimal(0)
    return Marks(rounded(earned), out_of, rounded(percent), sum(share is None for _, share in shares))


def _share(content: Content, answer: Answer | None, by_hand: Decimal | None) -> Decimal | None:
    if by_hand is None:
        return kind_of(content).score(content, answer)
    if not 0 <= by_hand <= 1:
        raise ValueError(f"a share is 0 to 1, not {by_hand}")
    return by_hand


def rounded(value: Decimal) -> Decimal:
    """Two places, half up, as marks are printed."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def rubric_share(content: Content, chosen: Sequence[int]) -> Decimal:
    """The share of an essay marked by its rubric: `chosen` is the level's index for each criterion, in order.

    Each criterion is worth its best level. ValueError when the rubric and the choice do not fit together.
    """
    criteria = [[points_of(level) for level in rows(row, "levels")] for row in rows(content, "rubric")]
    if len(chosen) != len(criteria) or any(
        not 0 <= at < len(levels) for at, levels in zip(chosen, criteria, strict=True)
    ):
        raise ValueError("choose one level of each criterion")
    best = sum((max(levels) for levels in criteria), Decimal(0))
    if not best:
        raise ValueError("the rubric gives no points")
    return sum((levels[at] for at, levels in zip(chosen, criteria, strict=True)), Decimal(0)) / best


def passed(percent: Decimal, pass_mark: Decimal | int) -> bool:
    """Whether the mark is enough; the pass mark itself is."""
    return percent >= pass_mark


def _average(percents: Sequence[Decimal]) -> Decimal:
    return rounded(sum(percents, Decimal(0)) / len(percents))


RULES: Mapping[str, Callable[[Sequence[Decimal]], Decimal]] = MappingProxyType(
    {
        "best": max,
        "last": lambda percents: percents[-1],
        "first": lambda percents: percents[0],
        "average": _average,
    }
)


def counting(attempt_percents: Sequence[Decimal], rule: str) -> Decimal | None:
    """The percent that counts among attempts in order of time; None without attempts, KeyError for an unknown rule."""
    choose = RULES[rule]
    return choose(attempt_percents) if attempt_percents else None


def gain(pre: Decimal, post: Decimal) -> Decimal:
    """Percentage points learned between the first and the last test (domain 5.4)."""
    return post - pre


def normalised_gain(pre: Decimal, post: Decimal) -> Decimal | None:
    """The share of what was left to learn that was learned, 4 places: (post - pre) / (100 - pre) (domain 5.4).

    None when the first test was already perfect, because then nothing was left to learn.
    """
    if pre >= _HUNDRED:
        return None
    return ((post - pre) / (_HUNDRED - pre)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
