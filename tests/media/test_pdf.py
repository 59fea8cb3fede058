"""PDF pages become pictures and text, one at a time."""

from __future__ import annotations

import io
import itertools
import zlib
from pathlib import Path

import pytest
from PIL import Image

from lms.media.images import WEIGHT, WIDTH
from lms.media.pdf import open_pdf, reflowed
from lms.media.refusals import FileRefusal, Reason
from tests.media.files import LOCKED_PDF, pdf

REAL = Path(__file__).resolve().parents[2] / "../shared/content/documents/asvs-2009-id.pdf"


def test_a_page_has_its_number_its_picture_and_its_text() -> None:
    with open_pdf(pdf(3, title="Modul  Dasar")) as document:
        assert (document.title, document.count) == ("Modul Dasar", 3)
        pages = list(document.pages())
    assert [page.number for page in pages] == [1, 2, 3]
    assert [page.text for page in pages] == ["Halo dunia"] * 3
    for page in pages:
        image = Image.open(io.BytesIO(page.picture.data))
        assert (image.format, image.size) == ("WEBP", (720, 480))


def test_a_real_document_is_read_whole_from_its_path() -> None:
    with open_pdf(REAL) as document:
        pages = list(document.pages())
        assert document.title == "OWASP Application Security Verification Standard 2008"
    assert len(pages) == 43
    assert (
        "framework. Aplikasi dengan kompleksitas moderat contohnya adalah aplikasi Web 1.0 yang"
        in pages[5].text
    )
    assert all(500 < page.picture.width <= WIDTH for page in pages)
    assert sum(page.picture.weight <= WEIGHT for page in pages) >= 42


def test_pages_are_drawn_only_when_they_are_asked_for() -> None:
    flooded_second = pdf(2).replace(b"/Contents 4 0 R", b"/Contents 9 0 R")
    with open_pdf(flooded_second) as document:
        assert next(document.pages()).number == 1


def test_a_document_without_a_title_has_none() -> None:
    with open_pdf(pdf()) as document:
        assert document.title == ""


def test_a_page_without_text_is_only_a_picture() -> None:
    with open_pdf(pdf(content=b"1 0 0 rg 10 10 50 50 re f")) as document:
        page = next(document.pages())
    assert page.text == ""
    assert page.picture.width == WIDTH


def test_the_number_of_pages_is_said_when_there_are_too_many() -> None:
    with open_pdf(pdf(500)) as document:
        assert document.count == 500
    with pytest.raises(FileRefusal) as refused, open_pdf(pdf(501)):
        pass
    assert refused.value.reason is Reason.TOO_MANY_PAGES
    assert "501 halaman, lebih dari batas 500" in str(refused.value)


def test_a_locked_a_damaged_and_an_empty_document_are_told_apart_in_any_order(tmp_path: Path) -> None:
    whole = pdf(2)
    files = {
        LOCKED_PDF: Reason.PASSWORD,
        whole[:-10]: Reason.DAMAGED,
        pdf(0): Reason.NO_PAGES,
        b"": Reason.EMPTY,
    }
    files[b"%PDF-1.7\n%%EOF"] = Reason.DAMAGED
    for data, other in itertools.permutations(files, 2):
        (tmp_path / "x.pdf").write_bytes(other)
        assert (_reason(data), _reason(tmp_path / "x.pdf")) == (files[data], files[other])


def _reason(source: Path | bytes) -> Reason:
    with pytest.raises(FileRefusal) as refused, open_pdf(source):
        pass
    return refused.value.reason


def test_streams_that_unpack_to_too_much_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    document = pdf(packed=zlib.compress(bytes(100_000)))
    monkeypatch.setattr("lms.media.pdf._MOST_INFLATED_TOGETHER", 99_999)
    assert _reason(document) is Reason.BOMB


def test_a_file_larger_than_any_document_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "besar.pdf"
    with path.open("wb") as file:
        file.truncate(201 * 1024 * 1024)  # a hole, not bytes
    assert _reason(path) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("", ""),
        (
            "Judul\nSatu kalimat yang panjang sekali di baris ini\ndan diteruskan sampai di sini, hampir penuh\njuga.",
            None,
        ),
        (
            "kata yang dipenggal di ujung baris orang-\norang itu semuanya ada di sini sekarang",
            "orang-orang itu",
        ),
        ("• butir pertama yang cukup panjang juga\n• butir kedua yang cukup panjang juga", "juga\n• butir"),
        ("1. langkah pertama yang cukup panjang\n2. langkah kedua yang cukup panjang", "panjang\n2. langkah"),
    ],
)
def test_lines_flow_into_paragraphs(lines: str, text: str | None) -> None:
    expected = "Judul\nSatu kalimat yang panjang sekali di baris ini dan diteruskan sampai di sini, hampir penuh juga."
    assert (expected if text is None else text) in reflowed(lines)
