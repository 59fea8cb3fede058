"""PDF documents page by page: a picture for the phone, and the text for reading, searching and listening."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from lms.media.images import WIDTH, Picture, fit
from lms.media.refusals import FileRefusal, Reason, refusing

MB = 1024 * 1024
MOST_PAGES = 500
LARGEST = 200 * MB
_TALLEST = 6 * WIDTH  # px; a page of 1 × 14400 points must not become a picture of ten million rows
_NARROWEST = 560  # px; below this, body text of an A4 page cannot be read
_MOST_PIXELS = 40_000_000  # an A4 page scanned at 600 dpi has 35 million
_MOST_INFLATED = 4 * _MOST_PIXELS
_LONGEST_TEXT = 40_000  # characters a page
_TAIL = 2048
_STREAM = re.compile(rb"stream\r?\n")
_PARAGRAPH_START = re.compile(r"[•▪●○◦‣\-–*]\s|\(?(\d{1,3}|[a-z])[.)]\s")
_SHORT_LINE = 0.75  # of a full line: such a line ends its paragraph
# PDFium's word for a document without pages is that it failed with success.
_FAULTS = {raw.FPDF_ERR_PASSWORD: Reason.PASSWORD, raw.FPDF_ERR_SUCCESS: Reason.NO_PAGES}
_PDFIUM = threading.Lock()  # PDFium may be used by one thread at a time in a process


@dataclass(frozen=True)
class Page:
    """`number` counts from 1; `text` has one line a paragraph, "" where the page is only a picture (a scan)."""

    number: int
    picture: Picture
    text: str


class Pdf:
    """An open document; `title` is the author's ("" if none), `count` the number of pages."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        self._document = document
        self.count = len(document)
        self.title = " ".join(document.get_metadata_value("Title").split())

    def pages(self) -> Iterator[Page]:
        """Every page in order, one in memory at a time. Raises FileRefusal at the page that cannot be drawn."""
        for index in range(self.count):
            with _PDFIUM, refusing(Reason.DAMAGED):
                image, text = _drawn(self._document, index)
            yield Page(index + 1, fit(image, narrowest=_NARROWEST), reflowed(text))


@contextmanager
def open_pdf(source: Path | bytes) -> Iterator[Pdf]:
    """The document at a path (read as needed) or in memory; raises FileRefusal with the reason."""
    _check_bytes(source)
    with _PDFIUM:
        document = _loaded(source)
    try:
        yield Pdf(document)
    finally:
        with _PDFIUM:
            document.close()


def reflowed(text: str) -> str:
    """Lines of a page joined to paragraphs, so that the text fits any screen."""
    lines = [" ".join(line.replace("\ufffe", "-").replace("\x02", "-").split()) for line in text.splitlines()]
    lengths = sorted(map(len, filter(None, lines)))
    full = lengths[len(lengths) * 3 // 4] if lengths else 0  # not the longest: a line of a table may run far
    paragraphs: list[str] = []
    open_ended = False
    for line in filter(None, lines):
        if open_ended and not _PARAGRAPH_START.match(line):
            paragraphs[-1] += line if paragraphs[-1].endswith("-") else f" {line}"
        else:
            paragraphs.append(line)
        open_ended = len(line) >= full * _SHORT_LINE
    return "\n".join(paragraphs)


def _check_bytes(source: Path | bytes) -> None:
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if not size:
        raise FileRefusal(Reason.EMPTY)
    if size > LARGEST:
        raise FileRefusal(Reason.TOO_LARGE)
    data = source.read_bytes() if isinstance(source, Path) else source
    # PDFium mends what was cut off by leaving pages out; readers must not lose pages without a word.
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-_TAIL:]:
        raise FileRefusal(Reason.DAMAGED)
    for start in _STREAM.finditer(data):
        if _inflates_past_limit(memoryview(data)[start.end() :]):
            raise FileRefusal(Reason.BOMB)


def _inflates_past_limit(packed: memoryview) -> bool:
    """Whether a stream is a bomb; what is not deflated does not inflate."""
    inflater = zlib.decompressobj()
    total = 0
    try:
        part = inflater.decompress(packed, MB)
        while part and total <= _MOST_INFLATED:
            total += len(part)
            part = inflater.decompress(inflater.unconsumed_tail, MB)
    except zlib.error:
        pass
    return total > _MOST_INFLATED


def _loaded(source: Path | bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as fault:
        raise FileRefusal(_FAULTS.get(fault.err_code, Reason.DAMAGED)) from fault
    try:
        _check_count(len(document))
    except FileRefusal:
        document.close()
        raise
    return document


def _check_count(pages: int) -> None:
    if not pages:
        raise FileRefusal(Reason.NO_PAGES)
    if pages > MOST_PAGES:
        raise FileRefusal(Reason.TOO_MANY_PAGES, pages=pages, limit=MOST_PAGES)


def _drawn(document: pypdfium2.PdfDocument, index: int) -> tuple[Image.Image, str]:
    with closing(document[index]) as page:
        _check_pictures(page)
        width, height = page.get_size()
        scale = min(WIDTH / max(1, width), _TALLEST / max(1, height))
        with closing(page.get_textpage()) as textpage:
            text = textpage.get_text_bounded()[:_LONGEST_TEXT]
        with closing(page.render(scale=scale)) as bitmap:
            return bitmap.to_pil().convert("RGB"), text


def _check_pictures(page: Any) -> None:
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        width, height = picture.get_px_size()
        if width * height > _MOST_PIXELS:
            raise FileRefusal(Reason.TOO_MANY_PIXELS)
