"""How loud a recording is, and how it becomes as loud as every other (EBU R 128, by ffmpeg's loudnorm in two passes).

The level for listening on phones is -16 LUFS (AES TD1004.1.15-10 asks for -20 to -16).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

_TARGET = "loudnorm=I=-16:TP=-1.5:LRA=11"
MEASURING = f"{_TARGET}:print_format=json"
_FIGURES = re.compile(r"\{\s*\"input_i\"[^{}]*\}")
_NEEDED = ("input_i", "input_tp", "input_lra", "input_thresh", "target_offset")


def measured(said: str) -> dict[str, float]:
    """What the first pass found, from the end of what ffmpeg said; nothing for silence and for what it could not read."""
    found = _FIGURES.findall(said)
    figures: dict[str, Any] = json.loads(found[-1]) if found else {}
    values = {name: float(figures.get(name, "nan")) for name in _NEEDED}
    return values if all(map(math.isfinite, values.values())) else {}


def evened(values: Mapping[str, float]) -> str:
    """The filter of the second pass; "anull" (nothing) where nothing was measured."""
    if not values:
        return "anull"
    names = ("I", "TP", "LRA", "thresh")
    known = [f"measured_{name}={values[key]:.2f}" for name, key in zip(names, _NEEDED[:4], strict=True)]
    return ":".join([_TARGET, *known, f"offset={values['target_offset']:.2f}", "linear=true"])
