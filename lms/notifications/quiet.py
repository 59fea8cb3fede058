"""Quiet hours and mornings, as somebody's wall clock shows them: arithmetic only, right also where clocks are changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of day until another, over midnight when the second is not later."""

    begins: time
    ends: time

    def holds_at(self, wall: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= wall < self.ends
        return wall >= self.begins or wall < self.ends


# What holds until somebody chooses otherwise.
NIGHT = Quiet(time(21), time(6))


def until(moment: datetime, zone: str, quiet: Quiet | None) -> datetime:
    """The end of the quiet hours that this moment falls into, in UTC; the moment itself when it falls into none."""
    wall = moment.astimezone(ZoneInfo(zone)).time()
    if quiet is None or not quiet.holds_at(wall):
        return moment
    return next_at(moment, zone, quiet.ends)


def next_at(moment: datetime, zone: str, wall: time) -> datetime:
    """When a clock in this zone next shows this time, after this moment, in UTC.

    A time that is skipped there comes as much later as clocks are put forward; of one that comes twice each counts.
    """
    here = ZoneInfo(zone)
    today = moment.astimezone(here).date()
    shown = (
        datetime.combine(today + DAY * days, wall, tzinfo=here).replace(fold=fold).astimezone(UTC)
        for days in (0, 1, 2)
        for fold in (0, 1)
    )
    return min(one for one in shown if one > moment)
