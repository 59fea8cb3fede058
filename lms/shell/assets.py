"""Static files under an address that carries their content's hash, so that browsers may keep them for a year.

The hash is of the whole folder and stands in the path: modules that import each other by relative address stay
together. `flask assets build` writes compressed copies; versions built earlier stay reachable for pages still open.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from wsgiref.headers import Headers

from whitenoise import WhiteNoise

from lms.lazy import lazy

if TYPE_CHECKING:
    from whitenoise import compress
else:
    compress = lazy("whitenoise.compress")

YEAR = 31_536_000
KEPT_VERSIONS = 3
IMPORT = re.compile(r'^@import url\("([\w-]+\.css)"\);$', re.MULTILINE)


def version_of(static: Path) -> str:
    """The first 10 hexadecimal digits of the hash of all file names and contents."""
    whole = hashlib.sha256()
    for file in sorted(static.rglob("*")):
        if file.is_file():
            whole.update(file.relative_to(static).as_posix().encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()[:10]


def build(root: Path, version: str) -> Path:
    """Write the compressed copies of this version, and forget all but the newest versions."""
    target = root / "build" / "static" / version
    if not target.exists():
        _make(root / "static", target)
    target.touch()
    for old in sorted(target.parent.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)[KEPT_VERSIONS:]:
        shutil.rmtree(old)
    return target


def _make(source: Path, target: Path) -> None:
    """Beside and then in place at once: several processes may build the same version, and one of them is enough."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent.parent) as aside:
        made = Path(shutil.copytree(source, Path(aside) / target.name))
        for sheet in (made / "css").glob("*.css"):
            sheet.write_text(_whole(sheet))
        compress.main([str(made), "--quiet"])
        try:
            made.rename(target)
        except OSError:
            if not target.is_dir():
                raise


def _whole(sheet: Path) -> str:
    """A style sheet with those that it imports in their place: on a slow network each file costs a journey."""

    def imported(found: re.Match[str]) -> str:
        return _whole(sheet.with_name(found[1]))

    return IMPORT.sub(imported, sheet.read_text())


def serve(app: Callable[..., Any], root: Path, version: str) -> WhiteNoise:
    """The application behind its static files: built versions where there are any, the plain folder otherwise."""
    served = WhiteNoise(
        app,
        max_age=YEAR,
        immutable_file_test=lambda path, url: True,
        charset="utf-8",
        allow_all_origins=False,
        add_headers_function=_protect,
    )
    built = root / "build" / "static"
    for folder in built.iterdir() if built.is_dir() else []:
        served.add_files(str(folder), prefix=f"static/{folder.name}/")
    if not (built / version).is_dir():
        served.add_files(str(root / "static"), prefix=f"static/{version}/")
    return served


def _protect(headers: Headers, _path: str, _url: str) -> None:
    """A file is what its type says, and only our own pages use it."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-site"
