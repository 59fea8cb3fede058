"""What earns a certificate, and the sentences that say what is still missing. Pure: values in, values out.

A cohort keeps its rule as JSON: {} asks for all required activities; "chosen" names others (ids as text), "least" the
lowest final score. The final score is the mean of the marks of the marked activities that the rule asks for.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lms.errors import N_
from lms.problems import Problem

MARKED_KINDS = frozenset({"quizzes", "projects"})
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Item:
    """A published activity of the course, in syllabus order; `kind` is its blueprint's name."""

    id: uuid.UUID
    title: str
    kind: str
    required: bool = True

    @property
    def is_marked(self) -> bool:
        return self.kind in MARKED_KINDS


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands with one activity: the state's word and the mark that counts, 0 to 100."""

    state: str
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`chosen` None: all required activities. `least` None: no lowest final score."""

    chosen: frozenset[uuid.UUID] | None = None
    least: Decimal | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Rule:
        chosen = stored.get("chosen")
        least = stored.get("least")
        return cls(
            frozenset(map(uuid.UUID, chosen)) if chosen is not None else None,
            Decimal(least) if least is not None else None,
        )

    def as_json(self) -> dict[str, Any]:
        stored: dict[str, Any] = {}
        if self.chosen is not None:
            stored["chosen"] = sorted(map(str, self.chosen))
        if self.least is not None:
            stored["least"] = str(self.least)
        return stored

    def asked(self, items: Sequence[Item]) -> list[Item]:
        """The activities that must be complete, in order. One that was withdrawn from the course is no longer asked."""
        if self.chosen is None:
            return [item for item in items if item.required]
        return [item for item in items if item.id in self.chosen]


def final_score(asked: Sequence[Item], standings: Mapping[uuid.UUID, Standing]) -> Decimal | None:
    """The mean of the marks, half up to two decimals; None while a mark is missing or when nothing is marked."""
    marks = [standings[item.id].percent for item in asked if item.is_marked and item.id in standings]
    known = [mark for mark in marks if mark is not None]
    if not known or len(known) < sum(item.is_marked for item in asked):
        return None
    return (sum(known, Decimal()) / len(known)).quantize(_CENT, ROUND_HALF_UP)


def missing(rule: Rule, items: Sequence[Item], standings: Mapping[uuid.UUID, Standing]) -> list[Problem]:
    """Why a learner has not earned the certificate yet, one sentence each; empty when they have."""
    asked = rule.asked(items)
    found = [problem for item in asked if (problem := _not_done(item, standings.get(item.id)))]
    if not asked:
        found.append(Problem(N_("Kursus ini belum punya kegiatan yang menjadi syarat.")))
    score = final_score(asked, standings)
    if rule.least is not None and not found and (score is None or score < rule.least):
        found.append(_too_low(rule.least, score))
    return found


def _not_done(item: Item, standing: Standing | None) -> Problem | None:
    if standing is not None and standing.state == "done":
        return None
    if standing is not None and standing.state == "waiting":
        return Problem(N_("“%(title)s” menunggu penilaian."), values={"title": item.title})
    if standing is not None and standing.percent is not None:
        return Problem(
            N_("“%(title)s” belum lulus, nilainya %(score)s."),
            values={"title": item.title, "score": spoken(standing.percent)},
        )
    if standing is not None:
        return Problem(N_("“%(title)s” belum selesai."), values={"title": item.title})
    return Problem(N_("“%(title)s” belum dikerjakan."), values={"title": item.title})


def _too_low(least: Decimal, score: Decimal | None) -> Problem:
    if score is None:
        return Problem(N_("Nilai akhir belum ada, paling rendah %(least)s."), values={"least": spoken(least)})
    return Problem(
        N_("Nilai akhir %(score)s, paling rendah %(least)s."),
        values={"score": spoken(score), "least": spoken(least)},
    )


def spoken(score: Decimal) -> str:
    """82,5 and 70: a decimal comma and no idle zeros."""
    return f"{score.quantize(_CENT, ROUND_HALF_UP).normalize():f}".replace(".", ",")
