"""The only place that asks the time. Services take `now=`; views and jobs get it here.

A machine's clock may be set while an exam runs. What has passed is therefore measured by the steady clock, which nobody
sets, and the machine's clock is only approached, no faster than a good clock is corrected anyway: nobody loses or gains
minutes, and the time does not go back. A clock that has stayed set for longer than any exam is right, and is believed, as
it is by a process that starts. Readiness says until then that they differ.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

# Seconds in a second: an exam of 90 minutes is wrong by 5 seconds at most, far less than any grace.
APPROACH = 0.001
# Seconds apart, for so many seconds: somebody meant it, or the machine slept where no clock of its own went on.
APART, SETTLED_AFTER = 60.0, 4 * 3600.0
# It goes on while a laptop sleeps, where the system has such a clock.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _steady() -> float:
    return time.clock_gettime(_STEADY)


@dataclass(slots=True)
class Clock:
    """The time by two clocks, both in seconds: the machine's, which may be set, and the steady one."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = _steady
    told: float = field(init=False)
    at: float = field(init=False)
    apart_since: float | None = field(init=False, default=None)
    lock: Lock = field(init=False, default_factory=Lock)

    def __post_init__(self) -> None:
        self.told, self.at = self.wall(), self.steady()

    def now(self) -> float:
        """Seconds since 1970: not less than before, unless a clock that was set back has settled."""
        with self.lock:
            steady, wall = self.steady(), self.wall()
            passed = max(0.0, steady - self.at)
            self.at, self.told = steady, self.told + passed
            self.told += min(max(wall - self.told, -passed * APPROACH), passed * APPROACH)
            if self._settled(wall, steady):
                self.told = wall
            return self.told

    def _settled(self, wall: float, steady: float) -> bool:
        """Whether the clocks have been apart for so long that the machine's is right."""
        if abs(wall - self.told) < APART:
            self.apart_since = None
        elif self.apart_since is None:
            self.apart_since = steady
        return self.apart_since is not None and steady - self.apart_since >= SETTLED_AFTER

    def ahead(self) -> float:
        """How many seconds the machine's clock is ahead of ours."""
        return self.wall() - self.now()


CLOCK = Clock()


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.fromtimestamp(CLOCK.now(), UTC)


def ahead() -> float:
    """How many seconds the machine's clock is ahead of what this process tells; large once somebody has set it."""
    return CLOCK.ahead()


def milliseconds(moment: datetime) -> int:
    """A moment as scripts count it: since 1970."""
    return round(moment.timestamp() * 1000)
