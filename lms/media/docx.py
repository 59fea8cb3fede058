"""Word documents as lesson prose, with their pictures beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import compress
from pathlib import Path
from typing import Any

import mammoth
from defusedxml import ElementTree
from mammoth import documents
from mammoth.docx.files import InvalidFileReferenceError

from lms.media.archive import Archive, Source
from lms.media.embedded import EmbeddedPicture, Pictures, described
from lms.media.office import Office, open_office
from lms.media.refusals import FileRefusal, Reason, refusing
from lms.richtext import clean, text_of

# Word's own table of contents leads to page numbers, which a lesson does not have.
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='toc 1'] => !
p[style-name='toc 2'] => !
p[style-name='toc 3'] => !
p[style-name='TOC Heading'] => !
p[style-name='table of figures'] => !
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
u => u
"""
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_CORE = "docProps/core.xml"


@dataclass(frozen=True)
class Document:
    """`html` is clean; `lost` counts pictures that could not be kept."""

    title: str
    html: str
    pictures: list[EmbeddedPicture]
    lost: int


@dataclass(frozen=True)
class Section:
    """A part of a document with its own heading ("" for what stands before the first)."""

    title: str
    html: str


def read_docx(source: Source) -> Document:
    """The document as one piece of prose; raises FileRefusal with the reason."""
    with open_office(source, Office.WORD) as archive, refusing(Reason.DAMAGED):
        pictures = Pictures()
        html = clean(_converted(source, pictures))
        if not html:
            raise FileRefusal(Reason.NO_PAGES)
        return Document(_title(archive) or _first_heading(html), html, pictures.kept, pictures.lost)


def sections(html: str, level: int = 2) -> list[Section]:
    """Clean HTML cut at its headings of one level, to become several lessons.

    Headings inside a quote or a table do not cut; a heading with nothing under it makes no lesson.
    """
    cuts = _Cuts(html, f"h{level}").places
    starts = [0, *(start for start, _ in cuts)]
    ends = [*(start for start, _ in cuts), len(html)]
    bodies = [0, *(body for _, body in cuts)]
    parts = [
        Section(text_of(html[start:body]), clean(html[body:end]))
        for start, body, end in zip(starts, bodies, ends, strict=True)
    ]
    return [part for part in parts if part.html]


def _converted(source: Source, pictures: Pictures) -> str:
    def keep(image: Any) -> dict[str, str]:
        alt = described(image.alt_text)
        try:
            with image.open() as file:
                data = file.read()
        except InvalidFileReferenceError:  # it is only linked: its bytes are on the author's computer
            data = b""
        return {"src": pictures.add(data, alt) or "", "alt": alt}

    stream = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
    with stream:
        result = mammoth.convert_to_html(
            stream,
            style_map=_STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=mammoth.images.img_element(keep),
            transform_document=_for_phones,
        )
    return str(result.value)


def _for_phones(element: Any) -> Any:
    """Without what only places text on paper: tables with a single filled cell, and columns that are all empty."""
    if not hasattr(element, "children"):
        return element
    children: list[Any] = []
    for child in map(_for_phones, element.children):
        children.extend(_unfolded(child) if isinstance(child, documents.Table) else [child])
    return element.copy(children=children)


def _unfolded(table: Any) -> list[Any]:
    filled = [cell for row in table.children for cell in row.children if _is_filled(cell)]
    if len(filled) == 1:
        return list(filled[0].children)
    rows = [row.children for row in table.children]
    if any(
        len(row) != len(rows[0]) or any(cell.colspan > 1 or cell.rowspan > 1 for cell in row) for row in rows
    ):
        return [table]
    wanted = [any(map(_is_filled, column)) for column in zip(*rows, strict=True)]
    return [
        table.copy(
            children=[row.copy(children=list(compress(row.children, wanted))) for row in table.children]
        )
    ]


def _is_filled(cell: Any) -> bool:
    return any(map(_says_something, _inside(cell)))


def _inside(element: Any) -> Iterator[Any]:
    yield element
    for child in getattr(element, "children", ()):
        yield from _inside(child)


def _says_something(element: Any) -> bool:
    if isinstance(element, documents.Text):
        return bool(element.value.strip())
    return isinstance(element, documents.Image)


def _title(archive: Archive) -> str:
    if all(entry.path != _CORE for entry in archive.entries):
        return ""
    return " ".join((ElementTree.fromstring(archive.read(_CORE)).findtext(_TITLE) or "").split())


def _first_heading(html: str) -> str:
    heading = re.search(r"<h2>(.*?)</h2>", html, re.DOTALL)
    return text_of(heading[1]) if heading else ""


class _Cuts(HTMLParser):
    """Where headings of one level that stand in no other element start, and where what follows them does."""

    def __init__(self, html: str, heading: str) -> None:
        super().__init__(convert_charrefs=False)
        self.places: list[tuple[int, int]] = []
        self._heading = heading
        self._depth = 0
        self._start = 0
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("br", "hr", "img"):
            return
        if tag == self._heading and not self._depth:
            self._start = self._position()
        self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth -= 1
        if tag == self._heading and not self._depth:
            self.places.append((self._start, self._position() + len(f"</{tag}>")))

    def _position(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
