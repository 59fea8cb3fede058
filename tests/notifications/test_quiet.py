"""Quiet hours: they end on somebody's own wall clock, wherever they live."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.notifications.quiet import NIGHT, Quiet, next_at, until

INDONESIA = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
# Clocks that are changed by an hour, by half an hour, and a zone that once skipped a day.
ELSEWHERE = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")

moments = st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
walls = st.times().map(lambda at: at.replace(second=0, microsecond=0))
hours = st.tuples(walls, walls).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: Quiet(*pair))
anywhere = st.sampled_from(INDONESIA + ELSEWHERE)


def wall(moment: datetime, zone: str) -> time:
    return moment.astimezone(ZoneInfo(zone)).time()


@given(moments, anywhere, hours)
def test_nothing_waits_outside_of_quiet_hours_and_everything_does_inside(
    moment: datetime, zone: str, quiet: Quiet
) -> None:
    assert (until(moment, zone, quiet) == moment) is not quiet.holds_at(wall(moment, zone))


@given(moments, st.sampled_from(INDONESIA), hours)
def test_the_wait_is_exactly_to_the_end_of_the_quiet_hours(moment: datetime, zone: str, quiet: Quiet) -> None:
    end = until(moment, zone, quiet)
    assert not quiet.holds_at(wall(end, zone))
    if end != moment:
        assert wall(end, zone) == quiet.ends
        assert quiet.holds_at(wall(end - timedelta(microseconds=1), zone))
        assert timedelta() < end - moment < timedelta(days=1)


@given(moments, anywhere, walls)
def test_the_next_seven_oclock_comes_within_a_day_even_where_clocks_are_changed(
    moment: datetime, zone: str, at: time
) -> None:
    found = next_at(moment, zone, at)
    # A skipped time, or a skipped day, comes later; never later than that.
    assert timedelta() < found - moment <= timedelta(hours=50 if zone == "Pacific/Apia" else 26)
    if zone in INDONESIA:
        assert wall(found, zone) == at
        assert found - moment <= timedelta(days=1)


@given(moments, anywhere)
def test_who_switched_quiet_hours_off_waits_for_nothing(moment: datetime, zone: str) -> None:
    assert until(moment, zone, None) == moment


@pytest.mark.parametrize(
    ("here", "leaves"),
    [
        ("20:59", "20:59"),
        ("21:00", "06:00"),
        ("23:30", "06:00"),
        ("00:00", "06:00"),
        ("05:59", "06:00"),
        ("06:00", "06:00"),
    ],
)
def test_the_night_lasts_from_nine_until_six(here: str, leaves: str) -> None:
    moment = datetime.combine(datetime(2026, 11, 21), time.fromisoformat(here), ZoneInfo("Asia/Makassar"))  # noqa: DTZ001
    assert wall(until(moment, "Asia/Makassar", NIGHT), "Asia/Makassar") == time.fromisoformat(leaves)


def test_the_same_moment_is_night_in_sorong_and_evening_in_medan() -> None:
    moment = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    assert until(moment, "Asia/Jayapura", NIGHT) == datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
    assert until(moment, "Asia/Jakarta", NIGHT) == moment


def test_quiet_hours_may_lie_within_one_day() -> None:
    noon = Quiet(time(12), time(13))
    assert noon.holds_at(time(12, 30))
    assert not noon.holds_at(time(13))
    assert not noon.holds_at(time(23))


def test_an_hour_that_comes_twice_is_not_taken_for_the_one_that_is_over() -> None:
    # Berlin, 25 October 2026: 02.30 is shown at 00.30 and at 01.30 UTC.
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert next_at(between, "Europe/Berlin", time(2, 30)) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
