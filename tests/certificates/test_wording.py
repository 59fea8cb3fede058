"""What certificates say: days, ranks, numbers, sentences, and hours that add up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.certificates.facts import derived_subjects
from courses.certificates.wording import (
    NAMES,
    USUAL_BODY,
    Signatory,
    check_body,
    fill,
    grouped_number,
    masked_number,
    rank_row,
    shared_hours,
    span,
)


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (date(2026, 10, 5), date(2026, 10, 23), "5–23 Oktober 2026"),
        (date(2026, 9, 30), date(2026, 10, 2), "30 September – 2 Oktober 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 Desember 2026 – 3 Januari 2027"),
        (date(2026, 8, 17), date(2026, 8, 17), "17 Agustus 2026"),
    ],
)
def test_days_are_said_once(starts: date, ends: date, said: str) -> None:
    assert span(starts, ends) == said


def test_a_pppk_has_a_grade_without_a_rank() -> None:
    assert rank_row("Penata", "III/c") == ("Pangkat, golongan/ruang", "Penata, III/c")
    assert rank_row("", "IX") == ("Golongan", "IX")
    assert rank_row("", "")[1] == "-"


def test_employee_numbers_are_grouped_masked_or_a_dash() -> None:
    assert grouped_number("198503122010012004") == "19850312 201001 2 004"
    assert grouped_number("") == "-"
    assert grouped_number("NRP 7201") == "NRP 7201"
    assert masked_number("198503122010012004").endswith(" 004")
    assert "1985" not in masked_number("198503122010012004")
    assert masked_number("") == "-"


def test_the_acting_prefix_stands_before_the_position() -> None:
    assert Signatory("Kepala Badan", "Ani", prefix="Plh.").title == "Plh. Kepala Badan"
    assert Signatory("Kepala Badan", "Ani").title == "Kepala Badan"


def test_the_sentence_takes_known_parts_only() -> None:
    values = {name: name.upper() for name in NAMES}
    assert check_body(USUAL_BODY) == []
    assert fill("Ikut {kursus}, {jp} JP", values) == "Ikut KURSUS, JP JP"
    assert fill("", values).startswith("telah mengikuti KURSUS")
    assert str(check_body("Ikut {nama}")[0]).startswith("{nama} tidak dikenal.")
    assert str(check_body("Ikut {kursus")[0]) == "Kurung kurawal pada kalimat tidak berpasangan."
    assert str(check_body("x" * 601)[0]) == "Kalimat paling panjang 600 huruf."


def test_a_value_that_looks_like_a_part_stays_as_it_is() -> None:
    assert fill("{kursus}", dict.fromkeys(NAMES, "{jp}")) == "{jp}"


@given(st.lists(st.integers(0, 900), min_size=1, max_size=20), st.integers(0, 200))
def test_the_hours_of_modules_add_up_or_are_left_out(minutes: list[int], jp: int) -> None:
    hours = shared_hours(minutes, jp)
    assert len(hours) == len(minutes)
    if None in hours:
        assert set(hours) == {None}
    else:
        assert sum(hour or 0 for hour in hours) == jp
        assert all(hours)


def test_hours_follow_the_minutes() -> None:
    assert shared_hours([60, 60, 120], 8) == [2, 2, 4]
    assert [(one.title, one.hours) for one in derived_subjects([("A", 30), ("B", 10)], 4)] == [
        ("A", 3),
        ("B", 1),
    ]
