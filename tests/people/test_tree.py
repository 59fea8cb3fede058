"""Unit trees: every unit appears once, circles are found, counts add up."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from lms.people.tree import below, branches, circles, flat


@dataclass(frozen=True)
class Place:
    id: uuid.UUID
    parent_id: uuid.UUID | None


IDS = [uuid.UUID(int=number) for number in range(1, 9)]
ANY_TREES = st.lists(st.sampled_from([None, *IDS]), min_size=8, max_size=8).map(
    lambda parents: [Place(own, parent) for own, parent in zip(IDS, parents, strict=True)]
)


@given(ANY_TREES)
def test_every_unit_appears_exactly_once_even_in_a_circle(places: list[Place]) -> None:
    shown = flat(branches(places, {}))
    assert sorted(branch.unit.id for branch in shown) == IDS


@given(ANY_TREES)
def test_those_in_a_circle_are_exactly_their_own_ancestors(places: list[Place]) -> None:
    parents = {str(place.id): str(place.parent_id) if place.parent_id else None for place in places}
    own_ancestors = set()
    for start in parents:
        code, seen = parents[start], set()
        while code is not None and code not in seen:
            if code == start:
                own_ancestors.add(start)
            seen.add(code)
            code = parents[code]
    assert circles(parents) == own_ancestors


def test_heads_below_are_counted_with_their_parents() -> None:
    top, middle, leaf = Place(IDS[0], None), Place(IDS[1], IDS[0]), Place(IDS[2], IDS[1])
    (root,) = branches([top, middle, leaf], {IDS[0]: 1, IDS[2]: 4})
    assert (root.heads, root.all_heads, root.below[0].all_heads) == (1, 5, 4)


def test_a_unit_without_its_parent_is_a_root() -> None:
    assert [branch.unit.id for branch in branches([Place(IDS[0], IDS[5])], {})] == [IDS[0]]


def test_below_holds_the_unit_and_all_its_descendants() -> None:
    places = [Place(IDS[0], None), Place(IDS[1], IDS[0]), Place(IDS[2], IDS[1]), Place(IDS[3], None)]
    assert below(places, IDS[0]) == {IDS[0], IDS[1], IDS[2]}
