"""Balanced groups: everybody once, sizes alike, units mixed, the same draw for the same seed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.projects.grouping import draw, how_many


@pytest.mark.parametrize(
    ("people", "least", "most", "groups"),
    [
        (0, 4, 6, 0),
        (1, 4, 6, 1),
        (7, 4, 6, 2),  # 7 fits no group of 4 to 6: smaller ones rather than a larger one
        (20, 4, 6, 4),
        (24, 4, 6, 5),
        (30, 4, 6, 6),
        (11, 4, 6, 2),
        (6, 3, 3, 2),
    ],
)
def test_there_are_as_many_groups_as_come_nearest_to_the_middle_size(
    people: int, least: int, most: int, groups: int
) -> None:
    assert how_many(people, least, most) == groups


sizes = st.tuples(st.integers(1, 8), st.integers(0, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
classes = st.lists(st.integers(0, 5), max_size=60).map(lambda units: list(enumerate(units)))


@given(classes, sizes, st.integers(0, 2**62))
def test_everybody_is_placed_once_and_sizes_differ_by_at_most_one(
    people: list[tuple[int, int]], size: tuple[int, int], seed: int
) -> None:
    groups = draw(people, least=size[0], most=size[1], seed=seed)
    assert sorted(person for group in groups for person in group) == [person for person, _unit in people]
    lengths = [len(group) for group in groups]
    assert not lengths or max(lengths) - min(lengths) <= 1
    assert all(length <= size[1] for length in lengths)
    if -(-len(people) // size[1]) <= len(people) // size[0]:
        assert all(length >= size[0] for length in lengths)


@given(classes, sizes, st.integers(0, 2**62))
def test_no_group_holds_more_of_a_unit_than_it_must(
    people: list[tuple[int, int]], size: tuple[int, int], seed: int
) -> None:
    groups = draw(people, least=size[0], most=size[1], seed=seed)
    unit_of = dict(people)
    for unit, total in Counter(unit_of.values()).items():
        held = [sum(unit_of[person] == unit for person in group) for group in groups]
        assert max(held) == -(-total // len(groups))
        assert max(held) - min(held) <= 1


@given(classes, st.integers(0, 2**62))
def test_a_seed_repeats_its_draw(people: list[tuple[int, int]], seed: int) -> None:
    assert draw(people, least=4, most=6, seed=seed) == draw(people, least=4, most=6, seed=seed)


def test_another_seed_draws_otherwise() -> None:
    people = [(number, number % 4) for number in range(24)]
    drawn = {str(draw(people, least=4, most=6, seed=seed)) for seed in range(5)}
    assert len(drawn) == 5
