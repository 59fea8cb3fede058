"""Grades: the whole table, its order, and the many ways in which officers write them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.grades import GRADES, PNS_GRADES, PPPK_GRADES, Grade, find


def test_the_tables_are_whole() -> None:
    assert len(PNS_GRADES) == 17
    assert [grade.code for grade in PPPK_GRADES][::8] == ["I", "IX", "XVII"]
    assert all(grade.rank is None and grade.bkn_id is None for grade in PPPK_GRADES)
    assert len({grade.code for grade in GRADES}) == len(GRADES) == 34


def test_grades_sort_by_height_and_not_as_text() -> None:
    mixed = random.Random(1).sample(GRADES, len(GRADES))
    assert sorted(mixed, key=lambda grade: grade.sort_key) == list(GRADES)
    codes = [grade.code for grade in PPPK_GRADES]
    assert codes != sorted(codes)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("III/a", "III/a"),
        ("iii/A", "III/a"),
        ("III a", "III/a"),
        ("III - a", "III/a"),
        ("IIIa", "III/a"),
        ("3a", "III/a"),
        ("3/a", "III/a"),
        ("4.e", "IV/e"),
        ("Gol. II/d", "II/d"),
        ("Golongan ruang IV/b", "IV/b"),
        ("Golongan/Ruang : I/a", "I/a"),
        ("Penata Muda", "III/a"),
        ("penata muda tk. i", "III/b"),
        ("Penata Muda Tingkat I", "III/b"),
        ("Penata Muda Tk.1", "III/b"),
        ("Penata Muda, III/a", "III/a"),
        ("Penata Muda Tk. I (III/b)", "III/b"),
        ("Pembina Utama / IV/e", "IV/e"),
        ("IX", "IX"),
        ("Golongan XVII", "XVII"),
        ("gol v", "V"),
        ("I", "I"),
    ],
)
def test_officers_write_grades_in_many_ways(typed: str, code: str) -> None:
    grade = find(typed)
    assert grade is not None
    assert grade.code == code


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "I/e",
        "III/f",
        "V/a",
        "5a",
        "9",
        "12",
        "XVIII",
        "IIII",
        "Penata Muda, III/b",
        "Kepala Dinas III/a",
        "Penata Kecil",
        "CPNS",
    ],
)
def test_what_is_unclear_is_none(typed: str) -> None:
    assert find(typed) is None


@pytest.mark.parametrize("grade", GRADES)
def test_a_printed_grade_is_found_again(grade: Grade) -> None:
    assert find(grade.printed) is grade
    assert find(grade.code) is grade


@given(st.text(max_size=40))
def test_no_text_makes_the_search_raise(text: str) -> None:
    assert find(text) is None or find(text) in GRADES
