"""What a server keeps while it works: memory and open files of its processes, looked at every ten seconds (quality A9, L6)."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.server import Server

EVERY = 10.0  # seconds


@dataclass
class Growth:
    """A look: seconds since this was made, MiB of the largest worker, open files of the process that has most."""

    server: Server
    looks: list[tuple[float, float, int]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        processes = self.server.processes()
        files = max(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in processes)
        self.looks.append((time.monotonic() - self.began, self.server.memory("Rss"), files))

    def memory(self, since: float, until: float) -> float:
        """Growth in percent per ten minutes: the slope of a straight line through the looks between two seconds."""
        chosen = [look for look in self.looks if since <= look[0] <= until]
        if len(chosen) < 2:
            return 0.0
        seconds, sizes, _files = zip(*chosen, strict=True)
        return statistics.linear_regression(seconds, sizes).slope * 600 / statistics.fmean(sizes) * 100

    def files(self, since: float, until: float) -> float:
        """How many more were open in the last third of the time than in the first; connections come and go."""
        chosen = [files for second, _size, files in self.looks if since <= second <= until]
        third = len(chosen) // 3
        return statistics.median(chosen[-third:]) - statistics.median(chosen[:third]) if third else 0.0


@contextmanager
def watching(server: Server) -> Iterator[Growth]:
    """Looks for the length of a block."""
    growth, over = Growth(server), threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            growth.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield growth
    finally:
        over.set()
        thread.join()
