"""How fast one person's phones may send: far faster than anybody works, and never so fast that others wait for it.

Each process counts for itself and in memory, because a save must not cost a statement more. What is sent too fast stays on
the phone and is sent again.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field
from threading import Lock

# Pieces of work at once: what two phones of one person may bring home after days without a network.
BURST = 3_000
REFILL = 5.0  # pieces a second: a page sends each question that is being answered at most once a second
MOST_PEOPLE = 10_000  # remembered; whoever has been quiet for long enough needs no memory


@dataclass(slots=True)
class Pace:
    """Who sent how much lately. `now` is in seconds of a steady clock."""

    used: dict[uuid.UUID, tuple[float, float]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def wait(self, person: uuid.UUID, pieces: int, *, now: float) -> int:
        """0 when so many pieces may come now (and are counted); otherwise after how many seconds they may."""
        with self.lock:
            used = self._used(person, now)
            over = used + pieces - BURST
            if over > 0:
                return math.ceil(over / REFILL)
            self.used[person] = (used + pieces, now)
            if len(self.used) > MOST_PEOPLE:
                self.used = {one: kept for one, kept in self.used.items() if self._used(one, now) > 0}
        return 0

    def _used(self, person: uuid.UUID, now: float) -> float:
        used, at = self.used.get(person, (0.0, now))
        return max(0.0, used - (now - at) * REFILL)
