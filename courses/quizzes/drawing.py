"""Which questions a paper gets: the same seed draws the same paper on any machine and in any year."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

from lms.errors import N_
from lms.problems import Problem

Id = TypeVar("Id", bound=Hashable)
Line = tuple[str | None, int]  # a tag (None: any question) and how many


def new_seed() -> int:
    """A seed nobody can guess; fits a signed 64-bit column."""
    return secrets.randbits(63)


def draw(
    bank: Sequence[tuple[Id, Collection[str]]],
    plan: Sequence[Line] | None,
    *,
    seed: int,
    shuffle: bool,
) -> list[Id]:
    """The ids on one paper, none of them twice; without a plan the whole bank.

    Unshuffled, the paper follows the plan's lines and inside a line the bank. A question with several tags serves the
    line that needs it. Raises Invalid when the bank cannot fill the plan; plan_problems() tells it beforehand.
    """
    tags = dict(bank)
    if plan is None:
        taken = dict.fromkeys(tags, 0)
    else:
        taken, problems = _fill(tags, plan, seed)
        if problems:
            raise problems[0].refusal()
    order = {question: place for place, question in enumerate(tags)}
    if shuffle:
        return _by_seed(taken, seed, "order")
    return sorted(taken, key=lambda question: (taken[question], order[question]))


def plan_problems(bank: Sequence[tuple[Id, Collection[str]]], plan: Sequence[Line]) -> list[Problem]:
    """Why the bank cannot fill the plan, for the author who is writing it; empty when it can."""
    return _fill(dict(bank), plan, 0)[1]


def _fill(
    tags: dict[Id, Collection[str]], plan: Sequence[Line], seed: int
) -> tuple[dict[Id, int], list[Problem]]:
    """Question to the plan line it serves, found by augmenting paths, so that a plan fails only if it must."""
    drawn = _by_seed(tags, seed, "draw")
    fitting = [[question for question in drawn if tag is None or tag in tags[question]] for tag, _ in plan]
    problems = [
        _too_few(tag, count, len(found))
        for (tag, count), found in zip(plan, fitting, strict=True)
        if not 1 <= count <= len(found)
    ]
    taken: dict[Id, int] = {}
    if not problems:
        short = [
            line
            for line, (_, count) in enumerate(plan)
            for _ in range(count)
            if not _take(line, fitting, taken, set())
        ]
        problems = [_shared(plan[line]) for line in dict.fromkeys(short)]
    return taken, problems


def _take(line: int, fitting: list[list[Id]], taken: dict[Id, int], asked: set[int]) -> bool:
    """Give the line one more question: a free one, else one whose line can take another instead."""
    asked.add(line)
    free = next((question for question in fitting[line] if question not in taken), None)
    if free is not None:
        taken[free] = line
        return True
    for question in fitting[line]:
        holder = taken[question]
        if holder not in asked and _take(holder, fitting, taken, asked):
            taken[question] = line
            return True
    return False


def _by_seed(questions: Collection[Id], seed: int, purpose: str) -> list[Id]:
    """In an order that only the seed decides: a hash per question, so no library's shuffle can change it later."""
    return sorted(
        questions, key=lambda question: hashlib.sha256(f"{seed}:{purpose}:{question}".encode()).digest()
    )


def _too_few(tag: str | None, wanted: int, found: int) -> Problem:
    if wanted < 1:
        return Problem(N_("Setiap baris rencana soal meminta paling sedikit satu soal."), "plan")
    values = {"tag": tag, "wanted": wanted, "found": found}
    if tag is None:
        return Problem(N_("Bank berisi %(found)s soal, rencana meminta %(wanted)s."), "plan", values)
    return Problem(
        N_("Bank berisi %(found)s soal berlabel “%(tag)s”, rencana meminta %(wanted)s."), "plan", values
    )


def _shared(line: Line) -> Problem:
    tag, wanted = line
    if tag is None:
        sentence = N_(
            "Setelah baris lain terisi, soal di bank kurang dari %(wanted)s untuk baris tanpa label."
        )
    else:
        sentence = N_("Soal berlabel “%(tag)s” dipakai bersama baris lain dan kurang dari %(wanted)s.")
    return Problem(sentence, "plan", {"tag": tag, "wanted": wanted})
