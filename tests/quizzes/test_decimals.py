"""Numbers as typed: both ways of writing, one reading."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes.decimals import read_number, written


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1234.5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\u202f234.567", "1234.567"),
        ("1 234 567", "1234567"),
        ("12,5 menit", "12.5"),
        ("12,5MENIT", "12.5"),
        ("menit 12,5", "12.5"),
        ("12,5 menit.", "12.5"),
        ("1.234", "1234"),
        ("12.345", "12345"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1,234", "1.234"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        (",5", "0.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("-5", "-5"),
        ("− 5", "-5"),
        ("+5", "5"),
        ("１２", "12"),
    ],
)
def test_numbers_are_read_as_indonesians_write_them(typed: str, value: str) -> None:
    assert read_number(typed, "menit") == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "dua",
        "1.23,4",
        "12.345.67",
        "1,2,3",
        "1.2345,6",
        "12,5 jam",
        "1 2",
        "12 34,5",
        "5-",
        "--5",
        "1e5",
        "1/2",
        "½",
        "9" * 41,
        "-",
        ".",
        "menit",
        "NaN",
        "Infinity",
        "٣",
    ],
)
def test_what_is_not_one_number_is_not_guessed(typed: str) -> None:
    assert read_number(typed, "menit") is None


def test_a_unit_may_come_first_or_change_its_length_when_folded() -> None:
    assert read_number("Rp. 1.500", "Rp") == 1500
    assert read_number("12 ß", "ß") is None
    assert read_number("12", "ß") == 12


@given(st.decimals(-(10**12), 10**12, places=4, allow_nan=False))
def test_a_written_number_is_read_back(number: Decimal) -> None:
    assert read_number(written(number)) == number
    assert read_number(f"{written(number)} menit", "menit") == number
