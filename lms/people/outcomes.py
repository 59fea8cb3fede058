"""What became of the rows of an import, for the page and for the file to take home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from lms.errors import N_
from lms.people.columns import RESULT
from lms.people.employee_number import EmployeeNumber, parse
from lms.people.importing import COLUMNS, original
from lms.people.models import Import, ImportKind, ImportRow, ImportState, RowState

SHOWN = 120  # characters of a cell on the page
NAMES = {ImportKind.PEOPLE: "full_name", ImportKind.UNITS: "name"}
TRIED = {
    RowState.NEW: N_("akan ditambahkan"),
    RowState.CHANGED: N_("akan diubah"),
    RowState.UNCHANGED: N_("sama, dilewati"),
    RowState.WRONG: N_("bermasalah, tidak disimpan"),
    RowState.OPEN: N_("belum diperiksa"),
}
SAVED = TRIED | {RowState.NEW: N_("ditambahkan"), RowState.CHANGED: N_("diubah")}


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem of one row: where, whose, what stood there, and what to do."""

    row: int
    name: str
    original: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a changed row changes."""

    row: int
    name: str
    fields: Sequence[tuple[str, str, str]]


def faults(imported: Import, rows: Sequence[ImportRow]) -> list[Fault]:
    return [
        Fault(
            row.number,
            shortened(original(imported, row, NAMES[imported.kind])),
            shortened(original(imported, row, problem["field"])),
            _sentence(problem),
        )
        for row in rows
        for problem in row.detail.get("problems", [])
    ]


def doubts(imported: Import, rows: Sequence[ImportRow], *, today: date) -> list[Fault]:
    """What is odd about the numbers of rows that are saved all the same."""
    return [
        Fault(
            row.number,
            shortened(original(imported, row, NAMES[imported.kind])),
            shortened(original(imported, row, "number")),
            doubt_of(row.values.get("number", ""), today=today),
        )
        for row in rows
    ]


def doubt_of(number: str, *, today: date) -> str:
    """What is odd about a number that can be, in a sentence; empty when nothing is."""
    read = parse(number, today=today)
    doubt = read.doubt if isinstance(read, EmployeeNumber) else None
    return _(doubt.message) % doubt.values if doubt else ""


def differences(imported: Import, rows: Sequence[ImportRow]) -> list[Difference]:
    labels = {column.field: column.label for column in COLUMNS[imported.kind]} | {
        "unit_id": N_("Unit kerja"),
        "agency_id": N_("Instansi"),
    }
    return [
        Difference(
            row.number,
            shortened(original(imported, row, NAMES[imported.kind])),
            [
                (_(labels.get(name, name)), str(row.detail["before"].get(name) or "–"), str(new or "–"))
                for name, new in row.detail.get("after", {}).items()
                if name not in {"unit_id", "agency_id", "superior_id"}
            ],
        )
        for row in rows
    ]


def shortened(text: str) -> str:
    """A cell's text as a table can show it; the whole text stands in the file."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"


def _sentence(problem: dict[str, object]) -> str:
    message, values = problem["message"], problem.get("values") or {}
    assert isinstance(values, dict)
    # A column's name is a sentence of ours too; every sentence of these rows was marked where it was written.
    named = {name: _(value) if name == "label" else value for name, value in values.items()}
    return str(_(message) % named)


def sheet(imported: Import, rows: Sequence[ImportRow]) -> Iterator[list[str]]:
    """The rows as they were sent, each with its outcome, as a sheet that can be mended and sent again."""
    words = SAVED if imported.state is ImportState.DONE else TRIED
    yield [*map(str, imported.header), *(_(title) for title in RESULT)]
    width = len(imported.header)
    for row in rows:
        cells = [*map(str, row.cells), *[""] * (width - len(row.cells))]
        problems = " ".join(_sentence(problem) for problem in row.detail.get("problems", []))
        yield [*cells, str(row.number), _(words[row.state]), problems]
