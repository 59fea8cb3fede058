"""A PostgreSQL of the load tests' own, on a disk that is as slow as a real one, and that may be crashed."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from lms import embedded

SHIM = Path(__file__).with_name("slow_disk.c")


@dataclass(frozen=True)
class Database:
    """A fresh database in a private cluster. `shim` is the preloaded delay, or empty without a compiler."""

    cluster: embedded.Cluster
    url: URL
    shim: str

    @property
    def address(self) -> str:
        """For SQLAlchemy and the settings."""
        return self.url.render_as_string(hide_password=False)

    def connect(self) -> psycopg.Connection:
        """A connection outside of the application, to look at what it kept."""
        return psycopg.connect(
            self.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        )

    def crash(self) -> None:
        """Kill the database as a power cut would and start it again; returns when it takes connections."""
        _restart(self.cluster, "immediate", self.shim)

    def commit_ms(self, times: int = 20) -> float:
        """What one durable commit costs here, in milliseconds."""
        with self.connect() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS commit_probe (at timestamptz)")
            began = time.perf_counter()
            for _ in range(times):
                connection.execute("INSERT INTO commit_probe VALUES (now())")
            return (time.perf_counter() - began) * 1000 / times


@contextmanager
def private_database(folder: Path, *, name: str = "storm") -> Iterator[Database]:
    """A fresh database in the cluster of this folder, which runs for the length of the block.

    Two runs on one machine would measure, and crash, each other: the second waits for the first.
    """
    with _alone(folder):
        yield from _running(folder, name)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _running(folder: Path, name: str) -> Iterator[Database]:
    cluster = embedded.start(folder)
    try:
        shim, url = _compiled(cluster), _fresh(cluster, name)
        _restart(cluster, "fast", shim)
        yield Database(cluster, url, shim)
    finally:
        embedded.stop(cluster)


def _compiled(cluster: embedded.Cluster) -> str:
    """The delay as a library that the database's account can read; empty when there is no C compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return ""
    library = cluster.sockets / "slow_disk.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SHIM), "-ldl"], check=True)
    library.chmod(0o755)
    if cluster.user:
        shutil.chown(library, cluster.user)
    return str(library)


def _restart(cluster: embedded.Cluster, mode: str, shim: str) -> None:
    environment = {"LD_PRELOAD": shim} if shim else embedded.NOTHING
    arguments = ["restart", "-D", str(cluster.data), "-m", mode, "-w", "-t", "60"]
    embedded.run(
        cluster, "pg_ctl", *arguments, "-l", str(cluster.data / "server.log"), environment=environment
    )


def _fresh(cluster: embedded.Cluster, name: str) -> URL:
    url = make_url(cluster.url)
    admin = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        # Or the slow disk would make each of a thousand files sure one by one after a crash.
        connection.execute("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'")
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.set(database=name)
