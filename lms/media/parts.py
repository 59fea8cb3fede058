"""Arithmetic of files that travel in parts. Parts count from 1; all but the last have the same length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a browser says about a file before it sends it; `head` are its first bytes, if it sent them along."""

    name: str
    size: int
    fingerprint: str = ""
    head: bytes = b""


def count(size: int, part_size: int) -> int:
    """How many parts a file of `size` bytes has."""
    return max(1, -(-size // part_size))


def length(number: int, size: int, part_size: int) -> int:
    """Bytes of one part."""
    return min(part_size, size - (number - 1) * part_size)


def missing(arrived: Mapping[int, int], size: int, part_size: int) -> list[int]:
    """The numbers of parts that are not there in full; `arrived` maps numbers to bytes."""
    numbers = range(1, count(size, part_size) + 1)
    return [n for n in numbers if arrived.get(n) != length(n, size, part_size)]


def checksum(parts: Iterable[bytes]) -> str:
    """SHA-256 of the SHA-256 of each part, in hexadecimal: a browser makes it while it sends, and after a pause."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def checksum_of(file: IO[bytes], part_size: int) -> str:
    """The same of an open file, one part in memory at a time."""
    return checksum(iter(lambda: file.read(part_size), b""))
