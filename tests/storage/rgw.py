"""A real S3 service in a folder: Ceph's monitor, one store in memory and its gateway. About 12 seconds to start.

Without systemd, without a manager, as whoever runs the tests. What every line is for was found out by trial: the clients
hang for 300 s without the two `crc` modes, and the store stays down in silence when its uuid differs from the monitor's.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ACCESS, SECRET = "bina-access", "bina-secret-key-of-the-tests"
PATIENCE = 60  # seconds for any one step
CONFIG = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon},v1:127.0.0.1:{mon_old}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms client mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 1073741824
run dir = {folder}/run
admin socket = {folder}/run/$cluster-$name.asok
log file = {folder}/log/$name.log
mon data = {folder}/mon
osd data = {folder}/osd
keyring = {folder}/keyring
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw enable apis = s3
"""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def gateway(folder: Path) -> Iterator[str]:
    """The address of a running gateway. Socket paths are limited to 107 bytes, so keep `folder` short."""
    port = free_port()
    try:
        _start(folder, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(folder)


def _start(folder: Path, port: int) -> None:
    for name in ("mon", "osd", "run", "log"):
        (folder / name).mkdir(parents=True)
    (folder / "keyring").touch()
    fsid, store_id, mon, mon_old = str(uuid.uuid4()), str(uuid.uuid4()), free_port(), free_port()
    config = folder / "ceph.conf"
    config.write_text(CONFIG.format(fsid=fsid, mon=mon, mon_old=mon_old, folder=folder, port=port))
    addresses = f"[v2:127.0.0.1:{mon},v1:127.0.0.1:{mon_old}]"
    monitor, store, run = ["--mon-data", f"{folder}/mon"], ["--osd-data", f"{folder}/osd"], folder / "run"
    map_file = f"{folder}/monmap"
    _do("monmaptool", "--create", "--fsid", fsid, "--addv", "a", addresses, map_file)
    _do("ceph-mon", "-c", config, "-i", "a", "--mkfs", "--monmap", map_file, *monitor)
    _do("ceph-mon", "-c", config, "-i", "a", *monitor, "--pid-file", run / "mon.pid")
    _do("ceph", "-c", config, "osd", "new", store_id)
    _do(
        "ceph-osd",
        "-c",
        config,
        "-i",
        "0",
        "--mkfs",
        "--osd-objectstore",
        "memstore",
        "--osd-uuid",
        store_id,
        *store,
    )
    _do("ceph-osd", "-c", config, "-i", "0", *store, "--pid-file", run / "osd.pid")
    _do("radosgw", "-c", config, "-n", "client.rgw", "--pid-file", run / "rgw.pid")
    user = ("--uid", "bina", "--display-name", "bina", "--access-key", ACCESS, "--secret", SECRET)
    _do("radosgw-admin", "-c", config, "-n", "client.rgw", "user", "create", *user)
    answers(f"http://127.0.0.1:{port}")


def _do(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, f"{command[0]}: {done.stderr.decode(errors='replace')[-500:]}"


def answers(address: str) -> None:
    """Wait until a server says anything at all."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def _stop(folder: Path) -> None:
    """Gateway, store, monitor; the store would wait long for a monitor that is gone, so it is not asked."""
    for name, how in (("rgw", signal.SIGTERM), ("osd", signal.SIGKILL), ("mon", signal.SIGTERM)):
        note = folder / "run" / f"{name}.pid"
        if note.exists() and note.read_text().strip():
            _end(int(note.read_text()), how)


def _end(process: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, how)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            os.kill(process, 0)
            time.sleep(0.05)
        os.kill(process, signal.SIGKILL)
