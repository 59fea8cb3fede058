"""What an attempt page sends: fields `q_<number>` and `q_<number>_<item>`, or pieces of JSON from its script."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from courses.quizzes.kinds.registry import kind_of
from courses.quizzes.merging import Change
from lms.errors import N_, Invalid

_WHOLE = re.compile(r"[0-9]{1,6}")


def bases_in(form: MultiDict[str, str]) -> dict[int, int]:
    """The revision that the page had of each of its questions (fields `base_<number>`, 0 before the first answer)."""
    found = {name.removeprefix("base_"): value for name, value in form.items() if name.startswith("base_")}
    return {int(n): int(seen) for n, seen in found.items() if _WHOLE.fullmatch(n) and _WHOLE.fullmatch(seen)}


def answers_in(paper: Sequence[Mapping[str, Any]], form: MultiDict[str, str]) -> dict[int, Any]:
    """The answers in a form by question number; None where the learner cleared one. Unknown fields are dropped.

    Only questions that name their base were on the page, so half a page clears nothing.
    """
    raw, sent = {name: form.getlist(name) for name in form}, bases_in(form)
    return {
        number: kind_of(shown).parse(shown, raw, f"q_{number}")
        for number, shown in enumerate(paper, 1)
        if number in sent
    }


def change_in(
    content: Mapping[str, Any], paper: Sequence[Mapping[str, Any]], *, device: uuid.UUID, rev: int
) -> Change:
    """`{"number", "value", "base", "settles"}` as a change, its value in the normal form of its question."""
    number, base = _count(content.get("number")), _count(content.get("base"))
    if not 1 <= number <= len(paper):
        raise Invalid(N_("Soal ini tidak ada dalam percobaan Anda."))
    shown = paper[number - 1]
    return Change(
        number,
        kind_of(shown).normalised(shown, content.get("value")),
        device=device,
        rev=rev,
        base=base,
        settles=content.get("settles") is True,
    )


def _count(value: object) -> int:
    """A small whole number; 0 for anything else."""
    small = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000
    return int(value) if small and isinstance(value, int) else 0
