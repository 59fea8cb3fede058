"""What a course from elsewhere will be, before anything is written: plain values that every format is read into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the report: a msgid and its values."""

    says: str
    values: Mapping[str, object] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        return {"says": self.says, "values": {name: str(value) for name, value in self.values.items()}}


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A file of a lesson: `path` in the source, `called` as the text mentions it ("" if it does not)."""

    path: str
    called: str = ""
    alt: str = ""
    captions: str = ""


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """An activity. `source` is a lesson's Markdown; `facts` is what the folder says of a quiz or a project.

    `after` is (number of module, number of activity), both from 0; `watch_percent` 0 leaves it as usual.
    """

    kind: str
    title: str
    minutes: int = 0
    source: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    folder: str = ""
    files: Sequence[FilePlan] = ()
    required: bool = True
    published: bool = True
    completion: str | None = None
    watch_percent: int = 0
    after: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ModulePlan:
    title: str
    activities: Sequence[ActivityPlan]


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """A course, and what of its source will not be taken."""

    title: str
    modules: Sequence[ModulePlan]
    summary: str = ""
    objectives: Sequence[str] = ()
    jp: int = 0
    tags: Sequence[str] = ()
    cover: str | None = None
    left_out: Sequence[Line] = ()

    @property
    def total(self) -> int:
        return sum(len(module.activities) for module in self.modules)
