"""A gunicorn as in production, and what it costs: processor time and memory of all its processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Server:
    """A running server on a loopback port."""

    port: int
    pid: int

    def processes(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def cpu_seconds(self) -> float:
        """User and system time of the master and its workers."""
        return sum(_cpu(pid) for pid in self.processes())

    def largest_mb(self) -> float:
        """Resident memory of the largest process, in MB."""
        return (
            max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE for pid in self.processes())
            / 1e6
        )


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(application: str, environment: dict[str, str], *, workers: int = 2) -> Iterator[Server]:
    """`module:app` under gunicorn for the length of a block."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", str(workers), "--threads", "4"),
        *("-b", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "error", application),
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment, "LMS_LOG_LEVEL": "WARNING"}
    )
    try:
        _wait(port, process)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 30
    while time.monotonic() < limit and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")
