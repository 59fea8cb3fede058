"""HLS playlists (RFC 8216): the one that names the renditions of a film, and that of a rendition in byte ranges. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CONTENT_TYPE = "application/vnd.apple.mpegurl"
# RFC 6381: H.264 constrained baseline or main at level 3.1, which covers every rung, and AAC-LC.
_CODECS = {"": "", "baseline": "avc1.42c01f", "main": "avc1.4d401f"}
_SOUND = "mp4a.40.2"
_FILE = re.compile(r"stream\.mp4")


@dataclass(frozen=True, slots=True)
class Variant:
    """A rendition in the list of renditions; `peak` in bit/s, `profile` of its pictures ("" for sound alone)."""

    url: str
    peak: int
    width: int | None
    height: int | None
    profile: str
    sound: bool


def master(variants: Iterable[Variant]) -> str:
    """The list of renditions, in the order given: players begin with the first."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in variants:
        codecs = ",".join(filter(None, [_CODECS[one.profile], _SOUND if one.sound else ""]))
        size = f",RESOLUTION={one.width}x{one.height}" if one.width else ""
        lines += [f'#EXT-X-STREAM-INF:BANDWIDTH={one.peak}{size},CODECS="{codecs}"', one.url]
    return "\n".join([*lines, ""])


def addressed(playlist: str, url: str) -> str:
    """A rendition's playlist as lms.media.encode made it, with the address of its one file."""
    return _FILE.sub(lambda _: url, playlist)


def peak(playlist: str) -> int:
    """The most bit/s that one piece of it asks for."""
    seconds = [float(found) for found in re.findall(r"^#EXTINF:([\d.]+)", playlist, re.MULTILINE)]
    sizes = [int(found) for found in re.findall(r"^#EXT-X-BYTERANGE:(\d+)", playlist, re.MULTILINE)]
    return max(
        (round(size * 8 / max(long, 0.1)) for size, long in zip(sizes, seconds, strict=True)), default=0
    )
