"""Words of HR files: every synonym means one thing, and what means nothing is refused with its cure."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people import readings
from lms.people.columns import IGNORED, PEOPLE, UNITS, guess, missing
from lms.people.models import EmploymentType, PersonStatus, PositionType
from lms.people.person_rows import read, repeated
from lms.problems import Problem
from tests.people.scene import HEADER, NIP, row

TODAY = datetime.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("PNS", EmploymentType.PNS),
        (" pns ", EmploymentType.PNS),
        ("Calon PNS", EmploymentType.CPNS),
        ("P3K", EmploymentType.PPPK),
        ("PPPK-PW", EmploymentType.PPPK_PART_TIME),
        ("PPPK Paruh Waktu", EmploymentType.PPPK_PART_TIME),
        ("Non-ASN", EmploymentType.OTHER),
        ("TNI/Polri", EmploymentType.OTHER),
    ],
)
def test_sorts_of_employment_are_understood(written: str, meant: EmploymentType) -> None:
    assert readings.employment(written) is meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Eselon II.a", PositionType.JPT_PRATAMA),
        ("II/b", PositionType.JPT_PRATAMA),
        ("eselon III.b", PositionType.ADMINISTRATOR),
        ("IV.a", PositionType.PENGAWAS),
        ("JFT", PositionType.FUNGSIONAL),
        ("Jabatan Fungsional Tertentu", PositionType.FUNGSIONAL),
        ("JFU", PositionType.PELAKSANA),
        ("Fungsional Umum", PositionType.PELAKSANA),
        ("staf", PositionType.PELAKSANA),
        ("jpt_madya", PositionType.JPT_MADYA),
        ("Jabatan Pimpinan Tinggi Utama", PositionType.JPT_UTAMA),
    ],
)
def test_old_words_for_positions_mean_todays(written: str, meant: PositionType) -> None:
    assert readings.position(written) is meant


def test_an_echelon_that_may_be_two_things_is_asked_about() -> None:
    found = readings.position("Eselon I.a")
    assert isinstance(found, Problem)
    assert "JPT utama atau JPT madya" in str(found)


@pytest.mark.parametrize(
    "written", ["01-03-2021", "1/3/2021", "2021-03-01", "2021-03-01 00:00", "01.03.2021", "2021/03/01"]
)
def test_dates_are_read_in_every_form(written: str) -> None:
    assert readings.day(written, "since") == datetime.date(2021, 3, 1)


@pytest.mark.parametrize(
    "written", ["31-02-2021", "03-2021", "44256", "1 Maret 2021", "01-03-21", "9999-99-99"]
)
def test_what_is_no_date_is_refused_with_an_example(written: str) -> None:
    found = readings.day(written, "since")
    assert isinstance(found, Problem)
    assert "31-12-2026" in str(found)


@pytest.mark.parametrize("written", ["a@b.go.id", "Nama.Orang@Contoh.GO.ID"])
def test_addresses_are_kept_in_lower_case(written: str) -> None:
    assert readings.email(written) == written.lower()


@pytest.mark.parametrize(
    "written", ["a@b", "tanpa at", "a@@b.id", "a b@c.id", "a@b.id,c@d.id", "<a@b.id>", "x" * 260 + "@b.id"]
)
def test_half_addresses_are_refused(written: str) -> None:
    assert isinstance(readings.email(written), Problem)


def test_a_phone_number_gets_back_the_zero_that_a_spreadsheet_took() -> None:
    assert readings.phone("81234567890") == "081234567890"
    assert readings.phone("+62 812-3456-7890") == "+6281234567890"
    assert isinstance(readings.phone("nomor istri"), Problem)


def test_a_grade_must_fit_the_sort_of_employment() -> None:
    fits = readings.grade("III/a", EmploymentType.PNS)
    assert not isinstance(fits, Problem)
    assert fits.rank == "Penata Muda"
    assert isinstance(readings.grade("III/a", EmploymentType.PPPK), Problem)
    assert isinstance(readings.grade("IX", EmploymentType.PNS), Problem)
    assert isinstance(readings.grade("sembilan", EmploymentType.PPPK), Problem)


def test_code_systems_are_told_apart() -> None:
    assert readings.kemendagri_code("12.71") == "12.71"
    assert readings.bps_code("1271") == "1271"
    assert readings.bkn_code("8271") == "8271"
    assert isinstance(readings.kemendagri_code("1271"), Problem)
    assert isinstance(readings.bps_code("12.71"), Problem)


def test_only_who_is_no_civil_servant_may_have_another_number() -> None:
    assert readings.number("21.98.0123", EmploymentType.OTHER, today=TODAY) == ("21980123", "other")
    assert isinstance(readings.number("21980123", EmploymentType.PNS, today=TODAY), Problem)
    nik = readings.number("3373026510900001", EmploymentType.OTHER, today=TODAY)
    assert isinstance(nik, Problem)
    assert "NIK" in str(nik)


def test_a_status_is_one_of_three() -> None:
    assert readings.status("Pensiunan") is PersonStatus.RETIRED
    assert isinstance(readings.status("cuti"), Problem)


@given(st.text(max_size=60))
def test_no_text_breaks_a_reading(text: str) -> None:
    cells = dict.fromkeys((column.field for column in PEOPLE), text)
    values, problems = read(cells, today=TODAY)
    assert all(isinstance(value, str) for value in values.values())
    assert all(str(problem) for problem in problems)


def test_a_row_gives_values_and_names_its_empty_required_cells() -> None:
    cells = dict(zip((column.field for column in PEOPLE), row(status="", nip_atasan=NIP), strict=True))
    values, problems = read(cells, today=TODAY)
    assert (values["number"], values["employment_type"], values["superior"]) == (NIP, "pns", NIP)
    assert [problem.field for problem in problems] == ["status"]


def test_titles_behind_the_name_are_taken_out_of_it() -> None:
    values, _ = read({"full_name": "Rahmawati Tamrin, S.H., M.H."}, today=TODAY)
    assert (values["full_name"], values["back_title"]) == ("Rahmawati Tamrin", "S.H., M.H.")


def test_each_of_two_equal_rows_names_the_other() -> None:
    assert repeated({2: "a", 3: "b", 4: "a", 5: "a", 6: "", 7: ""}) == {2: 4, 4: 2, 5: 2}


# --- headers ---


def test_our_own_header_is_understood_with_its_stars() -> None:
    starred = [f"{column.name}*" if column.required else column.name for column in PEOPLE]
    assert guess(starred, PEOPLE) == [column.field for column in PEOPLE]
    assert guess([column.name for column in UNITS], UNITS) == [column.field for column in UNITS]


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("NIP BARU", "number"),
        ("Nama Lengkap", "full_name"),
        ("Gol/Ruang", "grade"),
        ("ESELON", "position_type"),
        ("Kode UNOR", "unit_code"),
        ("E-Mail", "email"),
        ("jenis_jabtan", "position_type"),
        ("kode unti kerja", "unit_code"),
        ("Status Pegawai", "status"),
        ("Agama", ""),
        ("", ""),
    ],
)
def test_synonyms_and_slips_of_headers_are_understood_and_strangers_are_not(title: str, field: str) -> None:
    assert guess([title], PEOPLE) == [field]


def test_no_field_is_guessed_twice_and_our_own_result_columns_are_left_out() -> None:
    assert guess(["NIP", "nip baru"], PEOPLE) == ["number", ""]
    assert guess(["NIP", "Baris asal", "Hasil", "Masalah dan cara memperbaiki"], PEOPLE) == [
        "number",
        *[IGNORED] * 3,
    ]


def test_missing_required_columns_are_named() -> None:
    mapping = guess([name for name in HEADER if name not in {"nip", "status"}], PEOPLE)
    assert [column.name for column in missing(mapping, PEOPLE)] == ["nip", "status"]
