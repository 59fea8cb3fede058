"""A folder with the interface of an object store, and addresses that carry their own proof (HMAC)."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

from lms.database import new_id
from lms.storage.store import Part, Stored


class BadAddress(Exception):
    """The address was changed, or its time is over."""


class FolderStore:
    """Objects are files below `objects/`, unfinished uploads are folders below `parts/`.

    Files are written aside and renamed, so that nobody ever reads half of one. `path` is where the application
    serves the signed addresses (lms.media).
    """

    def __init__(self, folder: Path, secret: str, *, path: str = "/berkas") -> None:
        self.folder = folder
        self.secret = hashlib.sha256(b"folder-store:" + secret.encode()).digest()
        self.path = path

    def put(self, key: str, data: bytes, *, content_type: str) -> None:
        aside = self._aside()
        aside.write_bytes(data)
        self._place(aside, key)

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        aside = self._aside()
        shutil.copyfile(path, aside)
        self._place(aside, key)

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        with self.file_of(key).open("rb") as file:
            file.seek(start)
            return file.read() if length is None else file.read(length)

    def fetch(self, key: str, path: Path) -> None:
        shutil.copyfile(self.file_of(key), path)

    def stat(self, key: str) -> Stored | None:
        file = self.file_of(key)
        return Stored(key, file.stat().st_size) if file.is_file() else None

    def delete(self, key: str) -> None:
        self.file_of(key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> Iterator[Stored]:
        base = self.folder / "objects"
        for file in sorted(base.rglob("*")):
            key = file.relative_to(base).as_posix()
            if file.is_file() and key.startswith(prefix):
                yield Stored(key, file.stat().st_size)

    def url(
        self, key: str, *, seconds: int, content_type: str, filename: str = "", inline: bool = False
    ) -> str:
        facts = {"t": content_type, "n": filename, "i": "1" if inline else ""}
        return self._address("GET", key, seconds, facts)

    def start_parts(self, key: str, *, content_type: str) -> str:
        upload_id = new_id().hex
        self._upload(upload_id).mkdir(parents=True)
        return upload_id

    def part_url(self, key: str, upload_id: str, number: int, *, seconds: int) -> str:
        return self._address("PUT", key, seconds, {"u": upload_id, "p": str(number)})

    def put_part(self, upload_id: str, number: int, source: Path) -> Part:
        """Take in a part that arrived; called by the view behind `part_url`."""
        folder = self._upload(upload_id)
        if not folder.is_dir():
            raise FileNotFoundError(upload_id)
        etag = hashlib.md5(source.read_bytes(), usedforsecurity=False).hexdigest()
        for old in folder.glob(f"{number:05}-*"):
            old.unlink()
        source.rename(folder / f"{number:05}-{etag}")
        return Part(number, (folder / f"{number:05}-{etag}").stat().st_size, etag)

    def parts(self, key: str, upload_id: str) -> list[Part]:
        files = sorted(self._upload(upload_id).glob("*-*"))
        return [Part(int(f.name[:5]), f.stat().st_size, f.name[6:]) for f in files]

    def complete_parts(self, key: str, upload_id: str, parts: list[Part]) -> None:
        aside = self._aside()
        with aside.open("wb") as whole:
            for part in sorted(parts, key=lambda p: p.number):
                with (self._upload(upload_id) / f"{part.number:05}-{part.etag}").open("rb") as file:
                    shutil.copyfileobj(file, whole, 1024 * 1024)
        self._place(aside, key)
        self.abort_parts(key, upload_id)

    def abort_parts(self, key: str, upload_id: str) -> None:
        shutil.rmtree(self._upload(upload_id), ignore_errors=True)

    def file_of(self, key: str) -> Path:
        """The file of an object, which may not exist. Keys are ours, but a slip must not leave the folder."""
        base = (self.folder / "objects").resolve()
        file = (base / key).resolve()
        if not file.is_relative_to(base):
            raise BadAddress(key)
        return file

    def verify(self, method: str, key: str, arguments: dict[str, str]) -> None:
        """Check an address made by `url` or `part_url`. Raises BadAddress."""
        facts = {k: v for k, v in arguments.items() if k not in {"e", "s"}}
        expires = arguments.get("e", "")
        good = self._signature(method, key, expires, facts)
        if (
            not hmac.compare_digest(good, arguments.get("s", ""))
            or not expires.isdigit()
            or int(expires) < time.time()
        ):
            raise BadAddress(key)

    def aside(self) -> Path:
        """A fresh name in the same file system, for what is still arriving."""
        return self._aside()

    def _address(self, method: str, key: str, seconds: int, facts: dict[str, str]) -> str:
        # Rounded up to the next five minutes: the same page gives the same address, so browsers may keep the file.
        expires = str(-(-(int(time.time()) + seconds) // 300) * 300)
        facts = {k: v for k, v in facts.items() if v}
        signature = self._signature(method, key, expires, facts)
        return f"{self.path}/{quote(key)}?{urlencode({**facts, 'e': expires, 's': signature})}"

    def _signature(self, method: str, key: str, expires: str, facts: dict[str, str]) -> str:
        text = "\n".join([method, key, expires, *(f"{k}={v}" for k, v in sorted(facts.items()))])
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()

    def _upload(self, upload_id: str) -> Path:
        if not upload_id.isalnum():
            raise BadAddress(upload_id)
        return self.folder / "parts" / upload_id

    def _aside(self) -> Path:
        folder = self.folder / "arriving"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / new_id().hex

    def _place(self, aside: Path, key: str) -> None:
        file = self.file_of(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(file)
