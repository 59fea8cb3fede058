"""The handshake between pages, worker and server: releases two apart still understand each other. Pure.

A worker stays on a phone until its owner opens Bina again, so a new server meets old workers, and during a rolling
update a new worker meets an old server. Each side says its number; PROTOCOL grows when what they exchange changes.
"""

from __future__ import annotations

PROTOCOL = 1
# How many numbers apart two sides may be.
REACH = 2


def understands(number: int, *, ours: int = PROTOCOL) -> bool:
    """Whether a side that speaks `number` and one that speaks `ours` may work together."""
    return abs(number - ours) <= REACH
