"""A unit tree from a flat list. Pure."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar


class Placed(Protocol):
    """Something with a place in a tree."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def parent_id(self) -> uuid.UUID | None: ...


Leaf = TypeVar("Leaf", bound=Placed)


@dataclass
class Branch:
    """A unit with those below it; `heads` counts the persons in it, `all_heads` also those below."""

    unit: Placed
    depth: int
    heads: int
    below: list[Branch] = field(default_factory=list)

    @property
    def all_heads(self) -> int:
        return self.heads + sum(branch.all_heads for branch in self.below)


def branches(units: Sequence[Placed], heads: Mapping[uuid.UUID, int]) -> list[Branch]:
    """The roots, in the order given; a unit whose parent is not in the list is a root, a circle is cut open."""
    here = {unit.id for unit in units}
    children: dict[uuid.UUID | None, list[Placed]] = defaultdict(list)
    for unit in units:
        children[unit.parent_id if unit.parent_id in here else None].append(unit)
    seen: set[uuid.UUID] = set()
    roots = [_grown(unit, 0, children, heads, seen) for unit in children[None]]
    # Members of a circle hang on nobody: show the first of each as a root, so that it can be found and mended.
    roots += [_grown(unit, 0, children, heads, seen) for unit in units if unit.id not in seen]
    return roots


def _grown(
    unit: Placed,
    depth: int,
    children: Mapping[uuid.UUID | None, list[Placed]],
    heads: Mapping[uuid.UUID, int],
    seen: set[uuid.UUID],
) -> Branch:
    seen.add(unit.id)
    branch = Branch(unit, depth, heads.get(unit.id, 0))
    branch.below = [
        _grown(child, depth + 1, children, heads, seen)
        for child in children.get(unit.id, [])
        if child.id not in seen
    ]
    return branch


def flat(roots: Iterable[Branch]) -> list[Branch]:
    """Every branch from top to bottom, for a list or a select box."""
    found: list[Branch] = []
    for branch in roots:
        found += [branch, *flat(branch.below)]
    return found


def below(units: Iterable[Placed], unit_id: uuid.UUID) -> set[uuid.UUID]:
    """A unit and everything under it."""
    children: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
    for unit in units:
        children[unit.parent_id].append(unit.id)
    found: set[uuid.UUID] = set()
    waiting = [unit_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += children[current]
    return found


def circles(parents: Mapping[str, str | None]) -> set[str]:
    """The codes that stand above themselves."""
    found: set[str] = set()
    for start in parents:
        path: list[str] = []
        code: str | None = start
        while code is not None and code not in path and code not in found:
            path.append(code)
            code = parents.get(code)
        if code in path:
            found.update(path[path.index(code) :])
    return found
