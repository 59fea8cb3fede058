"""Spreadsheets in and out: XLSX and CSV become rows of text, rows become XLSX and CSV that cannot run formulas."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from lms.errors import N_, Invalid
from lms.lazy import lazy
from lms.people.cells import FORMULA_STARTS, MAX_CELL, Row, collected

if TYPE_CHECKING:
    import xlsxwriter

    from lms.people import xlsx
else:
    xlsxwriter = lazy("xlsxwriter")
    xlsx = lazy("lms.people.xlsx")

MAX_BYTES = 10 * 2**20

Cell = str | int | float | Decimal | bool | datetime.date | None

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_SEPARATORS = ";,\t|"
_SAMPLE = 20  # records
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TITLE = re.compile(r"[\[\]:*?/\\']")


def read(data: bytes) -> list[Row]:
    """The rows of an uploaded file, whatever its name says; Invalid (field "file") when it is no readable sheet.

    Numbers keep their digits and dates become 1986-03-14. A number of 16 digits or more in a number cell has lost its
    last digits to the spreadsheet: it is given as 1.98603142010012E+17 and its column stands in `destroyed`.
    """
    if len(data) > MAX_BYTES:
        raise Invalid(
            N_("Berkas lebih besar dari %(most)s MB. Bagi menjadi beberapa berkas."),
            field="file",
            most=MAX_BYTES // 2**20,
        )
    if data.startswith(b"PK\x03\x04"):
        return xlsx.read(data)
    if data.startswith(_OLD_OFFICE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise Invalid(
            xlsx.LOCKED
            if locked
            else N_("Ini format Excel lama (.xls). Simpan ulang sebagai XLSX, lalu unggah lagi."),
            field="file",
        )
    if data.startswith(_OTHER_FILES) or data.lstrip()[:1] == b"<":
        raise Invalid(xlsx.NOT_A_SHEET, field="file")
    return _csv_rows(_decoded(data))


def _decoded(data: bytes) -> str:
    named = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), None)
    for encoding in [named] if named else ["utf-8", "cp1252"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(
        N_(
            "Huruf di berkas ini tidak dapat dibaca. Simpan ulang sebagai CSV UTF-8 atau XLSX, lalu unggah lagi."
        ),
        field="file",
    )


def _csv_rows(text: str) -> list[Row]:
    separator, skipped = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return collected(
        (number, {column: _unquoted(cell) for column, cell in enumerate(record)})
        for number, record in enumerate(_records(reader), start=1)
        if number > skipped
    )


def _records(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The records until one cannot be read, which is told with its number."""
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            raise Invalid(
                N_(
                    "Baris %(row)s tidak dapat dibaca: tanda kutip tidak berpasangan atau sel terlalu panjang."
                ),
                field="file",
                row=number,
            ) from broken
        yield record


def _separator(text: str) -> tuple[str, int]:
    """The mark between cells, and 1 when Excel's line "sep=;" names it.

    Otherwise the mark that splits most of the first records into equally many cells, the more the better.
    """
    head = re.match(r"sep=([;,\t|])\r?\n", text)
    if head:
        return head[1], 1
    return max(_SEPARATORS, key=lambda mark: _evenness(text, mark)), 0


def _evenness(text: str, mark: str) -> tuple[int, int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        widths = [len(record) for record in itertools.islice(reader, _SAMPLE) if any(record)]
    except csv.Error:
        return 0, 0
    wide = [width for width in widths if width > 1]
    usual = max(wide, key=wide.count, default=1)
    return wide.count(usual), usual


def _unquoted(cell: str) -> str:
    """Some systems write ="00123" so that Excel keeps a text."""
    match = re.fullmatch(r'="([^"]*)"', cell.strip())
    return match[1] if match else cell


def defused(text: str) -> str:
    """The text with a mark before it when a spreadsheet would take it for a formula; read() takes the mark away."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_xlsx(target: BinaryIO, rows: Iterable[Sequence[Cell]], *, title: str = "Data") -> None:
    """A workbook with one sheet, first row in bold; in constant memory, so `rows` may be a query's stream.

    Texts stay texts (a NIP keeps its digits); a datetime must already be in the reader's zone.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(_TITLE.sub(" ", title)[:31])
        sheet.freeze_panes(1, 0)
        formats = {
            "head": book.add_format({"bold": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                _write(sheet, (number, column), cell, formats)


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], cell: Cell, formats: dict[str, object]
) -> None:
    if isinstance(cell, str):
        sheet.write_string(
            *place, defused(_UNFIT.sub("", cell))[:MAX_CELL], formats["head"] if place[0] == 0 else None
        )
    elif isinstance(cell, bool):
        sheet.write_boolean(*place, cell)
    elif isinstance(cell, datetime.datetime):
        sheet.write_datetime(*place, cell.replace(tzinfo=None), formats["moment"])
    elif isinstance(cell, datetime.date):
        sheet.write_datetime(*place, cell, formats["day"])
    elif cell is not None:
        sheet.write_number(*place, cell)


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """CSV line by line for a streamed answer: UTF-8 mark, ";" and decimal comma, as Indonesian Excel expects.

    Excel turns long digits of a CSV into 1.98603E+17 when it opens one; offer XLSX first where a NIP is exported.
    """
    line = io.StringIO(newline="")
    writer = csv.writer(line, delimiter=";")
    yield "\ufeff"
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return defused(_UNFIT.sub("", cell))
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float | Decimal):
        return f"{cell}".replace(".", ",")
    if isinstance(cell, datetime.datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return cell.isoformat() if cell is not None else ""
