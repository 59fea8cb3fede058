"""NIP and NI PPPK: what cannot be is named by its part; what is only odd is let through with a doubt."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.employee_number import EmployeeNumber, disagreements, grouped, masked, named, parse
from lms.problems import Problem

TODAY = datetime.date(2026, 11, 21)

PNS = "198603142010012003"
PPPK = "199011052023211007"


def read(text: str, today: datetime.date = TODAY) -> EmployeeNumber:
    number = parse(text, today=today)
    assert isinstance(number, EmployeeNumber), number
    return number


def refusal(text: str, today: datetime.date = TODAY) -> str:
    problem = parse(text, today=today)
    assert isinstance(problem, Problem), problem
    assert problem.field == "employee_number"
    return str(problem)


def test_a_nip_says_when_who_and_since() -> None:
    assert read(PNS) == EmployeeNumber(PNS, "pns", datetime.date(1986, 3, 14), 2010, 1, None, "woman", "003")
    assert read(PNS).doubt is None


def test_a_pppk_number_holds_an_agreement_and_no_month() -> None:
    assert read(PPPK) == EmployeeNumber(
        PPPK, "pppk", datetime.date(1990, 11, 5), 2023, None, "21", "man", "007"
    )
    assert read("199207212025242005").agreement_code == "24"


@pytest.mark.parametrize("code", ["00", "13", "19", "40", "99"])
def test_an_odd_code_is_a_doubt_and_no_refusal(code: str) -> None:
    number = read(f"198603142010{code}2003")
    assert number.kind == "unknown"
    assert (number.appointed_month, number.agreement_code) == (None, None)
    assert str(number.doubt) == (
        f"Angka ke-13 dan ke-14 NIP ({code}) bukan bulan pengangkatan dan bukan kode perjanjian kerja PPPK."
    )


@pytest.mark.parametrize(
    "typed",
    [
        "19860314 201001 2 003",
        "19860314.201001.2.003",
        "19860314-201001-2-003",
        " 19860314\u00a0201001\u202f2\t003\n",
        "19860314–201001–2–003",
        "'198603142010012003",
        "\ufeff198603142010012003\u200b",
        "１９８６０３１４２０１００１２００３",
    ],
)
def test_formatting_is_forgiven(typed: str) -> None:
    assert read(typed).digits == PNS


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("199013052023211007", "Delapan angka pertama NIP (19901305) bukan tanggal lahir yang mungkin."),
        ("198602302010012003", "Delapan angka pertama NIP (19860230) bukan tanggal lahir yang mungkin."),
        ("192912312010012003", "Delapan angka pertama NIP (19291231) bukan tanggal lahir yang mungkin."),
        ("201003142026012003", "Delapan angka pertama NIP (20100314) bukan tanggal lahir yang mungkin."),
        ("000000002010012003", "Delapan angka pertama NIP (00000000) bukan tanggal lahir yang mungkin."),
        ("198603142010013003", "Angka ke-15 NIP adalah 3, seharusnya 1 (laki-laki) atau 2 (perempuan)."),
        ("198603141995012003", "Angka ke-9 sampai ke-12 NIP (1995) bukan tahun pengangkatan yang mungkin."),
        ("198603142028012003", "Angka ke-9 sampai ke-12 NIP (2028) bukan tahun pengangkatan yang mungkin."),
        ("198603142010012000", "Tiga angka terakhir NIP adalah 000. Excel membulatkan angka panjang;"),
    ],
)
def test_the_impossible_part_is_named(typed: str, sentence: str) -> None:
    assert refusal(typed).startswith(sentence)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("19860314201001200", "NIP berisi 17 angka, seharusnya 18. Periksa tiga angka nomor urut di ujung."),
        ("1986034 201001 2 003", "NIP berisi 17 angka, seharusnya 18. Periksa bagian tanggal lahir."),
        (
            "1986031 201001 2 003",
            "NIP berisi 17 angka, seharusnya 18. Periksa bagian tahun dan bulan pengangkatan.",
        ),
        (
            "19860314 20101 1 003",
            "NIP berisi 17 angka, seharusnya 18. Periksa angka jenis kelamin sesudah tahun pengangkatan.",
        ),
        (
            "198603142010012003 1",
            "NIP berisi 19 angka, seharusnya 18. Periksa tiga angka nomor urut di ujung.",
        ),
        ("19860314", "NIP berisi 8 angka, seharusnya 18. Periksa bagian tahun dan bulan pengangkatan."),
        ("1986", "NIP berisi 4 angka, seharusnya 18. Periksa bagian tanggal lahir."),
        ("1986031420100120", "NIP berisi 16 angka, seharusnya 18. Periksa tiga angka nomor urut di ujung."),
        ("3373026510900001", "Ini tampak seperti NIK (16 angka)."),
        ("131412345", "NIP 9 angka berasal dari sebelum 2009."),
        ("", "NIP belum diisi."),
        (" .- ", "NIP belum diisi."),
        ("19860314201O012003", "NIP hanya berisi angka, tetapi ada “O”."),
        ("198603142010012003,", "NIP hanya berisi angka, tetapi ada “,”."),
        ("<script>", "NIP hanya berisi angka, tetapi ada “<”."),
        ("١٩٨٦٠٣١٤٢٠١٠٠١٢٠٠٣", "NIP hanya berisi angka, tetapi ada “١”."),
    ],
)
def test_a_wrong_length_or_sign_says_where_to_look(typed: str, sentence: str) -> None:
    assert refusal(typed).startswith(sentence)


@pytest.mark.parametrize(
    "typed",
    [
        "1.98603E+17",
        "1,98603E+17",
        "1.98603142010012E+17",
        "1E+17",
        "1.98603e17",
        "198603142010012000.0",
        "198603142010012000,00",
    ],
)
def test_what_a_spreadsheet_destroyed_is_told_as_such(typed: str) -> None:
    assert refusal(typed).startswith(
        f"NIP ini sudah diubah Excel menjadi {typed}, sehingga angka belakangnya hilang."
    )


def test_seventeen_years_are_counted_to_the_day() -> None:
    assert read("200911212026012003").born == datetime.date(2009, 11, 21)
    assert "tanggal lahir" in refusal("200911222026012003")
    assert read("200702282023012003", datetime.date(2024, 2, 29)).kind == "pns"
    assert "tanggal lahir" in refusal("200703012023012003", datetime.date(2024, 2, 29))


def test_next_year_may_be_the_year_of_appointment() -> None:
    assert read("198603142027012003").appointed_year == 2027
    assert read("200003142016012003").appointed_year == 2016
    assert "pengangkatan" in refusal("200003142015012003")


def test_numbers_are_printed_in_groups_and_masked_in_public() -> None:
    assert grouped(PNS) == "19860314 201001 2 003"
    assert grouped("31070422") == "31070422"
    assert masked(PNS) == "•••003"
    assert masked("123") == masked("") == "•••"


def test_a_record_that_differs_is_a_warning() -> None:
    number = read(PNS)
    assert disagreements(number, born=number.born, sex="woman") == []
    assert disagreements(number, born=None, sex=None) == []
    found = disagreements(number, born=datetime.date(1986, 3, 15), sex="man")
    assert [problem.field for problem in found] == ["born", "sex"]


@given(st.text(max_size=60) | st.text("0123456789 .-'Ee+,", max_size=30))
def test_any_text_is_a_number_or_a_problem(text: str) -> None:
    result = parse(text, today=TODAY)
    if isinstance(result, EmployeeNumber):
        assert read(grouped(result.digits)) == result
    else:
        assert str(result)


@given(
    st.dates(datetime.date(1930, 1, 1), datetime.date(2000, 1, 1)),
    st.integers(2016, 2027),
    st.integers(1, 12) | st.integers(20, 39),
    st.sampled_from("12"),
    st.integers(1, 999),
)
def test_every_well_made_number_is_read(
    born: datetime.date, year: int, code: int, sex: str, serial: int
) -> None:
    number = read(f"{born:%Y%m%d}{year}{code:02}{sex}{serial:03}")
    assert (number.born, number.appointed_year, number.serial) == (born, year, f"{serial:03}")
    assert number.kind == ("pns" if code <= 12 else "pppk")


@given(st.integers(0, 17))
def test_losing_any_digit_is_noticed(at: int) -> None:
    assert "seharusnya 18" in refusal(PNS[:at] + PNS[at + 1 :])


@pytest.mark.parametrize(
    ("digits", "name"),
    [
        ("198603142010012003", "NIP"),
        ("199011052023211007", "NI PPPK"),
        ("199207212025242005", "NI PPPK"),
        ("31960521", "NIP/NRP/NI PPPK"),
        ("", "NIP/NRP/NI PPPK"),
    ],
)
def test_a_number_is_called_what_it_is(digits: str, name: str) -> None:
    assert named(digits) == name
