"""Zip archives read with suspicion: everything that is known without unpacking is checked before a byte is unpacked.

Nothing is ever written under a name that the archive gives: entries are bytes with a cleaned name to show.
"""

from __future__ import annotations

import io
import shutil
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lms.media.names import clean_name
from lms.media.refusals import FileRefusal, Reason, refusing

MB = 1024 * 1024
Source = Path | bytes
_END = struct.Struct("<4s4H2LH")  # end of central directory (APPNOTE.TXT 4.3.16)
_END_MARK, _ZIP64_MARK, _LOCAL_MARK = b"PK\x05\x06", b"PK\x06\x07", b"PK\x03\x04"
_LONGEST_COMMENT = 0xFFFF
_LOCAL_HEADER = 30  # bytes before an entry's name
_ENCRYPTED = 0x1
_SMALL = MB  # below this an entry's ratio says nothing: blank sheets and white pictures shrink a thousandfold


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold: entries, unpacked bytes, unpacked ÷ packed, zips inside zips."""

    entries: int = 2000
    total: int = 200 * MB
    ratio: int = 100
    depth: int = 1


DEFAULT = Limits()


@dataclass(frozen=True)
class Entry:
    """A file in the archive: `path` as it stands there (already judged safe), `name` to show, `size` unpacked."""

    path: str
    name: str
    size: int


class Archive:
    """An open archive that passed `open_archive`."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.entries = [
            Entry(info.filename, clean_name(info.filename), info.file_size) for info in _files(file)
        ]

    def read(self, path: str, *, limit: int = 32 * MB) -> bytes:
        """All bytes of one entry; more than `limit` is refused before unpacking."""
        if self._file.getinfo(path).file_size > limit:
            raise FileRefusal(Reason.TOO_LARGE)
        with refusing(Reason.DAMAGED):
            return self._file.read(path)

    @contextmanager
    def stream(self, path: str) -> Iterator[IO[bytes]]:
        """One entry unpacked while it is read: at most its declared size comes out, and a wrong checksum raises."""
        with self._file.open(path) as stream:
            yield stream


@contextmanager
def open_archive(source: Source, limits: Limits = DEFAULT) -> Iterator[Archive]:
    """The archive, all of its entries judged; raises FileRefusal with what is wrong."""
    with ExitStack() as stack:
        opened: IO[bytes] = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
        stream = stack.enter_context(opened)
        file = stack.enter_context(_checked(stream, limits))
        _check_nested(file, limits, limits.depth)
        yield Archive(file)


def _checked(stream: IO[bytes], limits: Limits) -> zipfile.ZipFile:
    _check_directory(stream, limits)
    with refusing(Reason.DAMAGED):
        file = zipfile.ZipFile(stream)
    _check_entries(file, limits)
    return file


def _check_directory(stream: IO[bytes], limits: Limits) -> None:
    """Before zipfile builds an object for every entry: how many does the archive say it has?"""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if not size:
        raise FileRefusal(Reason.EMPTY)
    if stream.read(4) not in (_LOCAL_MARK, _END_MARK):
        raise FileRefusal(Reason.DAMAGED)
    stream.seek(max(0, size - _LONGEST_COMMENT - _END.size - 20))
    tail = stream.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        raise FileRefusal(Reason.DAMAGED)
    _, _, _, _, count, directory, _, _ = _END.unpack_from(tail, at)
    if (
        tail[max(0, at - 20) : at].startswith(_ZIP64_MARK)
        or count > limits.entries
        or directory > limits.entries * 1024
    ):
        raise FileRefusal(Reason.TOO_MANY_ENTRIES, limit=limits.entries)


def _files(file: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [info for info in file.infolist() if not info.is_dir()]


def _check_entries(file: zipfile.ZipFile, limits: Limits) -> None:
    infos = file.infolist()
    if len(infos) > limits.entries:
        raise FileRefusal(Reason.TOO_MANY_ENTRIES, limit=limits.entries)
    for info in infos:
        _check_entry(info, limits)
    if not _files(file):
        raise FileRefusal(Reason.EMPTY)
    if len({info.filename for info in infos}) < len(infos):
        raise FileRefusal(Reason.SAME_NAME)
    if _overlap(infos, file.start_dir):
        raise FileRefusal(Reason.BOMB)
    if sum(info.file_size for info in infos) > limits.total:
        raise FileRefusal(Reason.TOO_LARGE)


def _check_entry(info: zipfile.ZipInfo, limits: Limits) -> None:
    if not _is_safe(info.orig_filename):
        raise FileRefusal(Reason.UNSAFE_NAME)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FileRefusal(Reason.LINK)
    if info.flag_bits & _ENCRYPTED:
        raise FileRefusal(Reason.PASSWORD)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileRefusal(Reason.DAMAGED)
    if info.file_size > _SMALL and info.file_size > limits.ratio * max(1, info.compress_size):
        raise FileRefusal(Reason.BOMB)


def _is_safe(path: str) -> bool:
    """Named, relative and staying inside; a NUL would let two readers see two names."""
    parts = path.replace("\\", "/").split("/")
    return (
        path != ""
        and "\0" not in path
        and not path.startswith(("/", "\\"))
        and ".." not in parts
        and ":" not in parts[0]
    )


def _overlap(infos: list[zipfile.ZipInfo], directory: int) -> bool:
    """Whether entries share packed bytes with each other, as in bombs without nesting, or with the directory."""
    placed = sorted(infos, key=lambda info: info.header_offset)
    ends = [info.header_offset + _LOCAL_HEADER + info.compress_size for info in placed]
    after = [*(info.header_offset for info in placed[1:]), directory]
    return any(end > start for end, start in zip(ends, after, strict=True))


def _check_nested(file: zipfile.ZipFile, limits: Limits, depth: int) -> int:
    """Zips inside are judged like this one, `depth` levels down, and below that refused; all unpacked bytes together."""
    total = sum(info.file_size for info in _files(file))
    for info in _files(file):
        with refusing(Reason.DAMAGED), file.open(info) as stream:
            nested = stream.read(4) == _LOCAL_MARK
        total += _check_inner(file, info, limits, depth) if nested else 0
        if total > limits.total:
            raise FileRefusal(Reason.TOO_LARGE)
    return total


def _check_inner(file: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits, depth: int) -> int:
    if not depth:
        raise FileRefusal(Reason.NESTED)
    with tempfile.SpooledTemporaryFile(max_size=8 * MB) as room:
        with refusing(Reason.DAMAGED), file.open(info) as packed:
            shutil.copyfileobj(packed, room)
        with _checked(room, limits) as inner:
            return _check_nested(inner, limits, depth - 1)
