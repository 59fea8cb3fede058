"""What counts as watched."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from courses.lessons.ranges import Range, merged, percent, watched, within

TIMES = st.integers(0, 400)
RANGES = st.lists(st.tuples(TIMES, TIMES), max_size=12)


def seconds(ranges: list[Range]) -> set[int]:
    return {moment for start, end in ranges for moment in range(start, end)}


@given(RANGES)
def test_the_union_covers_exactly_what_was_seen(ranges: list[Range]) -> None:
    union = merged(ranges)
    assert seconds(union) == seconds(ranges)
    assert watched(ranges) == len(seconds(ranges))
    assert all(a[1] < b[0] for a, b in pairwise(union))


@given(RANGES, RANGES)
def test_the_order_of_reports_makes_no_difference(first: list[Range], second: list[Range]) -> None:
    assert merged([*merged(first), *second]) == merged([*merged(second), *first]) == merged([*first, *second])


@given(RANGES, st.integers(1, 300))
def test_nothing_outside_the_video_counts(ranges: list[Range], length: int) -> None:
    assert seconds(within(ranges, length)) == {moment for moment in seconds(ranges) if moment < length}
    assert 0 <= percent(watched(within(ranges, length)), length) <= 100


def test_percent_is_rounded_down_and_a_video_without_length_is_never_complete() -> None:
    assert percent(899, 1000) == 89
    assert percent(1000, 1000) == 100
    assert percent(0, 0) == 0
