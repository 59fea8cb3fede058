"""Spreadsheets: what officers send is read as they see it, what cannot be read is refused in words, nothing runs."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from lms.errors import Invalid
from lms.people.cells import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Row
from lms.people.employee_number import parse
from lms.people.sheets import MAX_BYTES, Cell, csv_lines, defused, read, write_xlsx
from lms.problems import Problem

NIP = "198603142010012003"
NOT_A_SHEET = "Berkas ini bukan XLSX atau CSV yang utuh."


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read(data)]


def refusal(data: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read(data)
    assert refused.value.field == "file"
    return str(refused.value)


# --- CSV ---


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_separator_encoding_and_line_end_is_read(mark: str, encoding: str, end: str) -> None:
    text = end.join([f"NIP{mark}Nama", f'{NIP}{mark}"Rosé; Siti, S.E."', f"{mark}Budi"])
    assert cells(text.encode(encoding)) == [("NIP", "Nama"), (NIP, "Rosé; Siti, S.E."), ("", "Budi")]


def test_commas_in_names_do_not_confuse_the_separator() -> None:
    text = "Nama;Golongan\nBudi, S.E., M.Si.;III/a\nSiti, S.H., M.H.;III/b\n"
    assert cells(text.encode())[1] == ("Budi, S.E., M.Si.", "III/a")


def test_one_column_needs_no_separator() -> None:
    assert cells(b"NIP\n198603142010012003\n") == [("NIP",), (NIP,)]


def test_excels_own_separator_line_is_obeyed_and_not_counted_as_data() -> None:
    rows = read(b"sep=,\r\nNIP,Nama\r\n1,Budi;Siti\r\n")
    assert [(row.number, row.cells) for row in rows] == [(2, ("NIP", "Nama")), (3, ("1", "Budi;Siti"))]


def test_empty_rows_vanish_and_row_numbers_stay() -> None:
    assert [row.number for row in read(b"NIP\n\n ;;\n123\n")] == [1, 4]


def test_outer_space_and_control_characters_vanish() -> None:
    assert cells("\ufeff NIP\u00a0;\x07Na\x1fma \n".encode()) == [("NIP", "Nama")]
    assert cells(b'"a\r\nb";c\n') == [("a\nb", "c")]


def test_a_text_formula_around_digits_is_taken_off() -> None:
    assert cells(f'NIP;x\n="{NIP}";y\n'.encode())[1] == (NIP, "y")


def test_a_number_that_excel_destroyed_is_marked() -> None:
    rows = read(b"NIP;Nama\n1,98603E+17;Budi\n198603142010012003;Siti\n")
    assert [row.destroyed for row in rows] == [frozenset(), frozenset({0}), frozenset()]


# --- XLSX ---


def workbook(*rows: list[object], **options: object) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime.date | datetime.time):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, str) and not cell.startswith("=1"):
                    sheet.write_string(number, column, cell)
                else:
                    sheet.write(number, column, cell)
    return target.getvalue()


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"default_date_format": "d mmmm yyyy"}])
def test_a_workbook_is_read_as_the_officer_sees_it(options: dict[str, object]) -> None:
    data = workbook(
        ["NIP", "Lahir", "Nilai"], [NIP, datetime.date(1986, 3, 14), 12.5], [None, None, 7], **options
    )
    assert read(data) == [
        Row(1, ("NIP", "Lahir", "Nilai")),
        Row(2, (NIP, "1986-03-14", "12.5")),
        Row(3, ("", "", "7")),
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (-5, "-5"),
        (0, "0"),
        (1e14, "100000000000000"),
        (1e-30, "1.00000000000000E-30"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("007", "007"),
        ("_x0041_", "_x0041_"),
        ("a\nb", "a\nb"),
        ("a\x01b", "ab"),
        (datetime.datetime(1986, 3, 14, 10, 5), "1986-03-14 10:05"),  # noqa: DTZ001
        (datetime.datetime(1986, 3, 14, 10, 5, 30), "1986-03-14 10:05:30"),  # noqa: DTZ001
        (datetime.date(1900, 1, 31), "1900-01-31"),
        (datetime.date(1900, 3, 1), "1900-03-01"),
        (datetime.time(10, 5), "10:05"),
    ],
)
def test_a_cell_keeps_what_it_says(cell: object, text: str) -> None:
    assert cells(workbook(["x", cell])) == [("x", text)]


def test_a_workbook_may_count_from_1904() -> None:
    assert cells(workbook([datetime.date(1986, 3, 14)], date_1904=True)) == [("1986-03-14",)]


def test_formulas_count_by_their_last_value_and_errors_are_empty() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, '="a"', None, "a")
        sheet.write_formula(0, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(0, 3, "=1=1", None, True)
        sheet.write_rich_string(0, 4, "tebal ", book.add_format({"bold": True}), "ini")
    assert cells(target.getvalue()) == [("2", "a", "", "TRUE", "tebal ini")]


def test_the_first_visible_sheet_is_read() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        hidden, shown = book.add_worksheet("Daftar"), book.add_worksheet("Peserta")
        hidden.write_string(0, 0, "rahasia")
        shown.write_string(0, 0, "NIP")
        shown.activate()
        hidden.hide()
    assert cells(target.getvalue()) == [("NIP",)]


def test_a_nip_in_a_number_cell_is_destroyed_and_says_so() -> None:
    row = read(workbook([int(NIP), 3373026510900001, "x"]))[0]
    assert row.destroyed == {0, 1}
    problem = parse(row.cells[0], today=datetime.date(2026, 11, 21))
    assert isinstance(problem, Problem)
    assert str(problem).startswith("NIP ini sudah diubah Excel menjadi 1.98603142010012E+17")


# --- bad files ---


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Berkas tidak berisi data."),
        (b" \n;;;\n", "Berkas tidak berisi data."),
        (b"sep=;\n", "Berkas tidak berisi data."),
        (b"a" * (MAX_BYTES + 1), "Berkas lebih besar dari 10 MB."),
        (b"%PDF-1.7\n", NOT_A_SHEET),
        (b"\x89PNG\r\n\x1a\n", NOT_A_SHEET),
        (b"\xff\xd8\xff\xe0JFIF", NOT_A_SHEET),
        (b"GIF89a", NOT_A_SHEET),
        (b"{\\rtf1}", NOT_A_SHEET),
        (b"\x1f\x8b\x08", NOT_A_SHEET),
        (b"Rar!\x1a\x07", NOT_A_SHEET),
        (b"7z\xbc\xaf\x27\x1c", NOT_A_SHEET),
        (b"<html><table><tr><td>NIP</td></tr></table></html>", NOT_A_SHEET),
        (b"\n <?xml version='1.0'?><Workbook/>", NOT_A_SHEET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "Ini format Excel lama (.xls)."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "Berkas dikunci kata sandi. Simpan ulang tanpa kata sandi, lalu unggah lagi.",
        ),
        (b"NIP;Nama\n1;\x00\n", "Baris 2 berisi tanda yang tidak dapat dibaca (NUL)."),
        ("NIP;Nama\n".encode("utf-16-le"), "Baris 1 berisi tanda yang tidak dapat dibaca (NUL)."),
        (b"\xff\xfeN", "Huruf di berkas ini tidak dapat dibaca."),
        (b"\xef\xbb\xbf\xff", "Huruf di berkas ini tidak dapat dibaca."),
        (b"Nama\n\x81\x8d", "Huruf di berkas ini tidak dapat dibaca."),
        (b"NIP\n" + b"9" * 1_000_000, "Baris 2 tidak dapat dibaca: tanda kutip tidak berpasangan atau sel"),
        (b"NIP\n" + b"9" * (MAX_CELL + 1), "Baris 2 berisi sel yang terlalu panjang."),
        (b'NIP;Nama\n1;"Budi\n2;Siti\n', "Baris 2 tidak dapat dibaca: tanda kutip tidak berpasangan"),
        (b'NIP;Nama\n1;"Budi" S\n', "Baris 2 tidak dapat dibaca: tanda kutip tidak berpasangan"),
        (b";" * MAX_COLUMNS + b"x", f"Baris 1 lebih lebar dari {MAX_COLUMNS} kolom."),
        (b"1\n" * (MAX_ROWS + 1), "Berkas terlalu besar."),
    ],
)
def test_a_bad_file_is_refused_with_what_to_do(data: bytes, sentence: str) -> None:
    assert refusal(data).startswith(sentence)


# --- out ---


def test_a_written_workbook_comes_back() -> None:
    target = io.BytesIO()
    noon = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC)
    table: list[list[Cell]] = [
        ["NIP", "Nilai", "Lulus"],
        [NIP, Decimal("87.25"), True],
        ["", None, False],
        [noon, noon.date(), "=1+1"],
    ]
    write_xlsx(target, iter(table), title="Kelas [A]: 2026/2027 yang panjang sekali namanya")
    assert cells(target.getvalue()) == [
        ("NIP", "Nilai", "Lulus"),
        (NIP, "87.25", "TRUE"),
        ("", "", "FALSE"),
        ("2026-11-21 12:00", "2026-11-21", "=1+1"),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_becomes_a_formula(start: str) -> None:
    harmful = f"{start}cmd|' /C calc'!A0"
    assert defused(harmful) == f"'{harmful}"
    line = list(csv_lines([[harmful, "aman"]]))[1]
    assert next(csv.reader(io.StringIO(line, newline=""), delimiter=";")) == [f"'{harmful}", "aman"]
    assert cells("".join(csv_lines([[harmful, "a"], ["b", "c"]])).encode())[0] == (harmful.strip(), "a")


def test_numbers_are_not_mistaken_for_formulas() -> None:
    day = datetime.datetime(2026, 11, 21, 8, 5, tzinfo=datetime.UTC)
    lines = list(csv_lines([[-5, Decimal("-1.50"), 2.5, True, None, day, day.date(), "-5"]]))
    assert lines == ["\ufeff", "-5;-1,50;2,5;TRUE;;2026-11-21 08:05;2026-11-21;'-5\r\n"]


def test_what_a_sheet_cannot_hold_is_left_out() -> None:
    target = io.BytesIO()
    write_xlsx(target, [["a\x00\ud800b"], ["x" * (MAX_CELL + 9)]])
    assert cells(target.getvalue()) == [("ab",), ("x" * MAX_CELL,)]
    assert list(csv_lines([["a\x00\ud800b"]]))[1] == "ab\r\n"


words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=4))
def test_texts_survive_both_ways(table: list[list[str]]) -> None:
    target = io.BytesIO()
    write_xlsx(target, table)
    expected = [
        tuple(text.removeprefix("'") if text[1:2] in tuple("=+-@") else text for text in row) for row in table
    ]
    assert cells(target.getvalue()) == expected
    # A first column keeps a file of one column from being split by marks inside its texts.
    head = [[f"k{number}" for number in range(5)]] * 20
    assert cells("".join(csv_lines([*head, *table])).encode())[20:] == expected


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_rows_or_a_refusal(data: bytes) -> None:
    try:
        rows = read(data)
    except Invalid:
        rows = []
    assert all(row.cells[-1] for row in rows)
