"""Rows of text as an officer sees them in a spreadsheet, and what a cell may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.errors import N_, Invalid

MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_CELL = 32_767  # characters, as in Excel
MAX_TEXT = 20_000_000  # characters in all cells: one long text may be shared by every cell of a small file

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SCIENTIFIC = re.compile(r"-?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}")
_OUTER = " \t\n\u00a0\u200b\u200e\ufeff"


@dataclass(frozen=True)
class Row:
    """One row that holds something; `number` is the row's number in the spreadsheet, from 1.

    `destroyed` are the columns (from 0) whose long number the spreadsheet already rounded: its digits are lost.
    """

    number: int
    cells: tuple[str, ...]
    destroyed: frozenset[int] = frozenset()


def clean(text: str, row: int) -> str:
    """A cell's text without outer space and control characters; Invalid when nobody could have typed it."""
    if "\x00" in text:
        raise Invalid(
            N_(
                "Baris %(row)s berisi tanda yang tidak dapat dibaca (NUL). Simpan ulang berkas sebagai XLSX, lalu unggah lagi."
            ),
            field="file",
            row=row,
        )
    if len(text) > MAX_CELL:
        raise Invalid(
            N_("Baris %(row)s berisi sel yang terlalu panjang. Batasnya %(most)s karakter."),
            field="file",
            row=row,
            most=MAX_CELL,
        )
    text = text.strip(_OUTER)
    if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS):
        text = text[1:]  # the mark that our own exports put before a formula
    if not text.isprintable():
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(
            mark for mark in lines if mark in "\n\t" or unicodedata.category(mark) not in {"Cc", "Cs"}
        )
    return text.strip(_OUTER)


def is_destroyed(text: str) -> bool:
    """Whether this is how a spreadsheet writes a number that it could not hold, such as 1.98603E+17."""
    return bool(_SCIENTIFIC.fullmatch(text))


def collected(numbered: Iterable[tuple[int, Mapping[int, str]]]) -> list[Row]:
    """Rows from (number, {column: text}); empty cells and rows vanish, Invalid beyond the limits."""
    rows: list[Row] = []
    length = 0
    for number, cells in numbered:
        filled = {column: text for column, raw in cells.items() if (text := clean(raw, number))}
        if not filled:
            continue
        length += sum(map(len, filled.values()))
        if len(rows) == MAX_ROWS or length > MAX_TEXT:
            raise Invalid(
                N_(
                    "Berkas terlalu besar. Bagi menjadi beberapa berkas, paling banyak %(most)s baris masing-masing."
                ),
                field="file",
                most=MAX_ROWS,
            )
        rows.append(_row(number, filled))
    if not rows:
        raise Invalid(N_("Berkas tidak berisi data. Isi dulu, lalu unggah lagi."), field="file")
    return rows


def _row(number: int, filled: Mapping[int, str]) -> Row:
    last = max(filled)
    if last >= MAX_COLUMNS:
        raise Invalid(
            N_("Baris %(row)s lebih lebar dari %(most)s kolom. Hapus kolom yang tidak dipakai."),
            field="file",
            row=number,
            most=MAX_COLUMNS,
        )
    cells = tuple(filled.get(column, "") for column in range(last + 1))
    return Row(number, cells, frozenset(column for column, text in filled.items() if is_destroyed(text)))
