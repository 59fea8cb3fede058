"""The renditions of videos and recordings: which there are, how large they may become, and in which order. Pure.

The smallest is made first and offered first. Nothing is ever made larger than its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

KBIT = 1000
PLAY = "play"  # the file as it came, startable at once, where browsers can play it
SPRITE = "sprite"  # small pictures for seeking, all in one


@dataclass(frozen=True, slots=True)
class Rung:
    """One rendition: `height` is that of the shorter side in px (0 for sound alone), rates in bit/s, `channels` of sound.

    `profile` and `preset` are x264's: what the oldest phones decode, and how long the encoder may think.
    """

    name: str
    height: int
    picture: int
    sound: int
    channels: int = 1
    profile: str = ""
    preset: str = ""


AUDIO = Rung("audio", 0, 0, 40 * KBIT)
RUNGS = (
    AUDIO,
    Rung("240p", 240, 150 * KBIT, 32 * KBIT, 1, "baseline", "medium"),
    Rung("360p", 360, 400 * KBIT, 48 * KBIT, 1, "main", "medium"),
    Rung("480p", 480, 750 * KBIT, 64 * KBIT, 2, "main", "veryfast"),
    Rung("720p", 720, 1500 * KBIT, 96 * KBIT, 2, "main", "veryfast"),
)
BY_NAME = {rung.name: rung for rung in RUNGS}
# As people choose among them: the cheapest first, the whole file last.
ORDER = (*BY_NAME, PLAY)


def rungs_for(width: int, height: int, *, sound: bool) -> list[Rung]:
    """What is made of a source of this size (0 × 0 for sound alone), in the order of making. A tiny film gets one too."""
    short = min(width, height)
    films = [rung for rung in RUNGS[1:] if rung.height <= short] or list(RUNGS[1:2])
    return [*([AUDIO] if sound else []), *(films if short else [])]


def scaled(width: int, height: int, rung: Rung) -> tuple[int, int]:
    """Width and height in px on a rung: the shorter side as the rung says, at most as in the source, both even."""
    short = min(rung.height, min(width, height))
    long = round(max(width, height) * short / min(width, height))
    even = max(2, long - long % 2), max(2, short - short % 2)
    return even if width >= height else (even[1], even[0])


def in_order(names: Iterable[str]) -> list[str]:
    """Those of these renditions that play, the cheapest first."""
    held = set(names)
    return [name for name in ORDER if name in held]
