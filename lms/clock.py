"""The only place that asks the time. Services take `now=`; views and jobs get it here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """A moment as scripts count it: since 1970."""
    return round(moment.timestamp() * 1000)
