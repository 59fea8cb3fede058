"""All question types by name; a new one is a new file and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from courses.quizzes.kinds.base import Content, Kind, common_problems
from courses.quizzes.kinds.essay import Essay
from courses.quizzes.kinds.matching import Matching
from courses.quizzes.kinds.multiple import Multiple
from courses.quizzes.kinds.number import Number
from courses.quizzes.kinds.ordering import Ordering
from courses.quizzes.kinds.short_text import ShortText
from courses.quizzes.kinds.single import Single
from courses.quizzes.kinds.true_false import TrueFalse
from lms.errors import N_
from lms.problems import Problem

_ALL: tuple[Kind, ...] = (
    Single(),
    Multiple(),
    TrueFalse(),
    ShortText(),
    Number(),
    Matching(),
    Ordering(),
    Essay(),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})


def kind_of(content: Content) -> Kind:
    """The type of a question or of its paper; KeyError when there is none, which check() would have told."""
    return KINDS[content["kind"]]


def check(content: Content) -> list[Problem]:
    """Everything that the author must still repair in this question; empty means that learners may get it."""
    name = content.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        return [Problem(N_("Pilih jenis soal."), "kind")]
    return common_problems(content) + KINDS[name].check(content)
