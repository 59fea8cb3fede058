"""Phases, days of enrolment, local times and copied dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.cohorts.schedule import (
    BadMoment,
    Phase,
    Window,
    copied_dates,
    local_moment,
    local_text,
    next_name,
    phase,
    roman,
    today_in,
    window,
)

FIRST, LAST = date(2026, 11, 3), date(2026, 11, 28)
ZONES = st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    ("published", "today", "expected"),
    [
        (False, date(2026, 11, 10), Phase.DRAFT),
        (True, date(2026, 11, 2), Phase.ANNOUNCED),
        (True, FIRST, Phase.RUNNING),
        (True, LAST, Phase.RUNNING),
        (True, date(2026, 11, 29), Phase.FINISHED),
    ],
)
def test_the_first_and_the_last_day_belong_to_the_class(
    published: bool, today: date, expected: Phase
) -> None:
    assert phase(published, FIRST, LAST, today) is expected


def test_the_day_is_that_of_the_class_not_of_the_server() -> None:
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert today_in("Asia/Jakarta", late) == date(2026, 11, 20)
    assert today_in("Asia/Jayapura", late) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("opens", "closes", "today", "expected"),
    [
        (None, None, FIRST - timedelta(days=400), Window.OPEN),
        (None, None, LAST, Window.OPEN),
        (None, None, LAST + timedelta(days=1), Window.OVER),
        (FIRST, None, FIRST - timedelta(days=1), Window.BEFORE),
        (FIRST, FIRST, FIRST, Window.OPEN),
        (None, FIRST, FIRST + timedelta(days=1), Window.OVER),
        (None, LAST + timedelta(days=9), LAST + timedelta(days=1), Window.OVER),
    ],
)
def test_enrolment_has_its_own_days_within_the_class(
    opens: date | None, closes: date | None, today: date, expected: Window
) -> None:
    assert window(opens, closes, LAST, today) is expected


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)), ZONES)  # noqa: DTZ001
def test_a_moment_comes_back_as_it_was_typed(moment: datetime, zone: str) -> None:
    typed = moment.strftime("%Y-%m-%dT%H:%M")
    assert local_text(local_moment(typed, zone), zone) == typed


def test_midnight_in_medan_is_two_hours_later_in_sorong() -> None:
    due = local_moment("2026-11-28T23:59", "Asia/Jakarta")
    assert local_text(due, "Asia/Jayapura") == "2026-11-29T01:59"


@pytest.mark.parametrize("typed", ["besok", "2026-13-01T00:00", "2026-11-28", "28/11/2026 10:00"])
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(BadMoment):
        local_moment(typed, "Asia/Jakarta")


def test_an_empty_field_is_no_moment_and_no_mistake() -> None:
    assert local_moment("  ", "Asia/Jakarta") is None
    assert local_text(None, "Asia/Jakarta") == ""


@given(DAYS, st.integers(0, 400))
def test_a_copy_is_as_long_begins_after_the_end_and_keeps_the_weekday(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    copied = copied_dates(first, last)
    assert copied.ends_on - copied.starts_on == last - first
    assert copied.starts_on > last
    assert copied.starts_on.weekday() == first.weekday()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Angkatan I", "Angkatan II"),
        ("Angkatan III", "Angkatan IV"),
        ("Angkatan IX", "Angkatan X"),
        ("Kelas 9", "Kelas 10"),
        ("Kelas C", "Kelas C II"),
        ("Perdana", "Perdana II"),
        ("IV", "V"),
    ],
)
def test_the_next_batch_counts_on(name: str, expected: str) -> None:
    assert next_name(name) == expected


@given(st.integers(1, 48))
def test_counting_on_in_roman_letters_never_skips(number: int) -> None:
    assert next_name(f"Angkatan {roman(number)}") == f"Angkatan {roman(number + 1)}"
