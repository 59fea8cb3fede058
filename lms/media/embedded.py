"""Pictures inside documents: taken out once each, told by their bytes, and called `media:<number>` in the text."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from lms.media.archive import MB
from lms.media.refusals import FileRefusal, Reason
from lms.media.sniff import HEAD, Kind, kind_of

_RASTERS = (Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP)
_MOST_BYTES = 64 * MB
_FILE_NAME = re.compile(r"\S.*\.(png|jpe?g|gif|webp|bmp|emf|wmf|tiff?)", re.IGNORECASE)


@dataclass(frozen=True)
class EmbeddedPicture:
    """A picture's bytes as the author put them in; picture 0 of a document stands in its HTML as `media:0`."""

    name: str
    data: bytes
    alt: str


def described(alt: str | None) -> str:
    """The author's words for a picture; Office puts a file's name there when nobody wrote any."""
    said = " ".join((alt or "").split())
    return "" if _FILE_NAME.fullmatch(said) else said


class Pictures:
    """Collects a document's pictures; `lost` counts those in drawing formats (EMF, WMF, TIFF …) that no page shows."""

    def __init__(self) -> None:
        self.kept: list[EmbeddedPicture] = []
        self.lost = 0
        self._bytes = 0
        self._sources: dict[bytes, str] = {}

    def add(self, data: bytes, alt: str) -> str | None:
        """The picture's source in the text; the same bytes have one, however often a logo or a tick is used."""
        kind = _raster(data)
        if kind is None:
            self.lost += 1
            return None
        digest = hashlib.sha256(data).digest()
        if digest not in self._sources:
            self._bytes += len(data)
            if self._bytes > _MOST_BYTES:
                raise FileRefusal(Reason.TOO_LARGE)
            self._sources[digest] = f"media:{len(self.kept)}"
            self.kept.append(EmbeddedPicture(f"gambar-{len(self.kept) + 1}.{kind.value}", data, alt))
        return self._sources[digest]


def _raster(data: bytes) -> Kind | None:
    try:
        kind = kind_of(data[:HEAD], "")
    except FileRefusal:
        return None
    return kind if kind in _RASTERS else None
