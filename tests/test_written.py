"""Days and numbers are written as the Unicode locale data say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from lms import written

LANGUAGES = st.sampled_from(["id", "en"])


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), LANGUAGES)
def test_days_are_written_as_the_locale_data_say(value: date, language: str) -> None:
    assert written.day(value, language) == format_date(value, "d MMMM y", locale=language)
    assert written.short_day(value, language) == format_date(value, "d MMM", locale=language)


@given(st.decimals(-(10**9), 10**9, places=3), st.integers(0, 3), LANGUAGES)
def test_numbers_are_written_as_the_locale_data_say(value: Decimal, digits: int, language: str) -> None:
    rounded = round(value, digits)
    assert written.number(value, digits, language) == format_decimal(rounded, locale=language)


def test_a_float_is_written_as_it_prints() -> None:
    assert written.number(1234.55, 1, "id") == "1.234,6"
    assert written.number(70.0, 1, "id") == "70"
    assert written.number(1e6, 1, "en") == "1,000,000"
