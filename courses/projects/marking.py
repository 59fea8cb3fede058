"""From a rubric to a mark. Pure: every amount is a Decimal, rounded half up to two digits where a mark is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from lms.errors import N_
from lms.problems import Problem

WHOLE = Decimal(100)
CENT = Decimal("0.01")
ONE = Decimal("1.00")
# 0.70 … 1.10 in steps of 0.05: how much of the group's mark one member takes.
FACTORS = tuple(Decimal(hundredths) / 100 for hundredths in range(70, 115, 5))
# Assessors whose marks lie further apart than this talk before more is released.
APART = Decimal(15)

# What levels are called, the lowest first, by how many there are.
LEVEL_NAMES: dict[int, tuple[str, ...]] = {
    2: (N_("Kurang"), N_("Baik")),
    3: (N_("Kurang"), N_("Cukup"), N_("Baik")),
    4: (N_("Kurang"), N_("Cukup"), N_("Baik"), N_("Sangat baik")),
    5: (N_("Sangat kurang"), N_("Kurang"), N_("Cukup"), N_("Baik"), N_("Sangat baik")),
}


@dataclass(frozen=True, slots=True)
class Level:
    """A described step of a criterion. `name` is a msgid, empty when there are too many steps to be named."""

    text: str
    points: Decimal
    name: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is judged, and by how many of the 100. Without levels any points from 0 to `most` may be given."""

    id: str
    title: str
    weight: Decimal
    most: Decimal
    levels: tuple[Level, ...] = ()
    text: str = ""

    def level_of(self, points: Decimal | None) -> Level | None:
        """The level that gives exactly these points."""
        return next((level for level in self.levels if level.points == points), None)

    def takes(self, points: Decimal) -> bool:
        """Whether these points may be given."""
        if self.levels:
            return self.level_of(points) is not None
        return points.is_finite() and 0 <= points <= self.most

    def share(self, points: Decimal) -> Decimal:
        """What the points bring of the 100, not yet rounded."""
        return self.weight * points / self.most


def amount(written: object) -> Decimal | None:
    """A number as a person wrote it ("12,5" or "12.5"), or None."""
    try:
        value = Decimal(str(written).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def read_rubric(stored: Iterable[Mapping[str, Any]]) -> list[Criterion]:
    """The criteria of a stored rubric that has no problems, their levels from the lowest to the highest."""
    return [_criterion(number, row) for number, row in enumerate(stored, 1)]


def _criterion(number: int, row: Mapping[str, Any]) -> Criterion:
    steps = sorted((Decimal(str(level["points"])), str(level["text"])) for level in row.get("levels") or ())
    names = LEVEL_NAMES.get(len(steps), ("",) * len(steps))
    return Criterion(
        id=str(row.get("id") or f"c{number}"),
        title=str(row["criterion"]),
        weight=Decimal(str(row["weight"])),
        most=steps[-1][0] if steps else Decimal(str(row["most"])),
        levels=tuple(Level(text, points, name) for (points, text), name in zip(steps, names, strict=True)),
        text=str(row.get("text", "")),
    )


def problems(stored: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """What is wrong with a rubric. Fields are `criterion-<n>-<part>` and `rubric`, counted from 0 as on the form."""
    if not stored:
        return [Problem(N_("Rubrik memuat paling sedikit satu kriteria."), "rubric")]
    found = [problem for number, row in enumerate(stored) for problem in _row_problems(number, row)]
    weights = [amount(row.get("weight")) for row in stored]
    total = sum((weight for weight in weights if weight is not None), Decimal(0))
    if None not in weights and total != WHOLE:
        # Said at the last weight: that is the one people change to make the sum right.
        message = N_("Jumlah bobot %(total)s, seharusnya 100. Ubah salah satu bobot.")
        found.append(Problem(message, f"criterion-{len(stored) - 1}-weight", {"total": _written(total)}))
    return found


def _written(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def _row_problems(number: int, row: Mapping[str, Any]) -> list[Problem]:
    found = []
    if not str(row.get("criterion") or "").strip():
        found.append(Problem(N_("Beri nama kriteria ini."), f"criterion-{number}-title"))
    weight = amount(row.get("weight"))
    if weight is None or not 0 < weight <= WHOLE:
        found.append(Problem(N_("Bobot adalah angka di atas 0 sampai 100."), f"criterion-{number}-weight"))
    levels = row.get("levels") or ()
    return found + (_level_problems(number, levels) if levels else _most_problems(number, row.get("most")))


def _most_problems(number: int, most: object) -> list[Problem]:
    highest = amount(most)
    if highest is None or highest <= 0:
        return [
            Problem(
                N_("Tulis nilai tertinggi di atas 0, atau tambahkan tingkat."), f"criterion-{number}-most"
            )
        ]
    return []


def _level_problems(number: int, levels: Sequence[Mapping[str, Any]]) -> list[Problem]:
    points = [amount(level.get("points")) for level in levels]
    known = [value for value in points if value is not None and value >= 0]
    field = f"criterion-{number}-levels"
    if len(levels) < 2:
        return [Problem(N_("Kriteria bertingkat memuat paling sedikit dua tingkat."), field)]
    if not all(str(level.get("text") or "").strip() for level in levels):
        return [Problem(N_("Jelaskan setiap tingkat dengan satu kalimat."), field)]
    if len(known) < len(levels):
        return [Problem(N_("Poin setiap tingkat adalah angka mulai dari 0."), field)]
    if len(set(known)) < len(known):
        return [Problem(N_("Poin setiap tingkat harus berbeda."), field)]
    return []


def group_percent(rubric: Iterable[Criterion], points: Mapping[str, Decimal]) -> Decimal | None:
    """The group's mark, 0 to 100; None while a criterion has no points that it takes."""
    total = Decimal(0)
    for criterion in rubric:
        given = points.get(criterion.id)
        if given is None or not criterion.takes(given):
            return None
        total += criterion.share(given)
    return rounded(total)


def rounded(percent: Decimal) -> Decimal:
    return percent.quantize(CENT, ROUND_HALF_UP)


def member_percent(percent: Decimal, factor: Decimal) -> Decimal:
    """One member's mark: the group's times the factor, never above 100 or below 0."""
    return min(WHOLE, max(Decimal(0), rounded(percent * factor)))


def mean(percents: Sequence[Decimal]) -> Decimal:
    """What several assessors' marks (at least one) come to together."""
    return rounded(sum(percents, Decimal(0)) / len(percents))


def spread(percents: Sequence[Decimal]) -> Decimal:
    """How far the marks of several assessors lie apart; 0 for one or none."""
    return max(percents) - min(percents) if percents else Decimal(0)


def are_apart(percents: Sequence[Decimal]) -> bool:
    return spread(percents) > APART


def factor_problem(value: Decimal | None, reason: str) -> Problem | None:
    """Why a factor cannot stand. Its field is named by the caller."""
    if value not in FACTORS:
        return Problem(N_("Faktor adalah 0,70 sampai 1,10 dengan langkah 0,05."))
    if value != ONE and not reason.strip():
        return Problem(N_("Tulis alasan untuk faktor selain 1,00."))
    return None
