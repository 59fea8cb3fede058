"""What one kind of store does for itself: proofs that outlive a change of keys, a disk that is full, a service that is down."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.config import Settings
from lms.storage.folder import BadAddress, FolderStore, TooLong
from lms.storage.s3 import S3Store
from lms.storage.signing import Signer
from lms.storage.store import PART_SIZE, StoreDown, disposition, window
from tests.storage.engines import s3_settings
from tests.storage.rgw import free_port

TYPE = "text/plain"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path, ["baru" * 8, "lama" * 8])


def arguments(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_addresses_made_with_the_key_before_still_work(store: FolderStore, tmp_path: Path) -> None:
    before = FolderStore(tmp_path, ["lama" * 8])
    url = before.url("media/a", seconds=60, content_type=TYPE)
    assert store.verify("GET", "media/a", arguments(url)) > 0
    forgotten = FolderStore(tmp_path, ["baru" * 8])
    with pytest.raises(BadAddress):
        forgotten.verify("GET", "media/a", arguments(url))


def test_an_address_says_how_long_it_is_still_good(tmp_path: Path) -> None:
    clock = [600_000.0]
    store = FolderStore(tmp_path, ["k" * 32], clock=lambda: clock[0])
    url = store.url("media/a", seconds=600, content_type=TYPE)
    assert store.verify("GET", "media/a", arguments(url)) == 600 + window(600)
    clock[0] += 600 + window(600)
    with pytest.raises(BadAddress):
        store.verify("GET", "media/a", arguments(url))


@pytest.mark.asvs("V5.3.2")
@pytest.mark.parametrize("key", ["../luar", "media/../../luar", "/etc/passwd", "", "."])
def test_no_key_leaves_the_folder(store: FolderStore, key: str) -> None:
    with pytest.raises(BadAddress):
        store.put(key, b"x", content_type=TYPE)
    store.put("media/..a/b", b"x", content_type=TYPE)


@pytest.mark.parametrize("upload", ["../x", "a/b", "", "ä"])
def test_no_upload_leaves_the_folder(store: FolderStore, upload: str) -> None:
    with pytest.raises(BadAddress):
        store.put_part(upload, 1, io.BytesIO(b"x"))


def test_a_part_longer_than_a_part_leaves_nothing_behind(store: FolderStore, tmp_path: Path) -> None:
    upload = store.start_parts("media/a", content_type=TYPE)
    assert store.put_part(upload, 1, io.BytesIO(bytes(PART_SIZE))).size == PART_SIZE
    with pytest.raises(TooLong):
        store.put_part(upload, 2, io.BytesIO(bytes(PART_SIZE + 1)))
    assert [part.number for part in store.parts("media/a", upload)] == [1]
    assert list((tmp_path / "arriving").iterdir()) == []


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process may grow beyond 10 kB: what writing to a full disk looks like."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_a_store_that_is_down_and_leaves_nothing_behind(
    store: FolderStore, tmp_path: Path
) -> None:
    upload = store.start_parts("media/b", content_type=TYPE)
    with no_room():
        with pytest.raises(StoreDown):
            store.put("media/a", bytes(20_000), content_type=TYPE)
        with pytest.raises(StoreDown):
            store.put_part(upload, 1, io.BytesIO(bytes(20_000)))
    assert store.stat("media/a") is None
    assert store.parts("media/b", upload) == []
    assert list((tmp_path / "arriving").iterdir()) == []
    store.put("media/a", bytes(20_000), content_type=TYPE)
    assert store.stat("media/a") is not None


def test_deleting_the_last_object_takes_its_folder_along(store: FolderStore, tmp_path: Path) -> None:
    for name in ("a", "b"):
        store.put(f"media/x/{name}", b"x", content_type=TYPE)
    store.delete("media/x/a")
    assert (tmp_path / "objects/media/x").is_dir()
    store.delete("media/x/b")
    assert not (tmp_path / "objects/media/x").exists()


def test_a_service_that_is_down_is_said_so(tmp_path: Path) -> None:
    nowhere = s3_settings(f"http://127.0.0.1:{free_port()}")
    store = S3Store(Settings(database_url="", secret_keys=("x",), **nowhere))  # type: ignore[arg-type]
    (tmp_path / "x").write_bytes(b"x")
    for ask in (
        lambda: store.stat("media/a"),
        lambda: store.put("media/a", b"x", content_type=TYPE),
        lambda: store.put_file("media/a", tmp_path / "x", content_type=TYPE),
        lambda: list(store.keys("media/")),
        lambda: store.start_parts("media/a", content_type=TYPE),
    ):
        with pytest.raises(StoreDown):
            ask()
    assert store.url("media/a", seconds=60, content_type=TYPE).startswith("http://")


def test_browsers_get_the_public_address() -> None:
    settings = s3_settings("http://dalam:1", s3_public_endpoint="https://berkas.contoh.invalid/")
    store = S3Store(Settings(database_url="", secret_keys=("x",), **settings))  # type: ignore[arg-type]
    assert store.url("media/a", seconds=60, content_type=TYPE).startswith(
        "https://berkas.contoh.invalid/bina/media/a?"
    )


def test_the_signature_is_that_of_the_published_example() -> None:
    """Amazon's own figures: Signature Version 4, "Authenticating Requests: Using Query Parameters"."""
    signer = Signer("us-east-1", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    url = signer.presigned(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        {},
        at=datetime(2013, 5, 24, tzinfo=UTC),
        seconds=86400,
    )
    assert (
        arguments(url)["X-Amz-Signature"]
        == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


def test_the_secret_is_not_shown() -> None:
    assert "rahasia" not in repr(Signer("x", "y", "rahasia"))


@given(st.text(max_size=60))
def test_any_name_makes_one_header_line(name: str) -> None:
    line = disposition(name.encode(errors="ignore").decode(), inline=False)
    assert line.isascii()
    assert line.isprintable()
    assert line.count('"') in (0, 2)


@given(st.integers(0, 2_000_000_000), st.integers(1, 7 * 86400))
def test_an_address_works_at_least_as_long_as_asked_for(moment: int, seconds: int) -> None:
    store = FolderStore(Path("x"), ["k" * 32], clock=lambda: moment)
    url = store.url("media/a", seconds=seconds, content_type=TYPE)
    left = store.verify("GET", "media/a", arguments(url))
    assert seconds < left <= seconds + window(seconds)
