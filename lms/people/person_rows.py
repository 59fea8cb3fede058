"""A row of a people's import, in words: the values that its cells mean, or what is wrong with them. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from lms.errors import N_
from lms.people import readings
from lms.people.columns import PEOPLE
from lms.people.models import EmploymentType
from lms.problems import Problem

LONGEST = 300  # characters of a name, a title or a position
REQUIRED = {column.field: column.label for column in PEOPLE if column.required}
EMPTY = N_("%(label)s belum diisi. Kolom ini wajib.")
TOO_LONG = N_("Isi sel terlalu panjang (%(count)s karakter). Batasnya %(most)s karakter.")

Values = dict[str, str]

_SIMPLE: dict[str, Callable[[str], object]] = {
    "employment_type": readings.employment,
    "position_type": readings.position,
    "status": readings.status,
    "email": readings.email,
    "phone": readings.phone,
}


def read(cells: Mapping[str, str], *, today: datetime.date) -> tuple[Values, list[Problem]]:
    """Values by field, as text that JSON can hold. An empty cell gives no value and therefore changes nothing."""
    values: Values = {}
    problems = [
        Problem(EMPTY, field, {"label": label}) for field, label in REQUIRED.items() if not cells.get(field)
    ]
    filled = {field: text for field, text in cells.items() if text}
    kind = readings.employment(filled["employment_type"]) if "employment_type" in filled else None
    known = kind if isinstance(kind, EmploymentType) else None
    for field, text in sorted(filled.items(), key=lambda cell: cell[0] == "grade"):  # a grade knows its rank
        meaning = _as_text(field, _meaning(field, text, known, today))
        if isinstance(meaning, Problem):
            problems.append(meaning)
        else:
            values.update(meaning)
    return _named(values), problems


def _meaning(field: str, text: str, kind: EmploymentType | None, today: datetime.date) -> object:
    """What a cell means, or a Problem."""
    match field:
        case "number":
            return readings.number(text, kind or EmploymentType.PNS, today=today)
        case "superior":
            return readings.number(text, EmploymentType.OTHER, today=today, field="superior")
        case "grade":
            return readings.grade(text, kind)
        case "position_since":
            return readings.day(text, field)
        case _:
            return _SIMPLE[field](text) if field in _SIMPLE else short_text(text, field)


def short_text(text: str, field: str) -> str | Problem:
    """One line of text that is not endless."""
    line = " ".join(text.split())
    if len(line) > LONGEST:
        return Problem(TOO_LONG, field, {"count": len(line), "most": LONGEST})
    return line


def _as_text(field: str, meaning: Any) -> Mapping[str, str] | Problem:
    if isinstance(meaning, Problem):
        return meaning
    if field == "number":
        return {"number": meaning[0], "number_kind": meaning[1]}
    if field == "superior":
        return {"superior": meaning[0]}
    if field == "grade":
        return {"grade": meaning.code, **({"rank_name": meaning.rank} if meaning.rank else {})}
    return {field: meaning.isoformat() if isinstance(meaning, datetime.date) else str(meaning)}


def _named(values: Values) -> Values:
    """A name that still carries its titles ("Siti Aminah, S.E., M.Si.") gives them up."""
    name, comma, titles = values.get("full_name", "").partition(",")
    if comma and "back_title" not in values and titles.strip():
        return {**values, "full_name": name.strip(), "back_title": titles.strip()}
    return values


def repeated(numbers: Mapping[int, str]) -> dict[int, int]:
    """Rows whose number also stands in another row, with the first such row."""
    rows: dict[str, list[int]] = {}
    for row, number in numbers.items():
        if number:
            rows.setdefault(number, []).append(row)
    several = [found for found in rows.values() if len(found) > 1]
    return {row: found[1] if row == found[0] else found[0] for found in several for row in found}
