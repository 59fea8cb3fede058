"""Does an object store do what we need? Asked by `flask storage check`, on the installation itself."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lms.database import new_id
from lms.storage.store import ObjectStore, StoreDown

TYPE = "text/plain; charset=utf-8"
BYTES = b"Bina: 0123456789"
# S3 wants at least so much in every part but the last.
LEAST_PART = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Step:
    """One thing we need; `detail` says what was wrong."""

    name: str
    ok: bool
    detail: str = ""


class Wrong(Exception):
    """The store answered, but not as it should."""


def checked(store: ObjectStore) -> Iterator[Step]:
    """Try every step on an object of our own, which is deleted again."""
    key = f"check/{new_id()}"
    for name, step in STEPS.items():
        try:
            step(store, key)
        except (StoreDown, Wrong, OSError) as error:
            yield Step(name, False, f"{type(error).__name__}: {error}")
        else:
            yield Step(name, True)


def _expect(found: object, wanted: object) -> None:
    if found != wanted:
        raise Wrong(f"got {str(found)[:80]!r}, wanted {str(wanted)[:80]!r}")


def _put(store: ObjectStore, key: str) -> None:
    store.put(key, BYTES, content_type=TYPE)


def _read(store: ObjectStore, key: str) -> None:
    _expect(store.read(key), BYTES)


def _range(store: ObjectStore, key: str) -> None:
    _expect(store.read(key, start=6, length=4), BYTES[6:10])


def _list(store: ObjectStore, key: str) -> None:
    _expect([(found.key, found.size) for found in store.keys(key)], [(key, len(BYTES))])


def _address(store: ObjectStore, key: str) -> None:
    url = store.url(key, seconds=60, content_type=TYPE)
    if url.startswith("http"):  # the folder's addresses need our own server
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310
            _expect((answer.read(), answer.headers["Content-Type"]), (BYTES, TYPE))


def _parts(store: ObjectStore, key: str) -> None:
    upload = store.start_parts(f"{key}-parts", content_type=TYPE)
    _expect(store.parts(f"{key}-parts", upload), [])
    store.abort_parts(f"{key}-parts", upload)


def _file(store: ObjectStore, key: str) -> None:
    with TemporaryDirectory() as folder:
        there, back = Path(folder, "there"), Path(folder, "back")
        there.write_bytes(bytes(LEAST_PART) * 2)
        store.put_file(key, there, content_type=TYPE)
        store.fetch(key, back)
        _expect(back.stat().st_size, 2 * LEAST_PART)


def _delete(store: ObjectStore, key: str) -> None:
    store.delete(key)
    store.delete(key)
    _expect(store.stat(key), None)


STEPS: dict[str, Callable[[ObjectStore, str], None]] = {
    "put": _put,
    "read": _read,
    "read a range": _range,
    "list": _list,
    "fetch by address": _address,
    "upload in parts": _parts,
    "put and fetch a file": _file,
    "delete": _delete,
}
