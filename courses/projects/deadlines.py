"""When a stage is due and how late a version came. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# The last minute that readers see; the minute itself still counts.
END_OF_DAY = time(23, 59)


def default_due(starts_on: date, days: int, zone: str) -> datetime:
    """The end of the day that is so many days after a cohort's start, in the cohort's zone."""
    return datetime.combine(starts_on + timedelta(days=days), END_OF_DAY, ZoneInfo(zone))


def lateness(at: datetime, due: datetime | None) -> timedelta | None:
    """How late something came; None in time. A deadline of 23.59 is over when that minute is."""
    if due is None or at < due + timedelta(minutes=1):
        return None
    return at - due


def in_words(late: timedelta) -> tuple[str, int]:
    """The largest whole unit of a lateness: ("days", 2), ("hours", 3) or ("minutes", 1)."""
    if late.days:
        return "days", late.days
    hours = late.seconds // 3600
    return ("hours", hours) if hours else ("minutes", max(1, late.seconds // 60))
