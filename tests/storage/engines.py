"""The stores that the contract is tried on: the folder behind our own server, Ceph's gateway, and rclone's."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from courses.features import FEATURES
from lms.app import create_app
from lms.config import Settings
from lms.storage.folder import FolderStore
from lms.storage.s3 import S3Store
from lms.storage.store import ObjectStore
from tests.conftest import settings_for
from tests.storage.live import served
from tests.storage.rgw import ACCESS, SECRET, answers, free_port, gateway

Clock = Callable[[], float]


@dataclass(frozen=True)
class Engine:
    """`store_at` makes a store whose clock is elsewhere; `base` stands before addresses that begin with a slash."""

    name: str
    store_at: Callable[[Clock], ObjectStore]
    base: str = ""

    @property
    def store(self) -> ObjectStore:
        return self.store_at(time.time)

    def address(self, url: str) -> str:
        return self.base + url if url.startswith("/") else url


def s3_settings(endpoint: str, **changes: object) -> dict[str, object]:
    return {"s3_endpoint": endpoint, "s3_access_key": ACCESS, "s3_secret_key": SECRET, **changes}


def s3_engine(name: str, endpoint: str) -> Engine:
    settings = Settings(database_url="", secret_keys=("x",), **s3_settings(endpoint))  # type: ignore[arg-type]
    return Engine(name, lambda clock: S3Store(settings, clock=clock))


@pytest.fixture(scope="session")
def rgw() -> Iterator[Engine]:
    """Ceph's gateway; install radosgw, ceph-mon and ceph-osd for it."""
    with tempfile.TemporaryDirectory(prefix="rgw-") as folder, gateway(Path(folder)) as endpoint:
        engine = s3_engine("rgw", endpoint)
        engine.store.prepare(["http://localhost"])
        yield engine


@pytest.fixture(scope="session")
def rclone() -> Iterator[Engine]:
    """rclone's server, from its wheel. It knows no CORS of a bucket, so only the bucket is made."""
    port = free_port()
    program = str(Path(sys.executable).parent / "rclone")
    with tempfile.TemporaryDirectory(prefix="rclone-") as folder:
        command = [
            program,
            "serve",
            "s3",
            "--addr",
            f"127.0.0.1:{port}",
            "--auth-key",
            f"{ACCESS},{SECRET}",
            folder,
        ]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            answers(f"http://127.0.0.1:{port}")
            engine = s3_engine("rclone", f"http://127.0.0.1:{port}")
            store = engine.store
            assert isinstance(store, S3Store)
            store.make_bucket()
            yield engine
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="session")
def folder(template_database: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The folder, whose addresses our own server answers."""
    settings = settings_for(template_database, tmp_path_factory.mktemp("folder"))
    app = create_app(settings, FEATURES)
    files, secrets = settings.data_dir / "files", settings.secret_keys
    with served(app) as base:
        yield Engine("folder", lambda clock: FolderStore(files, secrets, clock=clock), base)
