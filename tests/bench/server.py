"""A gunicorn as in production, and what it costs: processor time and memory of all its processes."""

from __future__ import annotations

import http.client
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
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
# As ./dev run and the unit of systemd set it (gunicorn.conf.py says why).
SMALL = {
    "PYTHONOPTIMIZE": "2",
    "PYTHONNODEBUGRANGES": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "65536",
}


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

    def memory(self, kind: str) -> float:
        """MiB of the largest worker: "Rss" counts what it shares with others whole, "Pss" divides it among them."""
        _master, *workers = self.processes()
        return max(_memory(pid)[kind] for pid in workers)

    def wait_ready(self, patience: float = 60.0) -> None:
        """Return when the server says that it may get requests."""
        limit = time.monotonic() + patience
        while _status(self.port, "/readyz") != 200:
            if time.monotonic() > limit:
                raise RuntimeError("the server did not get ready")
            time.sleep(0.05)


def _memory(pid: int) -> dict[str, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines)}


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_of(settings: dict[str, str]) -> dict[str, str]:
    """Ours with these settings, and with compiled modules kept as they are in production."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, **settings, "LMS_LOG_LEVEL": "WARNING"}


@contextmanager
def serving(
    application: str, environment: dict[str, str], *, workers: int = 2, log: IO[bytes] | None = None
) -> Iterator[Server]:
    """`module:app` under gunicorn for the length of a block."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}"),
        *("--workers", str(workers), "--log-level", "error", application),
    ]
    settings = environment_of(environment) | SMALL
    process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until something is answered: the port is open long before the workers have read the application."""
    limit = time.monotonic() + 120
    while not _status(port, "/healthz"):
        if time.monotonic() > limit or process.poll() is not None:
            raise RuntimeError("the server did not come up")
        time.sleep(0.1)


def _status(port: int, path: str) -> int:
    """The status of an answer; 0 when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
