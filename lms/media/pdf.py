"""PDF documents page by page: a picture for the phone, and the text for reading, searching and listening."""

from __future__ import annotations

import mmap
import re
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
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
_MOST_INFLATED_TOGETHER = 2048 * MB
_CHUNK = 64 * 1024
_LONGEST_TEXT = 40_000  # characters a page
_TAIL = 2048
_STREAM = re.compile(rb"stream\r?\n")
_PARAGRAPH_START = re.compile(r"[•▪●○◦‣\-–*]\s|\(?(\d{1,3}|[a-z])[.)]\s")
_SHORT_LINE = 0.75  # of a full line: such a line ends its paragraph
_NO_PDF = b"x"
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


@contextmanager
def _bytes_of(source: Path | bytes) -> Iterator[bytes | mmap.mmap]:
    """A file's bytes without holding them."""
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        yield view


def _check_bytes(source: Path | bytes) -> None:
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if not size:
        raise FileRefusal(Reason.EMPTY)
    if size > LARGEST:
        raise FileRefusal(Reason.TOO_LARGE)
    with _bytes_of(source) as data:
        # PDFium mends what was cut off by leaving pages out; readers must not lose pages without a word.
        if data[:5] != b"%PDF-" or b"%%EOF" not in data[-_TAIL:]:
            raise FileRefusal(Reason.DAMAGED)
        together = 0
        for start in _STREAM.finditer(data):
            inflated = _inflated(data, start.end())
            together += inflated
            if inflated > _MOST_INFLATED or together > _MOST_INFLATED_TOGETHER:
                raise FileRefusal(Reason.BOMB)


def _inflated(data: bytes | mmap.mmap, at: int) -> int:
    """How many bytes a stream unpacks to, counted until they are too many; what is not deflated does not inflate."""
    inflater = zlib.decompressobj()
    total = 0
    with suppress(zlib.error):
        while not inflater.eof and total <= _MOST_INFLATED and (packed := data[at : at + _CHUNK]):
            at += len(packed)
            while packed and total <= _MOST_INFLATED:
                total += len(inflater.decompress(packed, MB))
                packed = inflater.unconsumed_tail
    return total


def _loaded(source: Path | bytes) -> pypdfium2.PdfDocument:
    # PDFium keeps the last fault and forgets to set one for a document without pages, so it is set beforehand.
    raw.FPDF_LoadMemDocument64(_NO_PDF, len(_NO_PDF), None)
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as fault:
        locked = fault.err_code == raw.FPDF_ERR_PASSWORD
        raise FileRefusal(Reason.PASSWORD if locked else _reason_of(source)) from fault
    try:
        _check_count(len(document))
    except FileRefusal:
        document.close()
        raise
    return document


def _reason_of(source: Path | bytes) -> Reason:
    """Damaged, or sound but without pages."""
    if isinstance(source, Path):
        handle = raw.FPDF_LoadDocument(f"{source}\0".encode(), None)
    else:
        handle = raw.FPDF_LoadMemDocument64(source, len(source), None)
    if not handle:
        return Reason.DAMAGED
    raw.FPDF_CloseDocument(handle)
    return Reason.NO_PAGES


def _check_count(pages: int) -> None:
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
