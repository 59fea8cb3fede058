"""The first visible sheet of an XLSX workbook as text, read as a stream.

Readers that build the whole grid can be brought down by a file of a few kilobytes with one cell in the last corner
(550 GB were asked for, and the process ended); here a cell costs what it holds, and XML entities are refused.
"""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Context, Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml.ElementTree import fromstring

from lms.errors import N_, Invalid
from lms.people.cells import Row, collected

MAX_UNPACKED = 60 * 2**20  # bytes of XML in one part
MAX_INDEX_PART = 4 * 2**20  # bytes of a part that is read as a tree
MAX_CELLS = 400_000
_DEEPEST = 64  # elements inside each other
_CHUNK = 64 * 1024

NOT_A_SHEET = N_(
    "Berkas ini bukan XLSX atau CSV yang utuh. Simpan ulang sebagai XLSX atau CSV, lalu unggah lagi."
)
LOCKED = N_("Berkas dikunci kata sandi. Simpan ulang tanpa kata sandi, lalu unggah lagi.")
TOO_LARGE = N_("Isi berkas terlalu besar. Hapus gambar dan lembar yang tidak dipakai, lalu unggah lagi.")

# Whatever a broken or hostile archive makes the standard library raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    expat.ExpatError,
    InvalidOperation,
    ValueError,
    LookupError,
    NotImplementedError,
    OverflowError,
    EOFError,
    OSError,
)

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_NOT_DATE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_FIFTEEN = Context(prec=15)  # as many digits as a spreadsheet keeps
_MOST_DAYS = 2_958_465  # 31 December 9999
_FIRST_1904 = datetime.datetime(1904, 1, 1, tzinfo=datetime.UTC)
_FIRST_1900 = datetime.datetime(
    1899, 12, 30, tzinfo=datetime.UTC
)  # one day off before a 29 February that never was


def read(data: bytes) -> list[Row]:
    """The rows of the first visible sheet; Invalid when this is not a workbook that we can and dare to read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Workbook(archive).rows()
    except RuntimeError as broken:  # zipfile's word for an encrypted member; NotImplementedError is one, too
        raise Invalid(
            NOT_A_SHEET if isinstance(broken, NotImplementedError) else LOCKED, field="file"
        ) from broken
    except _BROKEN as broken:
        raise Invalid(NOT_A_SHEET, field="file") from broken


class _Workbook:
    """The parts of one archive, found by their relations and never by guessed names."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        [root, *_] = [target for kind, target in self._relations("").values() if kind == "officeDocument"]
        self.tree = self._tree(root)
        self.parts = self._relations(root)

    def rows(self) -> list[Row]:
        """What the first visible sheet holds."""
        sheets = [sheet for sheet in _all(self.tree, "sheet") if sheet.get("state", "visible") == "visible"]
        [relation, *_] = [value for name, value in sheets[0].attrib.items() if name.endswith("}id")]
        settings = next(iter(_all(self.tree, "workbookPr")), None)
        since_1904 = settings is not None and settings.get("date1904") in {"1", "true"}
        sheet = _Sheet(self._shared(), self._date_styles(), since_1904)
        self._stream(self.parts[relation][1], sheet)
        return collected(sorted(sheet.rows.items()))

    def _shared(self) -> list[str]:
        strings = _SharedStrings()
        for kind, target in self.parts.values():
            if kind == "sharedStrings":
                self._stream(target, strings)
        return strings.texts

    def _date_styles(self) -> frozenset[int]:
        """The cell styles that show a number as a date or time."""
        target = next((target for kind, target in self.parts.values() if kind == "styles"), None)
        if target is None:
            return frozenset()
        tree = self._tree(target)
        own = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in _all(tree, "numFmt")}
        styles = [
            int(one.get("numFmtId", "0")) for group in _all(tree, "cellXfs") for one in _all(group, "xf")
        ]
        return frozenset(at for at, number in enumerate(styles) if _is_date(number, own))

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id to (kind, part) of one part."""
        folder, name = posixpath.split(part)
        found = {}
        for one in _all(self._tree(posixpath.join(folder, "_rels", f"{name}.rels")), "Relationship"):
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
            found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], target)
        return found

    def _tree(self, part: str) -> Element:
        return fromstring(b"".join(self._chunks(part, MAX_INDEX_PART)), forbid_dtd=True)

    def _stream(self, part: str, target: _SharedStrings | _Sheet) -> None:
        # Expat itself, because a large sheet means a million calls; without a DTD it knows no entities of a file's own.
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = target.start, target.end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = target.data, _refuse_doctype
        for chunk in self._chunks(part, MAX_UNPACKED):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _chunks(self, part: str, most: int) -> Iterator[bytes]:
        # zipfile never gives more than the size that a member declares.
        if self.archive.getinfo(part).file_size > most:
            raise Invalid(TOO_LARGE, field="file")
        with self.archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


class _SharedStrings:
    """Collects the texts that cells point to; phonetic hints are not part of a text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._inside: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if _enter(self._inside, tag) == "si":
            self._pieces = []

    def data(self, text: str) -> None:
        if self._inside[-1:] == ["t"] and "rPh" not in self._inside:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        if self._inside.pop() == "si":
            self.texts.append(_unescaped("".join(self._pieces)))


