"""What is wrong with something a person gave us, as a value: pure modules return it, nobody needs to raise it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from lms.errors import Invalid


@dataclasses.dataclass(frozen=True)
class Problem:
    """One sentence (an Indonesian msgid with %(name)s placeholders), its values, and the field that it is about."""

    message: str
    field: str = ""
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message

    def refusal(self) -> Invalid:
        """The same sentence as a refusal, for those who must stop here."""
        return Invalid(self.message, field=self.field or None, **dict(self.values))
