"""A new release goes in while people work: nobody is turned away (quality A9, F12)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from sqlalchemy.engine import URL

ROOT = Path(__file__).parents[2]
# As systemd hands over a socket (sd_listen_fds(3)): number 3, and for whom it is.
HANDED = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()));"
    "os.execv(sys.executable, [sys.executable, '-m', 'gunicorn', '--log-level', 'error', 'wsgi:app'])"
)


@contextmanager
def serving(door: socket.socket, url: URL, folder: Path) -> Iterator[None]:
    """The web process as README starts it, on a socket that outlives it; ends as systemd ends it."""
    given = {
        "LMS_DATABASE_URL": url.render_as_string(hide_password=False),
        "LMS_SECRET_KEYS": "test-" * 8,
        "LMS_BASE_URL": "http://localhost",
        "LMS_DATA_DIR": str(folder),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", HANDED, str(door.fileno())],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("LMS_")} | given,
        pass_fds=(door.fileno(),),
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_a_restart_turns_nobody_away(template_database: URL, tmp_path: Path) -> None:
    door = socket.create_server(("127.0.0.1", 0), backlog=512)
    address = f"http://127.0.0.1:{door.getsockname()[1]}/luring"
    seen: list[object] = []
    over = Event()

    def visit() -> None:
        while not over.is_set():
            try:
                with urllib.request.urlopen(address, timeout=60) as answer:
                    seen.append(answer.status)
            except OSError as error:
                seen.append(error)

    def until_seen(more: int) -> None:
        enough, limit = len(seen) + more, time.monotonic() + 60
        while len(seen) < enough and time.monotonic() < limit:
            over.wait(0.05)

    visitors = [Thread(target=visit, daemon=True) for _ in range(3)]
    with serving(door, template_database, tmp_path):
        for visitor in visitors:
            visitor.start()
        until_seen(20)
    with serving(door, template_database, tmp_path):
        until_seen(20)
        over.set()
        for visitor in visitors:
            visitor.join(60)
    door.close()
    assert len(seen) >= 40
    assert set(seen) == {200}
