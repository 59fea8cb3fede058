"""What we need of an object store. Size and type are kept in our database, never only with the object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

# S3 accepts parts of 5 MiB to 5 GiB (the last may be smaller), at most 10,000 of them. The smaller a part, the less is sent
# again after a cut.
PART_SIZE = 5 * 1024 * 1024
MOST_PARTS = 10_000


class StoreDown(Exception):
    """The store did not answer or has no room. Pages say so kindly; jobs are tried again."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is there. `size` in bytes, `changed_at` by the store's clock."""

    key: str
    size: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an unfinished upload that arrived. `number` counts from 1."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload in parts that was begun and neither completed nor aborted."""

    key: str
    upload_id: str
    began_at: datetime


class ObjectStore(Protocol):
    """Browsers talk to the store by short-lived addresses; the application sees keys and sizes.

    Keys are ours (never a person's file name). All addresses are absolute or start with `/`. `seconds` is how long one
    works at least: within a while (`window`) the same question gets the same address, so that browsers may keep what
    they fetched. Every method raises StoreDown when the store does not answer.
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

    def keys(self, prefix: str) -> Iterator[Stored]:
        """Every object whose key begins so, in the order of the keys."""
        ...

    def url(
        self, key: str, *, seconds: int, content_type: str, filename: str = "", inline: bool = False
    ) -> str:
        """An address to read from, which answers with this type. Browsers save what is not `inline`."""
        ...

    def start_parts(self, key: str, *, content_type: str) -> str:
        """Begin an upload in parts; returns its id."""
        ...

    def part_url(self, key: str, upload_id: str, number: int, *, seconds: int, digest: str = "") -> str:
        """An address to PUT one part to. With its SHA-256 (hexadecimal), which the sender repeats in the header
        X-Amz-Content-SHA256, other bytes are refused."""
        ...

    def send_part(self, key: str, upload_id: str, number: int, data: bytes) -> None:
        """Put one part from here. Raises FileNotFoundError as `parts` does."""
        ...

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """What arrived, by number. Raises FileNotFoundError for an upload that is unknown, completed or aborted."""
        ...

    def complete_parts(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """Make the object from its parts, in the order of their numbers. Raises FileNotFoundError as `parts` does."""
        ...

    def abort_parts(self, key: str, upload_id: str) -> None:
        """Forget an unfinished upload; one that is not there is no error."""
        ...

    def unfinished(self, prefix: str) -> Iterator[Unfinished]: ...

    def prepare(self, origins: Sequence[str]) -> None:
        """Make the place for objects, and let pages of these origins upload to it and read ranges from it."""
        ...


def window(seconds: int) -> int:
    """How long an address stays the same (seconds)."""
    return max(60, seconds // 2)


def disposition(filename: str, *, inline: bool) -> str:
    """A Content-Disposition that survives every browser: ASCII first, the real name as an extended value (RFC 6266)."""
    kind = "inline" if inline else "attachment"
    if not filename:
        return kind
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in filename)
    extended = "".join(
        c if c.isascii() and (c.isalnum() or c in "._-") else "".join(f"%{b:02X}" for b in c.encode())
        for c in filename
    )
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{extended}"
