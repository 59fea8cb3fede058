"""Making renditions with ffmpeg: the same source gives the same bytes, so a second try writes what the first would have.

A rendition is an MP4 that starts at once, and the same in fragments for HLS: one file, its playlist in byte ranges.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lms.media import loudness
from lms.media.jail import Limits
from lms.media.ladder import KBIT, Rung, scaled
from lms.media.refusals import FileRefusal, Reason
from lms.media.sniff import Kind
from lms.media.video import MB, MEMORY, run_ffmpeg

SEGMENT = 4  # seconds; each begins with a whole picture
LEAST_PICTURE = 60 * KBIT
PROGRESS = "progress.txt"
MOST_THUMBNAILS = 100
COLUMNS = 10
SHORTEST = 2  # seconds between two thumbnails
THUMBNAIL = 120  # px of the longer side
_QUIET = ["-loglevel", "error"]
# Nothing of the encoder's version, of the moment or of the place goes into the file.
_PLAIN = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]

Say = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """The file to make renditions of: its size in px (0 × 0 for sound), seconds, bit/s of all of it, its loudness."""

    path: Path
    kind: Kind
    width: int
    height: int
    duration: float
    bitrate: int
    sound: bool
    loudness: dict[str, float]


@dataclass(frozen=True, slots=True)
class Made:
    """A rendition: the file that starts at once, the one in fragments, and its playlist."""

    whole: Path
    stream: Path
    playlist: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Thumbnails for seeking: one each `every` seconds, `count` of them in rows of `columns`."""

    columns: int
    every: float
    count: int


def measure(path: Path, kind: Kind, duration: float) -> dict[str, float]:
    """How loud it is (lms.media.loudness)."""
    first_pass = ["-map", "0:a:0", "-af", loudness.MEASURING, "-f", "null", "-"]
    return loudness.measured(run_ffmpeg(path, kind, limits_for(duration, 0), first_pass)[1].said)


def make(source: Source, rung: Rung, say: Say) -> Made:
    """One rendition beside its source; `say` hears how many percent are done. Raises FileRefusal, Invalid, Interrupted."""
    name = f"{rung.name}.mp4"
    size = scaled(source.width, source.height, rung) if rung.height else (0, 0)
    rate = picture_rate(source, rung)
    output = [
        *_QUIET,
        *(_picture(rung, size, rate) if rung.height else ["-vn"]),
        *(_sound(rung, source.loudness) if source.sound else ["-an"]),
        *_PLAIN,
        *["-sn", "-dn", "-movflags", "+faststart", "-progress", f"file:{PROGRESS}", "-f", "mp4", "-y", name],
    ]
    limits = limits_for(source.duration, rate + rung.sound)
    progress = source.path.parent / PROGRESS
    whole, _ = run_ffmpeg(
        source.path,
        source.kind,
        limits,
        output,
        makes=name,
        beat=lambda: say(percent_done(progress, source.duration)),
    )
    if whole is None:
        raise FileRefusal(Reason.DAMAGED)
    return _streamed(whole, rung, limits, size)


def picture_rate(source: Source, rung: Rung) -> int:
    """Bit/s for pictures at most: what the rung allows, and not more than the source had for as many pixels."""
    if not rung.height or not source.bitrate:
        return rung.picture
    width, height = scaled(source.width, source.height, rung)
    share = (width * height / (source.width * source.height)) ** 0.75
    return min(rung.picture, max(LEAST_PICTURE, int(source.bitrate * share)))


def limits_for(duration: float, rate: int) -> Limits:
    """Ample for an old machine: a second of film may take twelve of computing."""
    computing = 300 + int(duration * 12)
    return Limits(cpu=computing, wall=4 * computing, memory=MEMORY, output=int(duration * rate / 4) + 64 * MB)


def percent_done(progress: Path, duration: float) -> int:
    """How much of the film is through, by what ffmpeg keeps writing beside it; 99 at most, for it is not in the store."""
    if not progress.is_file() or duration <= 0:
        return 0
    with progress.open("rb") as file:
        file.seek(max(0, progress.stat().st_size - 2000))
        lines = file.read().decode(errors="replace").splitlines()
    times = [line.partition("=")[2] for line in lines if line.startswith("out_time_us=")]
    reached = int(times[-1]) / 1_000_000 if times and times[-1].isdecimal() else 0
    return min(99, int(reached / duration * 100))


def planned(duration: float) -> Plan:
    """How many thumbnails a film gets."""
    every = max(SHORTEST, math.ceil(duration / MOST_THUMBNAILS))
    count = max(1, math.ceil(duration / every))
    return Plan(min(COLUMNS, count), every, count)


def sprite(source: Source, plan: Plan) -> Path:
    """All thumbnails in one picture (PNG), from the whole pictures of the film only, which is quick."""
    box = f"scale={THUMBNAIL}:{THUMBNAIL}:force_original_aspect_ratio=decrease:force_divisible_by=2"
    # What comes after the last whole picture is shown by that one.
    longer = "tpad=stop_mode=clone"
    each = (
        f"{longer}:stop_duration={2 * plan.every},fps=1/{plan.every}:start_time=0,{longer}:stop={plan.count}"
    )
    grid = f"tile={plan.columns}x{math.ceil(plan.count / plan.columns)}"
    output = [
        *_QUIET,
        "-map",
        "0:v:0",
        "-vf",
        f"{each},{box},{grid}",
        "-frames:v",
        "1",
    ]
    made, _ = run_ffmpeg(
        source.path,
        source.kind,
        limits_for(source.duration, 0),
        [*output, "-f", "image2", "-y", "sprite.png"],
        before=["-skip_frame", "nokey"],
        makes="sprite.png",
    )
    if made is None:
        raise FileRefusal(Reason.DAMAGED)
    return made


def _picture(rung: Rung, size: tuple[int, int], rate: int) -> list[str]:
    coding = ["-c:v", "libx264", "-profile:v", rung.profile, "-preset", rung.preset, "-crf", "26"]
    whole = ["-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT})", "-sc_threshold", "0"]
    shape = ["-vf", f"scale={size[0]}:{size[1]},setsar=1", "-pix_fmt", "yuv420p", "-fpsmax", "30"]
    return ["-map", "0:v:0", *shape, *coding, "-maxrate", str(rate), "-bufsize", str(2 * rate), *whole]


def _sound(rung: Rung, values: dict[str, float]) -> list[str]:
    coding = ["-c:a", "aac", "-b:a", str(rung.sound), "-ac", str(rung.channels), "-ar", "44100"]
    return ["-map", "0:a:0", "-af", loudness.evened(values), *coding]


def _streamed(whole: Path, rung: Rung, limits: Limits, size: tuple[int, int]) -> Made:
    """The same in fragments; nothing is coded again."""
    cut = ["-f", "hls", "-hls_time", str(SEGMENT), "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    one = ["-hls_flags", "single_file+independent_segments", "-hls_segment_filename", "stream.mp4"]
    output = [*_QUIET, "-c", "copy", *_PLAIN, *cut, *one, "-y", "stream.m3u8"]
    playlist, _ = run_ffmpeg(whole, Kind.MP4, limits, output, makes="stream.m3u8")
    if playlist is None:
        raise FileRefusal(Reason.DAMAGED)
    return Made(whole, whole.parent / "stream.mp4", playlist.read_text(encoding="utf-8"), *size)
