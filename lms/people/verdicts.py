"""What one row of an import would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from lms.people.models import RowState
from lms.problems import Problem

Found = TypeVar("Found")


@dataclass
class Verdict(Generic[Found]):
    """The state of a row by its number; what was `found` under its key; the whole `record` as it shall be; what differs."""

    number: int
    state: RowState
    problems: list[Problem] = field(default_factory=list)
    found: Found | None = None
    record: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    @property
    def is_wrong(self) -> bool:
        return self.state is RowState.WRONG

    @property
    def writes(self) -> bool:
        """Whether there is anything to save."""
        return self.state in {RowState.NEW, RowState.CHANGED}

    def refuse(self, problem: Problem) -> None:
        self.state, self.problems = RowState.WRONG, [*self.problems, problem]

    def differs(self, name: str, before: object, after: object) -> None:
        """Something besides the record differs, too."""
        self.before[name], self.after[name] = before, after
        if self.state is RowState.UNCHANGED:
            self.state = RowState.CHANGED
