"""Word documents come through as readable lessons."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from lms.media.docx import Section, read_docx, sections
from lms.media.embedded import described
from lms.media.images import for_phone
from lms.media.refusals import FileRefusal, Reason
from lms.richtext import clean, text_of, words
from tests.media.files import body, picture, saved, slides, word, zipped

REAL = Path(__file__).resolve().parents[2] / "../shared/content/documents/asvs-2.docx"


def test_headings_lists_tables_and_links_are_kept() -> None:
    document = docx.Document()
    document.core_properties.title = "Modul  Pelayanan"
    document.add_heading("Bab 1", 1)
    document.add_paragraph("Isi ").add_run("tebal").bold = True
    document.add_heading("Bab 1.1", 3)
    for text, style in (("satu", "List Bullet"), ("dua", "List Bullet"), ("tiga", "List Number")):
        document.add_paragraph(text, style)
    table = document.add_table(2, 2)
    for number, cell in enumerate(table._cells):
        cell.text = str(number)
    read = read_docx(saved(document))
    assert read.title == "Modul Pelayanan"
    assert read.html == (
        "<h2>Bab 1</h2><p>Isi <strong>tebal</strong></p><h3>Bab 1.1</h3><ul><li>satu</li><li>dua</li></ul>"
        '<ol><li>tiga</li></ol><div class="table-scroll" role="region" tabindex="0" aria-label="Tabel 1"><table><tbody>'
        "<tr><td><p>0</p></td><td><p>1</p></td></tr><tr><td><p>2</p></td><td><p>3</p></td></tr></tbody></table></div>"
    )


def test_pictures_stand_beside_the_text_once_each() -> None:
    document = docx.Document()
    for data in (picture("PNG"), picture("JPEG"), picture("PNG")):
        document.add_picture(io.BytesIO(data))
    document.inline_shapes[1]._inline.docPr.set("descr", "Bagan alir")
    read = read_docx(saved(document))
    assert [(kept.name, kept.alt) for kept in read.pictures] == [
        ("gambar-1.png", ""),
        ("gambar-2.jpg", "Bagan alir"),
    ]
    assert read.pictures[0].data == picture("PNG")
    assert read.html == (
        '<p><img src="media:0" alt=""></p><p><img src="media:1" alt="Bagan alir"></p><p><img src="media:0" alt=""></p>'
    )
    assert read.lost == 0


def test_a_picture_that_no_page_can_show_is_counted_as_lost() -> None:
    document = docx.Document()
    document.add_paragraph("teks")
    document.add_picture(io.BytesIO(picture("BMP")))
    read = read_docx(saved(document))
    assert (read.html, read.pictures, read.lost) == ("<p>teks</p>", [], 1)


def test_a_linked_picture_is_left_out_and_never_fetched() -> None:
    document = docx.Document()
    document.add_paragraph("teks")
    document.add_picture(io.BytesIO(picture("PNG")))
    blip = document.element.body.find(f".//{qn('a:blip')}")
    relation = document.part.relate_to("http://127.0.0.1:1/x.png", "urn:gambar", is_external=True)
    del blip.attrib[qn("r:embed")]
    blip.set(qn("r:link"), relation)
    read = read_docx(saved(document))
    assert (read.html, read.pictures, read.lost) == ("<p>teks</p>", [], 1)


def test_tables_that_only_place_text_are_unfolded_and_empty_columns_vanish() -> None:
    document = docx.Document()
    document.add_table(1, 3).cell(0, 2).text = "Pengantar"
    spaced = document.add_table(2, 3)
    for row, column in ((0, 0), (0, 2), (1, 0)):
        spaced.cell(row, column).text = f"{row}{column}"
    html = read_docx(saved(document)).html
    assert html.startswith("<p>Pengantar</p><div")
    assert "<tr><td><p>00</p></td><td><p>02</p></td></tr><tr><td><p>10</p></td><td></td></tr>" in html


def test_merged_cells_keep_their_columns() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "lebar"
    table.cell(1, 0).text = "kiri"
    assert '<td colspan="2"><p>lebar</p></td>' in read_docx(saved(document)).html


def test_the_printed_table_of_contents_is_left_out() -> None:
    document = docx.Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("Bab 1 ........ 5", "toc 1")
    document.add_heading("Bab 1", 1)
    document.add_paragraph("isi").add_run().add_break(WD_BREAK.PAGE)
    assert read_docx(saved(document)).html == "<h2>Bab 1</h2><p>isi</p>"


def test_what_was_deleted_or_hidden_in_the_code_stays_out() -> None:
    field = '<w:r><w:instrText>HYPERLINK "javascript:alert(1)"</w:instrText></w:r>'
    deleted = "<w:del><w:r><w:delText>rahasia</w:delText></w:r></w:del>"
    assert read_docx(body(f"<w:p>{field}{deleted}<w:r><w:t>isi</w:t></w:r></w:p>")).html == "<p>isi</p>"


def test_markup_in_the_text_is_only_text() -> None:
    assert read_docx(word('<script>alert(1)</script> & "kutip"')).html == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;kutip&quot;</p>"
    )


def test_without_a_title_the_first_heading_is_it() -> None:
    document = docx.Document()
    document.core_properties.title = ""
    document.add_heading("Bab & Pasal", 1)
    assert read_docx(saved(document)).title == "Bab & Pasal"
    assert read_docx(word("tanpa judul")).title in ("", "Word Document")


def test_a_link_in_a_document_goes_out_safely() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("lihat ")
    for address in ("https://bkn.go.id/a?b=1&c=2", "javascript:alert(1)"):
        relation = document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        xml = f'<w:hyperlink {nsdecls("w", "r")} r:id="{relation}"><w:r><w:t>ini</w:t></w:r></w:hyperlink>'
        paragraph._p.append(parse_xml(xml))
    assert read_docx(saved(document)).html == (
        '<p>lihat <a href="https://bkn.go.id/a?b=1&amp;c=2" rel="nofollow noopener">ini</a>ini</p>'
    )


def test_a_real_long_document_is_readable_and_splits_into_lessons() -> None:
    read = read_docx(REAL)
    assert read.title == "OWASP ASVS 2014"
    assert clean(read.html) == read.html
    assert (len(read.pictures), read.lost) == (16, 0)
    assert all(for_phone(kept.data).weight <= 60 * 1024 for kept in read.pictures)
    parts = sections(read.html)
    assert [part.title for part in parts][1:5] == [
        "Acknowledgements",
        "Copyright and License",
        "Introduction",
        "How to Use This Standard",
    ]
    assert sum(words(text_of(part.html)) for part in parts) > 0.99 * words(text_of(read.html)) - 50
    assert all(clean(part.html) == part.html for part in parts)


def test_a_document_is_cut_at_its_headings_and_nowhere_inside_a_block() -> None:
    html = clean(
        "<p>awal</p><h2>Satu &amp; <em>awal</em></h2><p>a<br>b</p>\n<h3>Rinci</h3><p>c</p><h2>Kosong</h2><h2>Dua</h2>"
        "<blockquote><h2>Kutipan</h2></blockquote><table><tr><td><h2>Sel</h2></table><p><img src='media:1'></p>"
    )
    parts = sections(html)
    assert [part.title for part in parts] == ["", "Satu & awal", "Dua"]
    assert parts[0] == Section("", "<p>awal</p>")
    assert parts[1].html == "<p>a<br>b</p><h2>Rinci</h2><p>c</p>"
    assert "Kutipan" in parts[2].html
    assert "Sel" in parts[2].html


def test_a_document_may_be_cut_at_a_deeper_level_or_not_at_all() -> None:
    html = clean("<h2>A</h2><h3>B</h3><p>b</p><h3>C</h3><p>c</p>")
    assert [part.title for part in sections(html, 3)] == ["", "B", "C"]
    assert sections("<p>x</p>") == [Section("", "<p>x</p>")]
    assert sections("") == []


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(FileRefusal) as refused:
        read_docx(saved(docx.Document()))
    assert refused.value.reason is Reason.NO_PAGES


@pytest.mark.parametrize(
    ("alt", "said"),
    [(None, ""), (" Bagan\n alir ", "Bagan alir"), ("IMG 001.JPG", ""), ("Versi 2.0", "Versi 2.0")],
)
def test_a_file_name_is_no_description(alt: str | None, said: str) -> None:
    assert described(alt) == said


def test_a_presentation_is_no_document() -> None:
    with pytest.raises(FileRefusal) as refused:
        read_docx(slides("x"))
    assert refused.value.reason is Reason.DAMAGED


@pytest.mark.parametrize("limit", ["office.LARGEST_PART", "office.HEAVIEST_PACKAGE", "embedded._MOST_BYTES"])
def test_what_is_too_much_to_hold_is_refused(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(picture("PNG")))
    assert len(read_docx(saved(document)).pictures) == 1
    monkeypatch.setattr(f"lms.media.{limit}", 20)
    with pytest.raises(FileRefusal) as refused:
        read_docx(saved(document))
    assert refused.value.reason is Reason.TOO_LARGE


def test_a_document_without_properties_is_titled_by_its_heading() -> None:
    document = docx.Document()
    document.add_heading("Judul", 1)
    document.add_paragraph("isi")
    with zipfile.ZipFile(io.BytesIO(saved(document))) as package:
        parts = {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}
    assert read_docx(zipped(parts)).title == "Judul"
