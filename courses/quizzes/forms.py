"""What an attempt page sends: fields `q_<number>` and `q_<number>_<item>`, read by each question's own kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from courses.quizzes.kinds.registry import kind_of


def answers_in(paper: Sequence[dict[str, Any]], form: MultiDict[str, str]) -> dict[int, Any]:
    """The answers in a form by question number; None where the learner cleared one. Unknown fields are dropped."""
    raw = {name: form.getlist(name) for name in form}
    return {
        number: kind_of(item["shown"]).parse(item["shown"], raw, f"q_{number}")
        for number, item in enumerate(paper, 1)
    }
