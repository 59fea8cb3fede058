"""When a stage is due in a class's zone, and how late something came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from courses.projects.deadlines import default_due, in_words, lateness

DUE = datetime(2026, 11, 24, 23, 59, tzinfo=ZoneInfo("Asia/Jayapura"))


def test_a_stage_is_due_at_the_end_of_its_day_in_the_zone_of_the_class() -> None:
    due = default_due(date(2026, 11, 14), 10, "Asia/Jayapura")
    assert due == DUE
    assert due.astimezone(UTC) == datetime(2026, 11, 24, 14, 59, tzinfo=UTC)


def test_the_minute_that_is_written_still_counts() -> None:
    assert lateness(DUE + timedelta(seconds=59), DUE) is None
    assert lateness(DUE + timedelta(seconds=60), DUE) == timedelta(minutes=1)
    assert lateness(DUE, None) is None


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (timedelta(seconds=60), ("minutes", 1)),
        (timedelta(seconds=1), ("minutes", 1)),
        (timedelta(minutes=59, seconds=59), ("minutes", 59)),
        (timedelta(hours=23, minutes=59), ("hours", 23)),
        (timedelta(days=2, hours=14), ("days", 2)),
    ],
)
def test_lateness_is_said_in_its_largest_whole_unit(late: timedelta, words: tuple[str, int]) -> None:
    assert in_words(late) == words
