"""What an attempt's result says: each question in words, strengths by topic, and who may see the keys when. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Protocol, TypeVar

from courses.quizzes.kinds.base import Say, points_of
from courses.quizzes.kinds.registry import kind_of
from courses.quizzes.papers import lead_and_rest
from courses.quizzes.scoring import gain, normalised_gain, rounded
from courses.quizzes.timing import has_ended

# The states of a question in a review, as ui.mark draws them.
RIGHT, PARTLY, WRONG, WAITING, UNANSWERED = "done", "half", "wrong", "waiting", "open"


Row = TypeVar("Row", bound="Told")


class Given(Protocol):
    """An answer as it was saved."""

    @property
    def value(self) -> Any: ...
    @property
    def share(self) -> Decimal | None: ...
    @property
    def comment(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question afterwards. `points` is None while a person has not marked it."""

    number: int
    kind: str
    lead: str
    rest: str
    picture: str | None
    picture_alt: str
    says: str
    state: str
    points: Decimal | None
    out_of: Decimal
    told: Mapping[str, Any]
    comment: str


def says(shown: Mapping[str, Any], value: Any, say: Say = str) -> str:
    """An answer in words, as far as the paper knows them; empty when it was cleared."""
    return kind_of(shown).says(shown, value, say=say)


def review(keys: Sequence[Mapping[str, Any]], answers: Mapping[int, Given], say: Say) -> list[Reviewed]:
    """Every question of an attempt with its key; show it only to those who may see keys."""
    return [_reviewed(number, key["content"], answers.get(number), say) for number, key in enumerate(keys, 1)]


def _reviewed(number: int, content: Mapping[str, Any], given: Given | None, say: Say) -> Reviewed:
    kind, value = kind_of(content), given.value if given else None
    share = share_of(content, given)
    lead, rest = lead_and_rest(content["text"])
    out_of = points_of(content)
    return Reviewed(
        number=number,
        kind=content["kind"],
        lead=lead,
        rest=rest,
        picture=content.get("picture"),
        picture_alt=content.get("picture_alt") or "",
        says=kind.says(content, value, say=say),
        state=_state(value, share),
        points=None if share is None else rounded(out_of * share),
        out_of=out_of,
        told=kind.reveal(content, value, say=say),
        comment=given.comment if given else "",
    )


def share_of(content: Mapping[str, Any], given: Given | None) -> Decimal | None:
    """The share of the points, by a person if one has decided; None while one must."""
    if given is not None and given.share is not None:
        return given.share
    return kind_of(content).score(content, given.value if given else None)


def _state(value: object, share: Decimal | None) -> str:
    if share is None:
        return WAITING
    if value is None:
        return UNANSWERED
    return RIGHT if share == 1 else PARTLY if share else WRONG


@dataclass(frozen=True, slots=True)
class Strength:
    """How much of a topic's points were earned, in whole percent, rounded down: 100 only when all were."""

    tag: str
    percent: int


def strengths(keys: Sequence[Mapping[str, Any]], answers: Mapping[int, Given]) -> list[Strength]:
    """Topics by what was earned in them, the strongest first; answers that still wait are left out."""
    earned: dict[str, list[Decimal]] = {}
    for number, key in enumerate(keys, 1):
        share, points = share_of(key["content"], answers.get(number)), points_of(key["content"])
        for tag in key["tags"] if share is not None else ():
            got = earned.setdefault(tag, [Decimal(0), Decimal(0)])
            got[0] += points * (share or 0)
            got[1] += points
    found = [
        Strength(tag, int((100 * got / most).to_integral_value(ROUND_FLOOR)))
        for tag, (got, most) in earned.items()
        if most
    ]
    return sorted(found, key=lambda strength: (-strength.percent, strength.tag))


class Told(Protocol):
    """An activity of the syllabus, as far as its words tell what it is about."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def module_title(self) -> str: ...


def lesson_about(tag: str, rows: Sequence[Row]) -> Row | None:
    """The lesson to read again for a topic: the first one named after it, or else the first of a module that is."""
    word = re.compile(rf"\b{re.escape(tag)}\b", re.IGNORECASE)
    lessons = [row for row in rows if row.kind == "lessons"]
    named = (row for row in lessons if word.search(row.title))
    within = (row for row in lessons if word.search(row.module_title))
    return next(named, None) or next(within, None)


def may_see_keys(reveal: str, last_day: date, zone: str, now: datetime) -> bool:
    """Whether a learner who has handed in may see right answers and explanations."""
    return reveal == "submitted" or (reveal == "closed" and has_ended(last_day, zone, now))


@dataclass(frozen=True, slots=True)
class Gain:
    """What was learned between the first and the last test; `normalised` is in whole percent, None after a perfect start."""

    pre: Decimal
    post: Decimal
    points: Decimal
    normalised: int | None


def gained(pre: Decimal | None, post: Decimal | None) -> Gain | None:
    """None while one of the two tests has no mark."""
    if pre is None or post is None:
        return None
    share = normalised_gain(pre, post)
    percent = None if share is None else int((share * 100).to_integral_value(ROUND_FLOOR))
    return Gain(pre, post, gain(pre, post), percent)


@dataclass(frozen=True, slots=True)
class MeanGain:
    """The mean of everybody who took both tests; `normalised` (whole percent) leaves out those who began perfect."""

    people: int
    pre: Decimal
    post: Decimal
    points: Decimal
    normalised: int | None


def mean_gain(pairs: Sequence[tuple[Decimal, Decimal]]) -> MeanGain | None:
    """The gain of a class from the pairs (first test, last test) of its people; None when nobody has both."""
    if not pairs:
        return None
    pre = sum((first for first, _ in pairs), Decimal(0)) / len(pairs)
    post = sum((last for _, last in pairs), Decimal(0)) / len(pairs)
    shares = [share for share in (normalised_gain(first, last) for first, last in pairs) if share is not None]
    mean = sum(shares, Decimal(0)) / len(shares) * 100 if shares else None
    whole = None if mean is None else int(mean.to_integral_value(ROUND_FLOOR))
    return MeanGain(len(pairs), rounded(pre), rounded(post), rounded(gain(pre, post)), whole)
