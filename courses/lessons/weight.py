"""What a lesson costs a phone, in bytes, and which of a file's renditions a phone gets. Pure.

`made` are a file's renditions: name → key, type, size, dimensions; `size` is that of the file itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.media.ladder import in_order

# The design's usual choice on the ladder of a video (lms.media.ladder).
USUAL = "240p"
SOUND, WHOLE = "audio", "play"

Made = Mapping[str, Mapping[str, Any]]


def qualities(made: Made) -> list[str]:
    """The names of the renditions that play, the cheapest first."""
    return in_order(made)


def played(made: Made) -> list[str]:
    """Those that a learner may choose: the whole file only while nothing lighter of its sort is made of it."""
    names = qualities(made)
    lighter = [name for name in _of_its_sort(names, made) if name != WHOLE]
    return [name for name in names if name != WHOLE] if lighter else names


def _of_its_sort(names: list[str], made: Made) -> list[str]:
    """The renditions with pictures; of a recording, which has none, all."""
    return [name for name in names if str(made[name]["type"]).startswith("video/")] or names


def usual(made: Made) -> str | None:
    """The quality that is chosen before anybody chooses: 240p, else the cheapest one with pictures, else what plays."""
    names = qualities(made)
    if USUAL in names:
        return USUAL
    return next(iter(_of_its_sort(names, made)), None)


def weight(part: str, made: Made, size: int) -> int:
    """What a learner loads who opens everything of a file at the usual quality."""
    if part in ("video", "audio"):
        return _size(made, usual(made), size) + _size(made, "poster", 0)
    if part == "pages":
        return sum(int(facts["size"]) for name, facts in made.items() if name.startswith("page-"))
    if part == "picture":
        return _size(made, "phone", size)
    return size if part == "attachment" else 0


def _size(made: Made, name: str | None, otherwise: int) -> int:
    return int(made[name]["size"]) if name and name in made else otherwise
