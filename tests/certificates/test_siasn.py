"""The line that goes into the national record."""

from __future__ import annotations

from courses.certificates.siasn import COLUMNS, TRAINING, file_name, row

FACTS = {
    "employee_number": "198503122010012004",
    "name": "Dr. Maria",
    "training": 9,
    "course": "Etika",
    "organiser": "BKPSDM",
    "number": "800.2.2/0001/BKPSDM/XI/2026",
    "starts_on": "2026-12-28",
    "ends_on": "2027-01-03",
    "jp": 8,
}


def test_the_line_has_every_column_with_days_as_siasn_takes_them() -> None:
    line = dict(zip(COLUMNS, row(FACTS), strict=True))
    assert line["tanggal_mulai"] == "28-12-2026"
    assert line["tanggal_selesai"] == "03-01-2027"
    assert line["tahun"] == 2027
    assert line["jenis_diklat_id"] == 9
    assert line["jenis_sertifikat"] == "P"
    assert line["nip"] == "198503122010012004"
    assert line["berkas"] == "198503122010012004_800-2-2-0001-BKPSDM-XI-2026.pdf"


def test_a_file_without_an_employee_number_bears_the_number_alone() -> None:
    assert file_name({**FACTS, "employee_number": ""}) == "800-2-2-0001-BKPSDM-XI-2026.pdf"


def test_every_kind_of_training_has_one_of_three_letters() -> None:
    assert list(TRAINING) == list(range(1, 26))
    assert {letter for _, letter in TRAINING.values()} == {"F", "T", "P"}
