"""The second `./dev run` of a newcomer: from the command to the printed address, database and all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lms import embedded
from tests.bench.figures import Figure
from tests.bench.server import ROOT, free_port

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

MOST_SECONDS = 5.0
SHARED = ("lms", "courses", "templates", "static", "migrations", "wsgi.py", "gunicorn.conf.py", "setup.cfg")


def measure(_bench: Bench) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="bina-start-") as name:
        copy = _copy(Path(name))
        try:
            yield Figure("start_first", _start(copy), "s")
            yield Figure("start_second", _start(copy), "s", MOST_SECONDS)
        finally:
            cluster = embedded.start(copy / "var")
            embedded.stop(cluster)
            shutil.rmtree(cluster.data.parent)


def _copy(folder: Path) -> Path:
    """A checkout of its own with our files and our packages, so that nothing of a running one is touched."""
    shutil.copy(ROOT / "dev", folder)
    for name in (*SHARED, "constraints.txt"):
        (folder / name).symlink_to(ROOT / name)
    environment = folder / ".venv"
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (environment / name).symlink_to(Path(sys.prefix) / name)
    named = (ROOT / "setup.cfg").read_bytes() + (ROOT / "constraints.txt").read_bytes()
    stamp = {"hash": hashlib.sha256(named).hexdigest(), "extras": ["dev", "embedded"]}
    (environment / ".installed").write_text(json.dumps(stamp))
    return folder


def _start(folder: Path) -> float:
    """Seconds until the address is printed; then everything is ended again."""
    ours = {
        k: v for k, v in os.environ.items() if not k.startswith("LMS_") and k != "PYTHONDONTWRITEBYTECODE"
    }
    command = [sys.executable, "dev", "run", "--port", str(free_port())]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=ours, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    took = 0.0
    for line in process.stdout:
        took = took or (time.perf_counter() - began if "Bina   http://" in line else 0.0)
        if "Ctrl-C" in line:
            break
    process.terminate()
    process.communicate(timeout=120)
    if not took:
        raise RuntimeError("./dev run ended without an address")
    return took
