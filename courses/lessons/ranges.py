"""What somebody has watched of a video: stretches of time, in milliseconds from its start. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Range = tuple[int, int]


def merged(ranges: Iterable[Sequence[int]]) -> list[Range]:
    """The union: in order, without overlaps or touching neighbours; empty and backward stretches are dropped."""
    union: list[Range] = []
    for start, end in sorted((start, end) for start, end in ranges if end > start):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def within(ranges: Iterable[Sequence[int]], length: int) -> list[Range]:
    """The union of what lies inside a video of this length."""
    return merged((max(0, start), min(length, end)) for start, end in ranges)


def watched(ranges: Iterable[Sequence[int]]) -> int:
    """How many milliseconds the union covers; each counts once, however often it was seen."""
    return sum(end - start for start, end in merged(ranges))


def percent(seen: int, length: int) -> int:
    """Whole percent, rounded down, so that 100 means all of it; a video without a length is never complete."""
    return min(100, 100 * seen // length) if length > 0 else 0
