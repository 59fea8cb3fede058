"""What Word, PowerPoint and Excel files share: a zip of XML parts, judged before any parser builds a tree of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

from lms.lazy import lazy
from lms.media.archive import MB, Archive, Entry, Limits, Source, open_archive
from lms.media.refusals import FileRefusal, Reason, refusing

if TYPE_CHECKING:
    from xml.parsers import expat
else:
    expat = lazy("xml.parsers.expat")

# A long pptx has some ten parts a slide; a chart's workbook is a zip inside, a chart's workbook in that the next.
LIMITS = Limits(entries=8000, total=120 * MB, ratio=200, depth=2)
# A tree of a part costs about 1 KB an element and half of that an attribute, which keeps the largest near 150 MB.
HEAVIEST_PART = 160_000
HEAVIEST_PACKAGE = 4 * HEAVIEST_PART
LARGEST_PART = 16 * MB
DEEPEST = 150
_CHUNK = 64 * 1024
_MACRO = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml|activeX/|macrosheets/|dialogsheets/)", re.IGNORECASE)
_XML = (".xml", ".rels", ".vml")


class Office(Enum):
    """The value tells the main part's place."""

    WORD = re.compile(r"word/document\d*\.xml")
    POWERPOINT = re.compile(r"ppt/presentation\d*\.xml")
    EXCEL = re.compile(r"xl/workbook\d*\.xml")


def office_of(archive: Archive) -> Office | None:
    """Which of the three an open archive is; macros and active controls are refused; None if it is just a zip."""
    paths = [entry.path for entry in archive.entries]
    if "[Content_Types].xml" not in paths:
        return None
    if any(_MACRO.search(path) for path in paths):
        raise FileRefusal(Reason.MACRO)
    if b"macroEnabled" in archive.read("[Content_Types].xml", limit=4 * MB):
        raise FileRefusal(Reason.MACRO)
    return next((office for office in Office if any(map(office.value.fullmatch, paths))), None)


@contextmanager
def open_office(source: Source, wanted: Office) -> Iterator[Archive]:
    """The package, if it is of the wanted sort and every XML part is harmless and of a size that can be held."""
    with open_archive(source, LIMITS) as archive:
        if office_of(archive) is not wanted:
            raise FileRefusal(Reason.DAMAGED)
        parts = [entry for entry in archive.entries if entry.path.lower().endswith(_XML)]
        if sum(_check_part(archive, part) for part in parts) > HEAVIEST_PACKAGE:
            raise FileRefusal(Reason.TOO_LARGE)
        yield archive


def _check_part(archive: Archive, part: Entry) -> float:
    """Its weight in elements; refused if a parser should not get to see it."""
    if part.size > LARGEST_PART:
        raise FileRefusal(Reason.TOO_LARGE)
    watch = _Watch()
    with refusing(Reason.DAMAGED), archive.stream(part.path) as stream:
        while chunk := stream.read(_CHUNK):
            watch.parser.Parse(chunk, False)
        watch.parser.Parse(b"", True)
    return watch.weight


class _Watch:
    """Reads XML without keeping it: no document types (so no entities at all), bounded depth and number."""

    def __init__(self) -> None:
        self.weight = 0.0
        self.depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _doctype(self, *_: object) -> None:
        raise FileRefusal(Reason.UNSAFE_XML)

    def _start(self, _: str, attributes: dict[str, str]) -> None:
        self.weight += 1 + len(attributes) / 2
        self.depth += 1
        if self.weight > HEAVIEST_PART or self.depth > DEEPEST:
            raise FileRefusal(Reason.TOO_LARGE)

    def _end(self, _: str) -> None:
        self.depth -= 1
