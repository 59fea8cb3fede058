"""A folder with the interface of an object store, and addresses that carry their own proof (HMAC)."""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from lms.database import new_id
from lms.storage.store import PART_SIZE, Part, Stored, StoreDown, Unfinished, window

_CHUNK = 256 * 1024


class BadAddress(Exception):
    """The address was changed, or its time is over."""


class TooLong(Exception):
    """A part that is longer than a part may be."""


class Changed(Exception):
    """Bytes that are not those that were announced."""


class FolderStore:
    """Objects are files below `objects/`, unfinished uploads are folders below `parts/`.

    Files are written aside, flushed to the disk and renamed, so that nobody ever reads half of one and nothing that
    was acknowledged is lost. `path` is where the application serves the signed addresses (lms.media); addresses made
    with an older secret stay good while it is listed.
    """

    def __init__(
        self,
        folder: Path,
        secrets: Sequence[str],
        *,
        path: str = "/berkas",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.secrets = [hashlib.sha256(b"folder-store:" + secret.encode()).digest() for secret in secrets]
        self.path = path
        self.clock = clock

    def put(self, key: str, data: bytes, *, content_type: str) -> None:
        with self._aside() as (aside, file):
            file.write(data)
            _settle(file, aside, self.file_of(key))

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        with self._aside() as (aside, file), path.open("rb") as source:
            shutil.copyfileobj(source, file, _CHUNK)
            _settle(file, aside, self.file_of(key))

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        with self.file_of(key).open("rb") as file:
            file.seek(start)
            return file.read() if length is None else file.read(length)

    def fetch(self, key: str, path: Path) -> None:
        with _room():
            shutil.copyfile(self.file_of(key), path)

    def stat(self, key: str) -> Stored | None:
        file = self.file_of(key)
        return self._stored(file) if file.is_file() else None

    def delete(self, key: str) -> None:
        file = self.file_of(key)
        file.unlink(missing_ok=True)
        with suppress(OSError):
            file.parent.rmdir()  # refused unless it is empty

    def keys(self, prefix: str) -> Iterator[Stored]:
        below = self._base / prefix.rpartition("/")[0]
        files = [file for file in below.rglob("*") if file.is_file()]
        named = sorted((file.relative_to(self._base).as_posix(), file) for file in files)
        yield from (self._stored(file) for key, file in named if key.startswith(prefix))

    def url(
        self, key: str, *, seconds: int, content_type: str, filename: str = "", inline: bool = False
    ) -> str:
        facts = {"t": content_type, "n": filename, "i": "1" if inline else ""}
        return self._address("GET", key, seconds, facts)

    def start_parts(self, key: str, *, content_type: str) -> str:
        upload_id = new_id().hex
        with _room():
            self._upload(upload_id).mkdir(parents=True)
            (self._upload(upload_id) / "key").write_text(key)
        return upload_id

    def part_url(self, key: str, upload_id: str, number: int, *, seconds: int, digest: str = "") -> str:
        return self._address("PUT", key, seconds, {"u": upload_id, "p": str(number), "h": digest})

    def send_part(self, key: str, upload_id: str, number: int, data: bytes) -> None:
        self.put_part(upload_id, number, io.BytesIO(data))

    def put_part(self, upload_id: str, number: int, source: IO[bytes], *, announced: str = "") -> Part:
        """Take in a part that arrives; called by the view behind `part_url`. `announced` is its SHA-256, if it was.

        Raises TooLong, Changed or FileNotFoundError.
        """
        folder = self._known(upload_id)
        digest, proof, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
        with self._aside() as (aside, file):
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > PART_SIZE:
                    raise TooLong(upload_id)
                digest.update(chunk)
                proof.update(chunk)
                file.write(chunk)
            if announced and proof.hexdigest() != announced:
                raise Changed(upload_id)
            part = Part(number, size, digest.hexdigest())
            _settle(file, aside, folder / f"{number:05}-{part.etag}")
        for old in folder.glob(f"{number:05}-*"):
            if old.name != f"{number:05}-{part.etag}":
                old.unlink(missing_ok=True)
        return part

    def parts(self, key: str, upload_id: str) -> list[Part]:
        files = sorted(self._known(upload_id).glob("*-*"))
        return [Part(int(f.name[:5]), f.stat().st_size, f.name[6:]) for f in files]

    def complete_parts(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        folder = self._known(upload_id)
        with self._aside() as (aside, whole):
            for part in sorted(parts, key=lambda p: p.number):
                with (folder / f"{part.number:05}-{part.etag}").open("rb") as file:
                    shutil.copyfileobj(file, whole, _CHUNK)
            _settle(whole, aside, self.file_of(key))
        self.abort_parts(key, upload_id)

    def abort_parts(self, key: str, upload_id: str) -> None:
        shutil.rmtree(self._upload(upload_id), ignore_errors=True)

    def unfinished(self, prefix: str) -> Iterator[Unfinished]:
        for noted in sorted((self.folder / "parts").glob("*/key")):
            key = noted.read_text()
            if key.startswith(prefix):
                yield Unfinished(key, noted.parent.name, _changed(noted))

    def prepare(self, origins: Sequence[str]) -> None:
        with _room():
            self._base.mkdir(parents=True, exist_ok=True)

    def file_of(self, key: str) -> Path:
        """The file of an object, which may not exist. Keys are ours, but a slip must not leave the folder."""
        file = (self._base / key).resolve()
        if not file.is_relative_to(self._base) or file == self._base:
            raise BadAddress(key)
        return file

    def verify(self, method: str, key: str, arguments: Mapping[str, str]) -> int:
        """Check an address made by `url` or `part_url`; returns for how many seconds it is still good.

        Raises BadAddress.
        """
        facts = {k: v for k, v in arguments.items() if k not in {"e", "s"}}
        expires, given = arguments.get("e", ""), arguments.get("s", "").encode()
        good = [self._signature(secret, method, key, expires, facts).encode() for secret in self.secrets]
        proved = any(hmac.compare_digest(signature, given) for signature in good)
        left = int(expires) - int(self.clock()) if proved else 0
        if left <= 0:
            raise BadAddress(key)
        return left

    @property
    def _base(self) -> Path:
        return (self.folder / "objects").resolve()

    def _stored(self, file: Path) -> Stored:
        return Stored(file.relative_to(self._base).as_posix(), file.stat().st_size, _changed(file))

    def _address(self, method: str, key: str, seconds: int, facts: dict[str, str]) -> str:
        still = window(seconds)
        expires = str(int(self.clock()) // still * still + seconds + still)
        facts = {k: v for k, v in facts.items() if v}
        signature = self._signature(self.secrets[0], method, key, expires, facts)
        return f"{self.path}/{quote(key)}?{urlencode({**facts, 'e': expires, 's': signature})}"

    def _signature(self, secret: bytes, method: str, key: str, expires: str, facts: Mapping[str, str]) -> str:
        text = urlencode([("m", method), ("k", key), ("e", expires), *sorted(facts.items())])
        return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()

    def _upload(self, upload_id: str) -> Path:
        if not (upload_id.isascii() and upload_id.isalnum()):
            raise BadAddress(upload_id)
        return self.folder / "parts" / upload_id

    def _known(self, upload_id: str) -> Path:
        folder = self._upload(upload_id)
        if not folder.is_dir():
            raise FileNotFoundError(upload_id)
        return folder

    @contextmanager
    def _aside(self) -> Iterator[tuple[Path, IO[bytes]]]:
        """A fresh file in the same file system, for what is still arriving; gone afterwards unless it was settled."""
        aside = self.folder / "arriving" / new_id().hex
        with _room():
            aside.parent.mkdir(parents=True, exist_ok=True)
            try:
                with aside.open("xb") as file:
                    yield aside, file
            finally:
                aside.unlink(missing_ok=True)


def _settle(file: IO[bytes], aside: Path, target: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        aside.rename(target)
    except FileNotFoundError:  # somebody just deleted the last object beside it, and with it the folder
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(target)


def _changed(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


@contextmanager
def _room() -> Iterator[None]:
    """A full or failing disk is a store that is down; a file that is not there is just that."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreDown(str(error)) from error
