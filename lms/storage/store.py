"""What we need of an object store. Size and type are kept in our database, never only with the object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

# S3 accepts parts of 5 MiB to 5 GiB (the last may be smaller), at most 10,000 of them.
PART_SIZE = 8 * 1024 * 1024
MOST_PARTS = 10_000


class StoreDown(Exception):
    """The store did not answer. Pages say so kindly; jobs are tried again."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is there. `size` in bytes."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an unfinished upload that arrived. `number` counts from 1."""

    number: int
    size: int
    etag: str


class ObjectStore(Protocol):
    """Browsers talk to the store by short-lived addresses; the application sees keys and sizes.

    Keys are ours (never a person's file name). All addresses are absolute or start with `/`; `seconds` is their life.
    """

    def put(self, key: str, data: bytes, *, content_type: str) -> None: ...

    def put_file(self, key: str, path: Path, *, content_type: str) -> None: ...

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of an object, or of a range of it. Raises FileNotFoundError."""
        ...

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into a file. Raises FileNotFoundError."""
        ...

    def stat(self, key: str) -> Stored | None: ...

    def delete(self, key: str) -> None:
        """Forget an object; one that is not there is no error."""
        ...

    def keys(self, prefix: str) -> Iterator[Stored]: ...

    def url(
        self, key: str, *, seconds: int, content_type: str, filename: str = "", inline: bool = False
    ) -> str:
        """An address to read from. With `filename` the browser is told to save it, unless `inline`."""
        ...

    def start_parts(self, key: str, *, content_type: str) -> str:
        """Begin an upload in parts; returns its id."""
        ...

    def part_url(self, key: str, upload_id: str, number: int, *, seconds: int) -> str: ...

    def parts(self, key: str, upload_id: str) -> list[Part]: ...

    def complete_parts(self, key: str, upload_id: str, parts: list[Part]) -> None: ...

    def abort_parts(self, key: str, upload_id: str) -> None: ...
