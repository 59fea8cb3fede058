"""Where a course comes from: a folder or a zip archive, both as names and bytes. Nothing is unpacked to a disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import unquote

from lms.errors import N_, Invalid
from lms.media.archive import MB, Archive, Limits, open_archive

# A course with its videos; what is larger is brought file by file, which can be paused and resumed.
LIMITS = Limits(entries=2000, total=1024 * MB, ratio=200)
LARGEST_TEXT = 8 * MB
LARGEST_FILE = 1024 * MB
MACHINE_MADE = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class Files(Protocol):
    """The files of a course. Names are relative and divided by `/`."""

    def names(self) -> list[str]: ...

    def read(self, name: str, *, limit: int = LARGEST_FILE) -> bytes:
        """All bytes of a file. Raises Invalid when there is none or it is too large."""
        ...


class Folder:
    """A folder on this machine: for the command line and the demonstration."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def names(self) -> list[str]:
        found = (file.relative_to(self.root).as_posix() for file in self.root.rglob("*") if file.is_file())
        return sorted(name for name in found if not _machine_made(name))

    def read(self, name: str, *, limit: int = LARGEST_FILE) -> bytes:
        file = (self.root / name).resolve()
        if not file.is_relative_to(self.root) or not file.is_file():
            raise Invalid(N_("Berkas %(name)s tidak ada."), name=name)
        if file.stat().st_size > limit:
            raise Invalid(N_("Berkas %(name)s terlalu besar."), name=name)
        return file.read_bytes()


class Zipped:
    """The entries of an archive that was judged by lms.media.archive."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.paths = {entry.path for entry in archive.entries}

    def names(self) -> list[str]:
        return sorted(name for name in self.paths if not _machine_made(name))

    def read(self, name: str, *, limit: int = LARGEST_FILE) -> bytes:
        if name not in self.paths:
            raise Invalid(N_("Berkas %(name)s tidak ada."), name=name)
        return self.archive.read(name, limit=limit)


class Below:
    """A part of other files: the folder of one course."""

    def __init__(self, files: Files, folder: str) -> None:
        self.files, self.folder = files, folder.strip("/")
        self.prefix = f"{self.folder}/" if self.folder else ""

    def names(self) -> list[str]:
        return [name.removeprefix(self.prefix) for name in self.files.names() if name.startswith(self.prefix)]

    def read(self, name: str, *, limit: int = LARGEST_FILE) -> bytes:
        return self.files.read(f"{self.prefix}{name}", limit=limit)


@contextmanager
def opened(path: Path) -> Iterator[Files]:
    """A folder as it is, anything else as a zip archive. Raises FileRefusal for a hostile one."""
    if path.is_dir():
        yield Folder(path)
    else:
        with open_archive(path, LIMITS) as archive:
            yield Zipped(archive)


def text_of(files: Files, name: str) -> str:
    try:
        return files.read(name, limit=LARGEST_TEXT).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(N_("Berkas %(name)s tidak tersimpan sebagai UTF-8."), name=name) from None


def json_of(files: Files, name: str) -> Any:
    try:
        return json.loads(text_of(files, name))
    except (ValueError, RecursionError):
        raise Invalid(N_("Berkas %(name)s tidak dapat dibaca sebagai JSON."), name=name) from None


def beside(name: str, other: str) -> str:
    """The name of a file that another one mentions, seen from the top; "" if it points elsewhere."""
    parts: list[str] = []
    for part in (PurePosixPath(name).parent / unquote(other)).parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in (".", "/"):
            parts.append(part)
    return "" if other.startswith("/") else "/".join(parts)


def _machine_made(name: str) -> bool:
    return any(name.startswith(mark) or name.endswith(mark) for mark in MACHINE_MADE)
