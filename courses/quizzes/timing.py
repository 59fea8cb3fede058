"""How long an attempt may take. The server's clock decides; a phone is only told how many seconds are left."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from courses.quizzes.models import Lateness

# What an answer without a proof of when it was given may spend between a phone and the server.
ON_THE_WIRE = timedelta(minutes=1)
SOON, LAST = 300, 60  # seconds: from here the clock turns brown, then red (design 4.9)


def deadline_for(start: datetime, limit_minutes: int | None, extra_percent: int = 0) -> datetime | None:
    """When an attempt must be handed in; None without a time limit."""
    if limit_minutes is None:
        return None
    return start + timedelta(seconds=limit_minutes * 60 * (100 + extra_percent) // 100)


def is_over(deadline: datetime | None, now: datetime) -> bool:
    """Whether the time for answering is over. Answers may still arrive during the grace."""
    return deadline is not None and now >= deadline


def accepted_until(deadline: datetime | None, grace_minutes: int) -> datetime | None:
    """Until when answers that were given in time may arrive; None without a deadline."""
    return None if deadline is None else deadline + timedelta(minutes=grace_minutes)


def grace_over(deadline: datetime | None, grace_minutes: int, now: datetime) -> bool:
    """Whether no answer that arrives now may count by itself any more, whenever it was given."""
    until = accepted_until(deadline, grace_minutes)
    return until is not None and now > until


def lateness(
    deadline: datetime | None, grace_minutes: int, *, made: datetime | None, now: datetime
) -> Lateness | None:
    """Why an answer that arrives `now` does not count by itself; None when it counts (quality A7, rule 4).

    `made` is when it was given, proved by a ticket. Without a proof the wire is given a minute.
    """
    if deadline is None or now <= deadline:
        return None
    if grace_over(deadline, grace_minutes, now):
        return Lateness.AFTER_GRACE
    given = made if made is not None else now - ON_THE_WIRE
    return None if given <= deadline else Lateness.AFTER_DEADLINE


def seconds_left(deadline: datetime | None, now: datetime) -> int | None:
    """Whole seconds until the deadline, never below 0; None without one."""
    return None if deadline is None else max(0, round((deadline - now).total_seconds()))


def clock_face(seconds: int) -> str:
    """12.45, or 1.05.00 from an hour on; the page's script counts in the same words."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}.{minutes:02}.{rest:02}" if hours else f"{minutes}.{rest:02}"


def urgency(seconds: int | None) -> str:
    """The tone of the clock: "", "soon" or "last"."""
    if seconds is None or seconds >= SOON:
        return ""
    return "soon" if seconds >= LAST else "last"


def has_ended(last_day: date, zone: str, now: datetime) -> bool:
    """Whether a class is over: its last day has passed where it is held."""
    after = datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone))
    return now >= after
