"""Video and sound through ffmpeg, in a jail: what it is, a poster, and a copy that starts at once (lms.media.encode makes
the smaller ones).

The container is named to ffmpeg (`-f`) as the bytes told it to us, so that a playlist or a script that calls itself a
video is never read as one, and only local files can be opened (`-protocol_whitelist`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from lms.errors import N_, Invalid
from lms.media.jail import Ended, Limits, run
from lms.media.mp4 import starts_at_once
from lms.media.refusals import FileRefusal, Reason
from lms.media.sniff import Kind

MB = 1024 * 1024
MEMORY = 2048 * MB
LOOK = Limits(cpu=20, wall=60, memory=MEMORY, output=64 * MB)
LONGEST = 6 * 3600  # seconds
_CONTAINERS = {
    Kind.MP4: "mov",
    Kind.MOV: "mov",
    Kind.M4A: "mov",
    Kind.WEBM: "matroska",
    Kind.MP3: "mp3",
    Kind.OGG: "ogg",
}
_DURATION = re.compile(r"^ {2}Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_BITRATE = re.compile(r"^ {2}Duration: .*, bitrate: (\d+) kb/s", re.MULTILINE)
_STREAM = re.compile(r"^ {2}Stream #0:\d+.*?: (Video|Audio): (\w+)(.*)$", re.MULTILINE)
_PLACE = re.compile(r"^ {4}(location|com\.apple\.quicktime\.location\S*) *:", re.MULTILINE)
# What every browser of the last ten years decodes; the rest is shown once a rendition of it is made.
_COMMON = ({"h264", "vp8", "vp9"}, {"", "aac", "mp3", "opus", "vorbis"})
_DISK_FULL = "No space left on device"

NO_PICTURE = N_("Video ini tidak memuat gambar. Unggah rekaman suara sebagai M4A atau MP3.")
NO_SOUND = N_("Rekaman ini tidak memuat suara. Periksa berkas di perangkat Anda, lalu unggah ulang.")
TOO_LONG = N_(
    "Rekaman ini lebih panjang dari 6 jam. Bagi menjadi beberapa berkas, lalu unggah satu per satu."
)
TOO_HEAVY = N_(
    "Video ini terlalu berat untuk diolah. Simpan ulang sebagai MP4 (H.264) 720p, lalu unggah berkas yang baru."
)


class Interrupted(Exception):
    """Somebody ended ffmpeg, or the disk was full; the file is not to blame, so it is tried again."""


class NoTool(Exception):
    """This machine has no ffmpeg."""


@dataclass(frozen=True, slots=True)
class Recording:
    """`duration` in seconds; codecs by ffmpeg's names, "" for none; `has_place`: it says where it was taken; `bitrate` of
    everything in bit/s, 0 if unknown."""

    duration: float
    video: str
    audio: str
    has_place: bool
    bitrate: int = 0

    @property
    def is_common(self) -> bool:
        """Whether browsers play it as it is."""
        return self.video in _COMMON[0] and self.audio in _COMMON[1]


def look_at(path: Path, kind: Kind) -> Recording:
    """What ffmpeg finds in a file of a kind. Raises Invalid if it is not what its kind promises."""
    if _CONTAINERS[kind] == "mov":
        starts_at_once(path)  # ffmpeg would make the best of a file that was cut off
    said = run_ffmpeg(path, kind, LOOK, [])[1].said
    length = _DURATION.search(said)
    if length is None:
        raise FileRefusal(Reason.DAMAGED)
    hours, minutes, seconds = length.groups()
    rate = _BITRATE.search(said)
    streams = [(sort, codec) for sort, codec, rest in _STREAM.findall(said) if "attached pic" not in rest]
    found = Recording(
        duration=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        video=next((codec for sort, codec in streams if sort == "Video"), ""),
        audio=next((codec for sort, codec in streams if sort == "Audio"), ""),
        has_place=bool(_PLACE.search(said)),
        bitrate=int(rate[1]) * 1000 if rate else 0,
    )
    _check(found, kind)
    return found


def _check(found: Recording, kind: Kind) -> None:
    is_video = kind in (Kind.MP4, Kind.MOV, Kind.WEBM)
    if is_video and not found.video:
        raise Invalid(NO_PICTURE)
    if not is_video and not found.audio:
        raise Invalid(NO_SOUND)
    if found.duration > LONGEST:
        raise Invalid(TOO_LONG)


def frame(path: Path, kind: Kind, duration: float) -> bytes:
    """One picture from near the beginning, upright, as a JPEG. Raises FileRefusal if there is none to be had."""
    for second in dict.fromkeys((min(3.0, duration / 10), 0.0)):
        output = ["-map", "0:v:0", "-frames:v", "1", "-q:v", "3", "-f", "image2", "-y", "frame.jpg"]
        made, _ = run_ffmpeg(path, kind, LOOK, output, before=["-ss", f"{second:.2f}"], makes="frame.jpg")
        if made is not None and made.stat().st_size:
            return made.read_bytes()
    raise FileRefusal(Reason.DAMAGED)


def playable_copy(path: Path, kind: Kind, found: Recording) -> Path | None:
    """A copy that starts at once and does not say where it was taken; None if the file is such already.

    Pictures and sound are taken over as they are; smaller versions are another matter.
    """
    if kind is Kind.WEBM or (kind is Kind.MP4 and starts_at_once(path) and not found.has_place):
        return None
    limits = Limits(cpu=300, wall=1800, memory=MEMORY, output=path.stat().st_size + 64 * MB)
    tidy = ["-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", "-y", "play.mp4"]
    streams = ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"]
    made, _ = run_ffmpeg(path, kind, limits, [*streams, *tidy], makes="play.mp4")
    if made is None:
        raise FileRefusal(Reason.DAMAGED)
    return made


def run_ffmpeg(
    path: Path,
    kind: Kind,
    limits: Limits,
    output: list[str],
    *,
    before: list[str] | None = None,
    makes: str = "",
    beat: Callable[[], None] | None = None,
) -> tuple[Path | None, Ended]:
    """Run it beside the file, with options `before` it and for its output; returns what it made, if it ended well, and
    what it said. Raises Interrupted, and Invalid when a limit ended it."""
    still = [ffmpeg(), "-nostdin", "-hide_banner", "-nostats", "-threads", "1", "-protocol_whitelist", "file"]
    options = [*still, *(before or []), "-f", _CONTAINERS[kind], "-i", f"file:{path.name}", *output]
    ended = run(options, path.parent, limits, beat=beat)
    if ended.was_killed or _DISK_FULL in ended.said:
        raise Interrupted
    if ended.exhausted:
        raise Invalid(TOO_HEAVY)
    made = path.parent / makes if makes and ended.code == 0 else None
    return (made if made and made.is_file() else None), ended


def ffmpeg() -> str:
    """The system's ffmpeg, or the one that the `video` extra brings."""
    found = which("ffmpeg")
    if found:
        return found
    if find_spec("imageio_ffmpeg") is None:
        raise NoTool("ffmpeg is missing: install Debian's ffmpeg, or this project's extra `video`")
    return str(import_module("imageio_ffmpeg").get_ffmpeg_exe())