class _Sheet:
    """Collects the cells that hold something, row by row."""

    def __init__(self, shared: list[str], dates: frozenset[int], since_1904: bool) -> None:
        self.rows: dict[int, dict[int, str]] = {}
        self._shared, self._dates, self._since_1904 = shared, dates, since_1904
        self._row = self._column = self._kept = 0
        self._cell: dict[str, str] = {}
        self._pieces: list[str] = []
        self._inside: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _enter(self._inside, tag)
        if name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif name == "c":
            self._cell, self._pieces = attributes, []
            self._row, self._column = _place(attributes.get("r"), self._row, self._column + 1)

    def data(self, text: str) -> None:
        if self._inside[-1:] == ["v"] or (self._inside[-1:] == ["t"] and "rPh" not in self._inside):
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        if self._inside.pop() == "c" and self._pieces:
            self._keep(self._text("".join(self._pieces)))

    def _keep(self, text: str) -> None:
        self._kept += 1
        if self._kept > MAX_CELLS:
            raise Invalid(TOO_LARGE, field="file")
        self.rows.setdefault(self._row, {})[self._column - 1] = text

    def _text(self, value: str) -> str:
        kind = self._cell.get("t", "n")
        if kind == "s":
            return self._shared[max(0, int(value))]
        if kind in {"str", "inlineStr"}:
            return _unescaped(value)
        if kind == "n":
            return _number(
                Decimal(value.strip()), int(self._cell.get("s", "0")) in self._dates, self._since_1904
            )
        return {"b": {"1": "TRUE"}.get(value, "FALSE"), "d": value.removesuffix("T00:00:00")}.get(kind, "")


def _enter(inside: list[str], tag: str) -> str:
    """Note that an element opens; a workbook is never deep, so a deep one is an attack on the reader."""
    if len(inside) == _DEEPEST:
        raise ValueError(tag)
    inside.append(_local(tag))
    return inside[-1]


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a workbook has no document type")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _all(tree: Element, name: str) -> list[Element]:
    return [one for one in tree.iter() if _local(one.tag) == name]


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Row and column of "B7"; without a reference the next one in the row."""
    if reference is None:
        return row, column
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    letters = 0
    for letter in match[1]:
        letters = letters * 26 + ord(letter) - 64
    return int(match[2]), letters


def _unescaped(text: str) -> str:
    """_x000A_ and the like are how a workbook writes what XML cannot hold."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _is_date(number: int, own: dict[int, str]) -> bool:
    code = _NOT_DATE.sub("", own.get(number, "")).lower()
    return number in _DATE_FORMATS if number not in own else any(mark in code for mark in "ymdhs")


def _number(value: Decimal, as_date: bool, since_1904: bool) -> str:
    """A number in the digits that the spreadsheet kept; one that it could not keep as 1.98603142010012E+17."""
    if not value.is_finite():
        raise ValueError(value)
    if as_date and 0 <= value < _MOST_DAYS:
        return _moment(value, since_1904)
    kept = _FIFTEEN.plus(value)
    if kept and not -20 < kept.adjusted() < 15:
        return f"{kept:.14E}"
    text = f"{kept:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(serial: Decimal, since_1904: bool) -> str:
    """Days since the workbook's first day as 1986-03-14, 1986-03-14 10:05 or 10:05."""
    seconds = int((serial * 86_400).to_integral_value())
    first = (
        _FIRST_1904
        if since_1904
        else _FIRST_1900
        if serial >= 60
        else _FIRST_1900 + datetime.timedelta(days=1)
    )
    moment = first + datetime.timedelta(seconds=seconds)
    time = f"{moment:%H:%M:%S}".removesuffix(":00")
    if serial < 1:
        return time
    return f"{moment:%Y-%m-%d}" if time == "00:00" else f"{moment:%Y-%m-%d} {time}"
