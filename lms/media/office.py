"""What Word, PowerPoint and Excel files share: a zip of XML parts, judged before any parser builds a tree of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from xml.parsers import expat

from lms.media.archive import MB, Archive, Limits, Source, open_archive
from lms.media.refusals import FileRefusal, Reason, refusing

# A long pptx has some ten parts a slide; a charts' workbook is a zip inside, its own charts' workbook the next.
LIMITS = Limits(entries=8000, total=300 * MB, ratio=200, depth=2)
# Word's largest part holds the whole text; a tree of it costs some 1.2 KB an element, so this keeps it near 150 MB.
MOST_ELEMENTS = 120_000
LARGEST_PART = 24 * MB
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
        for entry in archive.entries:
            if entry.path.lower().endswith(_XML):
                _check_part(archive, entry.path, entry.size)
        yield archive


def _check_part(archive: Archive, path: str, size: int) -> None:
    if size > LARGEST_PART:
        raise FileRefusal(Reason.TOO_LARGE)
    watch = _Watch()
    with refusing(Reason.DAMAGED), archive.stream(path) as stream:
        while part := stream.read(_CHUNK):
            watch.parser.Parse(part, False)
        watch.parser.Parse(b"", True)


class _Watch:
    """Reads XML without keeping it: no document types (so no entities at all), bounded depth and number."""

    def __init__(self) -> None:
        self.elements = 0
        self.depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _doctype(self, *_: object) -> None:
        raise FileRefusal(Reason.UNSAFE_XML)

    def _start(self, *_: object) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MOST_ELEMENTS or self.depth > DEEPEST:
            raise FileRefusal(Reason.TOO_LARGE)

    def _end(self, _: str) -> None:
        self.depth -= 1
