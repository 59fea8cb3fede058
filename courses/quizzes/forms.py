"""What an attempt page sends: fields `q_<number>` and `q_<number>_<item>`, or JSON from its script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from courses.quizzes.kinds.registry import kind_of
from lms.errors import Invalid

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


def answers_in_json(
    paper: Sequence[Mapping[str, Any]], body: object
) -> tuple[dict[int, Any], dict[int, int]]:
    """`{"answers": {number: value}, "base": {number: revision}}` as normalised answers and bases.

    What is not in this shape is refused; numbers that are not on the paper are dropped.
    """
    answers = body.get("answers") if isinstance(body, Mapping) else None
    base = body.get("base", {}) if isinstance(body, Mapping) else None
    if not isinstance(answers, Mapping) or not isinstance(base, Mapping):
        raise Invalid
    papers = {str(number): (number, shown) for number, shown in enumerate(paper, 1)}
    values = {
        papers[n][0]: kind_of(papers[n][1]).normalised(papers[n][1], value)
        for n, value in answers.items()
        if n in papers
    }
    seen = {papers[n][0]: value for n, value in base.items() if n in papers and _is_count(value)}
    return values, seen


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000
