"""A file's kind comes from its bytes, and its name has to agree."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.media.names import LONGEST, clean_name, extension
from lms.media.refusals import FileRefusal, Reason
from lms.media.sniff import HEAD, Kind, kind_of
from tests.media.files import MP4, pdf, picture, slides, word, zipped

CONTENT = Path(__file__).resolve().parents[2] / "../shared/content"
SHEET = zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})
HONEST = [
    ("foto.jpg", picture("JPEG"), Kind.JPEG),
    ("FOTO.JPEG", picture("JPEG"), Kind.JPEG),
    ("bagan.png", picture("PNG"), Kind.PNG),
    ("bagan.webp", picture("WEBP"), Kind.WEBP),
    ("gerak.gif", picture("GIF"), Kind.GIF),
    ("modul.pdf", pdf(), Kind.PDF),
    ("surat.docx", word("isi"), Kind.DOCX),
    ("paparan.pptx", slides("isi"), Kind.PPTX),
    ("nilai.xlsx", SHEET, Kind.XLSX),
    ("bukti.zip", zipped({"a.txt": "x"}), Kind.ZIP),
    ("peserta.csv", b"nip;nama\r\n1;A\r\n", Kind.CSV),
    ("peserta.csv", b"\xff\xfe" + "nip\tnama\n".encode("utf-16-le"), Kind.CSV),
    ("catatan.txt", "Jum’at".encode(), Kind.TEXT),
    ("catatan.txt", b"Jum\x92at, caf\xe9", Kind.TEXT),
    ("materi.md", b"# Judul\n", Kind.MARKDOWN),
    ("takarir.vtt", b"WEBVTT\n\n", Kind.VTT),
    ("takarir.srt", b"1\n00:00:01,000 --> 00:00:02,000\nA\n", Kind.SRT),
    ("video.mp4", MP4, Kind.MP4),
    ("video.m4v", b"\0\0\0\x20ftypM4V " + bytes(16), Kind.MP4),
    ("ponsel.3gp", b"\0\0\0\x1cftyp3gp4" + bytes(16), Kind.MP4),
    ("iphone.mov", b"\0\0\0\x14ftypqt  " + bytes(16), Kind.MOV),
    ("iphone.mp4", b"\0\0\0\x14ftypqt  " + bytes(16), Kind.MP4),
    ("suara.m4a", b"\0\0\0\x1cftypM4A " + bytes(16), Kind.M4A),
    ("suara.mp3", b"ID3\x04\0\0\0\0\0\0", Kind.MP3),
    ("suara.mp3", b"\xff\xfb\x90\x64" + bytes(16), Kind.MP3),
    ("pesan.opus", b"OggS\0\x02" + bytes(16), Kind.OGG),
    ("rekam.webm", b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", Kind.WEBM),
    ("tanpa-akhiran", picture("JPEG"), Kind.JPEG),
    ("tanpa-akhiran", b"teks saja", Kind.TEXT),
]


@pytest.mark.parametrize(
    ("name", "data", "kind"), HONEST, ids=[f"{name}-{kind.name}" for name, _, kind in HONEST]
)
def test_an_honest_file_is_what_it_says(name: str, data: bytes, kind: Kind) -> None:
    assert kind_of(data[:HEAD], name, whole=lambda: data) is kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("documents/asvs-2.docx", Kind.DOCX),
        ("documents/asvs-2009-id.pdf", Kind.PDF),
        ("video/bigbuckbunny.mp4", Kind.MP4),
        ("opensource-guide-id/metrics.md", Kind.MARKDOWN),
    ],
)
def test_real_files_are_what_they_say(path: str, kind: Kind) -> None:
    file = CONTENT / path
    assert kind_of(file.read_bytes()[:HEAD], file.name, whole=file) is kind


def test_without_the_whole_file_a_name_is_believed_among_zips_only() -> None:
    assert kind_of(word("x")[:HEAD], "surat.docx") is Kind.DOCX
    assert kind_of(word("x")[:HEAD], "surat.zip") is Kind.ZIP
    with pytest.raises(FileRefusal) as refused:
        kind_of(word("x")[:HEAD], "surat.pdf")
    assert refused.value.reason is Reason.NAME_AND_BYTES_DIFFER


def test_a_lie_is_named_on_both_sides() -> None:
    with pytest.raises(FileRefusal) as refused:
        kind_of(picture("PNG"), "foto.jpg")
    assert refused.value.values == {"named": "jpg", "found": ".png"}
    assert "berakhiran .jpg, tetapi isinya .png" in str(refused.value)
    with pytest.raises(FileRefusal) as unknown:
        kind_of(b"\x1f\x8b\x08\0\0\0\0\0\0\0", "foto.jpg")
    assert str(unknown.value.values["found"]).startswith(".gz")


def test_what_looks_like_nothing_is_not_called_something() -> None:
    with pytest.raises(FileRefusal) as refused:
        kind_of(b"\x80\x03}q\x00", "rekaman.mp4")
    assert refused.value.reason is Reason.NOT_AS_NAMED
    assert "berakhiran .mp4, tetapi isinya rusak atau jenis lain" in str(refused.value)


@given(st.binary(max_size=64), st.text(max_size=20))
def test_any_bytes_under_any_name_get_a_kind_or_a_reason(head: bytes, name: str) -> None:
    with suppress(FileRefusal):  # nothing else may be raised
        assert kind_of(head, name) in Kind


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Dokumen\\Surat Tugas.docx", "Surat Tugas.docx"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("a\0b\r\n.pdf", "ab.pdf"),
        ("  spasi   ganda . ", "spasi ganda"),
        ('<b>"x"|?*.txt', "_b__x____.txt"),
        ("Jum’at e\u0301.pdf", "Jum’at é.pdf"),
        ("...", "berkas"),
        ("", "berkas"),
    ],
)
def test_names_are_shown_without_tricks(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


def test_long_names_keep_their_extension() -> None:
    name = clean_name("é" * 300 + ".pdf")
    assert name.endswith("é.pdf")
    assert len(name.encode()) <= LONGEST


@given(st.text())
def test_a_clean_name_stays_as_it_is_and_fits(name: str) -> None:
    cleaned = clean_name(name)
    assert clean_name(cleaned) == cleaned
    assert 0 < len(cleaned.encode()) <= LONGEST
    assert not set(cleaned) & set("/\\\0\n\u202e")


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.tar.GZ", "gz"), (".profil", ""), ("tanpa", ""), ("a.pdf ", "pdf")]
)
def test_the_last_suffix_counts(name: str, suffix: str) -> None:
    assert extension(name) == suffix
