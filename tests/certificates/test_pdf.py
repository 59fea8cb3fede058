"""The printed page: what can be read from it, that it is the same each time, and that long names stay whole."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from courses.certificates import pdf
from courses.certificates.wording import MOST_SUBJECTS
from tests.certificates.conftest import SIGNATORY

CODE, ADDRESS = "23D4WJ0M9FPES5HW", "https://bina.example.go.id/v/23D4WJ0M9FPES5HW"
FACTS: dict[str, Any] = {
    "issuer": "Pemerintah Kota Sorong",
    "organiser": "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
    "heading": "SERTIFIKAT",
    "number": "800.2.2/0148/BKPSDM/XI/2026",
    "legal_basis": "Berdasarkan Peraturan Wali Kota Nomor 12 Tahun 2025",
    "name": "Dr. Ir. Maria Magdalena Wairisal, S.E., M.Si.",
    "employee_number": "198503122010012004",
    "rank": "Penata Tingkat I",
    "grade": "III/d",
    "position": "Analis Kebijakan",
    "unit": "Dinas Kependudukan dan Pencatatan Sipil",
    "agency": "Pemerintah Kota Sorong",
    "body": "telah mengikuti Etika Pelayanan Publik pada 5–23 Oktober 2026 selama 8 jam pelajaran.",
    "place": "Sorong",
    "issued_on": "2026-10-30",
    "course": "Etika Pelayanan Publik",
    "jp": 8,
    "subjects": [["Loket adalah janji", 3], ["Adil dan hormat", 5]],
    "signatories": [
        SIGNATORY,
        {**SIGNATORY, "name": "Nurul Hidayati, S.Kom.", "prefix": "", "on_behalf": ""},
    ],
}
LONG_NAME = (
    "Brigadir Jenderal (Purn.) Prof. Dr. dr. I Gusti Ayu Putu Laksmi Kusumaningtyas Wicaksono Mangkunegara,"
    " S.Kep., Ns., M.Kes., Sp.Kom., Ph.D."
)
LONG = {
    **FACTS,
    "name": LONG_NAME,
    "unit": "UPTD Pusat Kesehatan Masyarakat Rawat Inap Pembantu Kelurahan Klasabi Distrik Sorong Manoi pada Dinas",
    "position": "Pengelola Layanan Kesehatan dan Administrasi Kependudukan Terpadu pada Loket Pelayanan Kelurahan",
    "legal_basis": FACTS["legal_basis"] + " tentang Pengembangan Kompetensi Aparatur Sipil Negara" * 4,
    "body": FACTS["body"].replace(
        "Etika", "Pelatihan Teknis Penyusunan Laporan Kinerja dan Standar Pelayanan " * 3
    ),
    "subjects": [
        [f"Materi {n} yang judulnya cukup panjang untuk satu baris", 2] for n in range(MOST_SUBJECTS)
    ],
}


def pages_of(data: bytes) -> list[str]:
    """The text of each page, one space between words."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def printed(**changes: Any) -> list[str]:
    return pages_of(pdf.render({**FACTS, **changes}, CODE, ADDRESS))


def test_everything_on_it_can_be_read_and_searched() -> None:
    front, back = printed()
    for words in (
        "PEMERINTAH KOTA SORONG",
        "SERTIFIKAT",
        "Nomor: 800.2.2/0148/BKPSDM/XI/2026",
        "Dr. Ir. Maria Magdalena Wairisal, S.E., M.Si.",
        "19850312 201001 2 004",
        "Penata Tingkat I, III/d",
        "Dinas Kependudukan dan Pencatatan Sipil, Pemerintah Kota Sorong",
        "5–23 Oktober 2026",
        "Sorong, 30 Oktober 2026",
        "a.n. Wali Kota Sorong",
        "Plt. Kepala BKPSDM,",
        "NIP 19690321 199403 1 004",
        "bina.example.go.id/v",
        "23D4-WJ0M-9FPE-S5HW",
    ):
        assert words in front
    for words in ("AGENDA PEMBELAJARAN", "1 Loket adalah janji 3", "Jumlah 8", "Nurul Hidayati", "23D4-WJ0M"):
        assert words in back


def test_the_same_facts_give_the_same_bytes_and_others_do_not() -> None:
    first = pdf.render(FACTS, CODE, ADDRESS)
    other = pdf.render({**FACTS, "name": "Budi"}, CODE, ADDRESS)
    assert pdf.render(FACTS, CODE, ADDRESS) == first != other


def test_the_file_has_a_title_and_a_language_and_says_what_it_conforms_to() -> None:
    data = pdf.render(FACTS, CODE, ADDRESS)
    document = pypdfium2.PdfDocument(data)
    assert document.get_metadata_dict()["Title"] == "Sertifikat 800.2.2/0148/BKPSDM/XI/2026"
    document.close()
    assert b"pdfaid" in data
    assert b"<dc:language>" in data
    assert b"id-ID" in data


def test_no_sentence_claims_an_electronic_signature() -> None:
    text = " ".join(printed()).lower()
    assert "elektronik" not in text
    assert "bsre" not in text


def test_the_longest_facts_keep_to_two_pages_with_every_word() -> None:
    front, back = pages_of(pdf.render(LONG, CODE, ADDRESS))
    assert LONG_NAME in front
    assert "Sp.Kom., Ph.D." in front
    assert LONG["position"] in front
    assert "Drs. Markus Sagrim" in front
    assert f"{MOST_SUBJECTS} Materi {MOST_SUBJECTS - 1}" in back
    assert "Nurul Hidayati" in back


def test_who_has_no_number_rank_or_post_gets_a_dash() -> None:
    front = printed(employee_number="", rank="", grade="", position="", unit="", agency="")[0]
    assert "NIP/NRP/NI PPPK - Pangkat, golongan/ruang - Jabatan - Unit kerja -" in front


def test_a_pppk_has_a_grade_and_no_rank() -> None:
    assert "Golongan IX Jabatan" in printed(rank="", grade="IX")[0]


def test_the_number_of_a_pppk_is_not_called_a_nip() -> None:
    assert "NIP 19850312 201001 2 004" in printed(employee_number="198503122010012004")[0]
    front = printed(employee_number="199011052023211007")[0]
    assert "NI PPPK 19901105 202321 1 007" in front


def test_without_subjects_there_is_no_back_page_and_without_hours_no_column() -> None:
    assert len(printed(subjects=[])) == 1
    back = printed(subjects=[["Loket", None], ["Hormat", None]])[1]
    assert "2 Hormat Jumlah: 8 JP" in back


def test_markup_in_a_name_is_only_text() -> None:
    assert "#panic(1) *Budi* $x$ [a]" in printed(name="#panic(1) *Budi* $x$ [a]")[0]


def test_a_sample_is_marked_on_every_page() -> None:
    assert all("CONTOH" in page for page in printed(sample=True))


def test_a_logo_is_drawn_and_one_that_is_none_is_refused() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "navy").save(out, "PNG")
    assert pdf.render(FACTS, CODE, ADDRESS, logo=out.getvalue()) != pdf.render(FACTS, CODE, ADDRESS)
    with pytest.raises(pdf.Unprintable):
        pdf.render(FACTS, CODE, ADDRESS, logo=b"no picture")
    assert pdf.render(FACTS, CODE, ADDRESS)


def test_the_picture_shows_the_front() -> None:
    with Image.open(io.BytesIO(pdf.picture(FACTS, CODE, ADDRESS))) as image:
        assert image.format == "PNG"
        assert image.width > image.height
