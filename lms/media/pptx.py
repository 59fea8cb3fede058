"""PowerPoint files slide by slide: what is written, tabulated, pictured and noted, for reading on a phone."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pptx
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER

from lms.media.archive import Source
from lms.media.embedded import EmbeddedPicture, Pictures, described
from lms.media.office import Office, open_office
from lms.media.refusals import FileRefusal, Reason, refusing
from lms.richtext import clean

MOST_SLIDES = 500
_DEEPEST_GROUP = 20
_PICTURES = (MSO_SHAPE_TYPE.PICTURE, MSO_SHAPE_TYPE.LINKED_PICTURE)
_FURNITURE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.SLIDE_NUMBER)
_NO_TITLES = (
    "",
    "PowerPoint Presentation",
    "Presentasi PowerPoint",
)  # what PowerPoint says if nobody said anything
_LISTS = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)


@dataclass(frozen=True)
class Slide:
    """`html` is clean and has no title; `notes` is plain text; `number` counts the slides that are not hidden."""

    number: int
    title: str
    html: str
    notes: str


@dataclass(frozen=True)
class Presentation:
    """The slides in order; `lost` counts pictures that could not be kept."""

    title: str
    slides: list[Slide]
    pictures: list[EmbeddedPicture]
    lost: int


def read_pptx(source: Source) -> Presentation:
    """All slides that are shown; raises FileRefusal with the reason."""
    with open_office(source, Office.POWERPOINT), refusing(Reason.DAMAGED):
        file = pptx.Presentation(io.BytesIO(source) if isinstance(source, bytes) else str(source))
        shown = [slide for slide in file.slides if slide.element.get("show") != "0"]
        _check_count(len(shown))
        pictures = Pictures()
        slides = [_slide(number, slide, pictures) for number, slide in enumerate(shown, start=1)]
        return Presentation(_title(file, slides), slides, pictures.kept, pictures.lost)


def _title(file: Any, slides: list[Slide]) -> str:
    given = _line(file.core_properties.title)
    return given if given not in _NO_TITLES else next((slide.title for slide in slides if slide.title), "")


def _check_count(slides: int) -> None:
    if not slides:
        raise FileRefusal(Reason.NO_PAGES)
    if slides > MOST_SLIDES:
        raise FileRefusal(Reason.TOO_MANY_PAGES, pages=slides, limit=MOST_SLIDES)


def _slide(number: int, slide: Any, pictures: Pictures) -> Slide:
    heading = slide.shapes.title
    shapes = [
        shape for shape in _shapes(slide.shapes) if shape != heading and _placeholder(shape) not in _FURNITURE
    ]
    shapes.sort(key=lambda shape: (shape.top or 0, shape.left or 0))
    body = "".join(_shape(shape, pictures) for shape in shapes)
    return Slide(
        number, _line(heading.text_frame.text if heading is not None else ""), clean(body), _notes(slide)
    )


def _notes(slide: Any) -> str:
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    return "\n".join(filter(None, map(_line, frame.text.splitlines()))) if frame is not None else ""


def _shapes(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """Every shape, groups opened."""
    for shape in shapes:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP and depth < _DEEPEST_GROUP:
            yield from _shapes(shape.shapes, depth + 1)
        else:
            yield shape


def _placeholder(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _shape(shape: Any, pictures: Pictures) -> str:
    if getattr(shape, "has_table", False):
        return _table(shape.table)
    if shape.has_text_frame:
        return _text(shape.text_frame, listed=_placeholder(shape) in _LISTS)
    return _picture(shape, pictures) if shape.shape_type in _PICTURES else ""


def _text(frame: Any, *, listed: bool) -> str:
    """Paragraphs, or a list nested by their levels; a single line is no list."""
    lines = [(paragraph.level, _line(paragraph.text)) for paragraph in frame.paragraphs]
    lines = [(level, html.escape(line)) for level, line in lines if line]
    if not listed or len(lines) < 2:
        return "".join(f"<p>{line}</p>" for _, line in lines)
    parts: list[str] = []
    open_levels: list[int] = []
    for level, line in lines:
        while open_levels and open_levels[-1] > level:
            parts.append("</li></ul>")
            open_levels.pop()
        if open_levels and open_levels[-1] == level:
            parts.append("</li>")
        else:
            parts.append("<ul>")
            open_levels.append(level)
        parts.append(f"<li>{line}")
    return "".join([*parts, "</li></ul>" * len(open_levels)])


def _table(table: Any) -> str:
    rows = [[html.escape(_line(cell.text)) for cell in row.cells] for row in table.rows]
    head = rows.pop(0) if table.first_row and len(rows) > 1 else []
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{top}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def _picture(shape: Any, pictures: Pictures) -> str:
    alt = described(shape._element.nvPicPr.cNvPr.get("descr"))
    try:
        data = shape.image.blob
    except (
        AttributeError,
        KeyError,
        ValueError,
    ):  # it is only linked: its bytes are on the author's computer
        data = b""
    src = pictures.add(data, alt)
    return f'<p><img src="{src}" alt="{html.escape(alt)}"></p>' if src else ""


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
