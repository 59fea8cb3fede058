"""Slides come through in order, with what is written, tabulated, pictured and noted."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pptx
import pytest
from pptx.util import Inches

from lms.media.pptx import Presentation, read_pptx
from lms.media.refusals import FileRefusal, Reason
from tests.media.files import picture, saved, slides

TITLE_AND_TEXT, TITLE_ONLY, BLANK = 1, 5, 6


@pytest.fixture
def deck() -> Any:
    return pptx.Presentation()


def add(deck: Any, layout: int, title: str = "") -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    if title:
        slide.shapes.title.text = title
    return slide


def read(deck: Any) -> Presentation:
    return read_pptx(saved(deck))


def test_bullets_keep_their_levels(deck: Any) -> None:
    frame = add(deck, TITLE_AND_TEXT, "Asas & <b>").placeholders[1].text_frame
    frame.text = "satu"
    for level, text in ((2, "satu dalam"), (1, "satu lagi"), (0, ""), (0, "dua <i>")):
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
    slide = read(deck).slides[0]
    assert (slide.number, slide.title) == (1, "Asas & <b>")
    assert slide.html == (
        "<ul><li>satu<ul><li>satu dalam</li></ul><ul><li>satu lagi</li></ul></li><li>dua &lt;i&gt;</li></ul>"
    )


def test_a_single_line_is_no_list(deck: Any) -> None:
    add(deck, TITLE_AND_TEXT, "J").placeholders[1].text_frame.text = "kalimat"
    assert read(deck).slides[0].html == "<p>kalimat</p>"


def test_shapes_are_read_from_top_to_bottom_and_groups_are_opened(deck: Any) -> None:
    slide = add(deck, BLANK)
    for text, left, top in (("bawah", 0, 5), ("kanan", 5, 1), ("kiri", 0, 1)):
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(1), Inches(1)).text_frame.text = text
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, Inches(9), Inches(1), Inches(1)).text_frame.text = "dalam grup"
    slide = read(deck).slides[0]
    assert slide.title == ""
    assert slide.html == "<p>kiri</p><p>kanan</p><p>bawah</p><p>dalam grup</p>"


def test_a_table_has_its_header_row(deck: Any) -> None:
    table = add(deck, TITLE_ONLY, "T").shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
    for row, column, text in ((0, 0, "Asas"), (0, 1, "Arti"), (1, 0, "A<"), (1, 1, "B")):
        table.cell(row, column).text = text
    assert read(deck).slides[0].html == (
        '<div class="table-scroll" role="region" tabindex="0" aria-label="Tabel 1"><table><thead><tr><th scope="col">Asas'
        '</th><th scope="col">Arti</th></tr></thead><tbody><tr><td>A&lt;</td><td>B</td></tr></tbody></table></div>'
    )


def test_pictures_of_all_slides_are_numbered_together_once_each(deck: Any) -> None:
    for data in (picture("PNG"), picture("JPEG"), picture("PNG")):
        add(deck, BLANK).shapes.add_picture(io.BytesIO(data), 0, 0)
    deck.slides[1].shapes[0]._element.nvPicPr.cNvPr.set("descr", "Peta <1>")
    presentation = read(deck)
    assert [slide.html for slide in presentation.slides] == [
        '<p><img src="media:0" alt=""></p>',
        '<p><img src="media:1" alt="Peta &lt;1&gt;"></p>',
        '<p><img src="media:0" alt=""></p>',
    ]
    assert [kept.name for kept in presentation.pictures] == ["gambar-1.png", "gambar-2.jpg"]


def test_linked_and_unreadable_pictures_are_counted_as_lost(deck: Any) -> None:
    slide = add(deck, BLANK)
    for kind in ("BMP", "PNG"):
        slide.shapes.add_picture(io.BytesIO(picture(kind)), 0, 0)
    blip = slide.shapes[1]._element.blipFill.blip
    relation = slide.part.relate_to("http://127.0.0.1:1/x.png", "urn:gambar", is_external=True)
    namespace = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    del blip.attrib[f"{namespace}embed"]
    blip.set(f"{namespace}link", relation)
    presentation = read(deck)
    assert (presentation.lost, presentation.pictures, presentation.slides[0].html) == (2, [], "")


def test_notes_are_plain_lines_and_hidden_slides_stay_hidden(deck: Any) -> None:
    add(deck, TITLE_ONLY, "Tersembunyi")._element.set("show", "0")
    add(deck, TITLE_ONLY, "Terlihat").notes_slide.notes_text_frame.text = "ingat\n\n  jeda  "
    (slide,) = read(deck).slides
    assert (slide.number, slide.title, slide.notes) == (1, "Terlihat", "ingat\njeda")


def test_the_title_is_the_authors_or_else_the_first_slides(deck: Any) -> None:
    add(deck, BLANK)
    add(deck, TITLE_ONLY, "Modul 1")
    for nobodys in ("", "PowerPoint Presentation"):
        deck.core_properties.title = nobodys
        assert read(deck).title == "Modul 1"
    deck.core_properties.title = "Etika  ASN"
    assert read(deck).title == "Etika ASN"


def test_a_deck_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "paparan.pptx"
    path.write_bytes(slides("satu", "dua"))
    assert [slide.title for slide in read_pptx(path).slides] == ["satu", "dua"]


def test_more_slides_than_anybody_shows_are_refused(deck: Any) -> None:
    ids = deck.slides._sldIdLst
    add(deck, BLANK)
    for number in range(500):
        again = ids.add_sldId(ids[0].rId)
        again.set("id", str(1000 + number))
    with pytest.raises(FileRefusal) as refused:
        read(deck)
    assert refused.value.reason is Reason.TOO_MANY_PAGES
