"""How much is kept of one attempt: more than anybody can answer, and an end for a client that never stops. Pure.

A page sends what is typed at most every second. Whoever types for ten hours without a pause stays below MOST_CHANGES.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MOST_CHANGES = 40_000
MOST_BYTES = 100 * 1024 * 1024
# What arrives too late is at most a last answer to each question from each device, and is read by a person.
MOST_LATE = 2_000


@dataclass(slots=True)
class Room:
    """How many changes, and bytes of them, have been kept of an attempt."""

    changes: int = 0
    size: int = 0
    most: int = MOST_CHANGES

    def takes(self, size: int) -> bool:
        """Whether one more of this size is kept; it is counted then."""
        if self.changes >= self.most or self.size + size > MOST_BYTES:
            return False
        self.changes, self.size = self.changes + 1, self.size + size
        return True


def size_of(value: Any) -> int:
    """The bytes of an answer as JSON."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
