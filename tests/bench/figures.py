"""A figure: what was measured, in which unit, and whether it keeps its gate."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`gate` is the most that is allowed (`least` turns it round); None only reports."""

    name: str
    value: float
    unit: str
    gate: float | None = None
    least: bool = False

    @property
    def ok(self) -> bool:
        if self.gate is None:
            return True
        return self.value >= self.gate if self.least else self.value <= self.gate

    def line(self) -> str:
        facts: dict[str, Any] = {k: v for k, v in asdict(self).items() if k != "least"}
        return json.dumps({**facts, "value": round(self.value, 3), "ok": self.ok})


def show(figure: Figure) -> Figure:
    sys.stdout.write(figure.line() + "\n")
    sys.stdout.flush()
    return figure
