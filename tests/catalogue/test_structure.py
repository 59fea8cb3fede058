"""The order of a syllabus."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses.catalogue.structure import moved, same_members, shifted

STEPS = st.sampled_from([-1, 1])
MODULES = st.lists(st.integers(0, 6), min_size=1, max_size=5).map(
    lambda sizes: [list(range(sum(sizes[:n]), sum(sizes[: n + 1]))) for n in range(len(sizes))]
)


def test_a_step_swaps_neighbours_and_stops_at_the_ends() -> None:
    assert moved(["a", "b", "c"], "b", -1) == ["b", "a", "c"]
    assert moved(["a", "b", "c"], "b", 1) == ["a", "c", "b"]
    assert moved(["a", "b"], "a", -1) == ["a", "b"]
    assert moved(["a", "b"], "b", 1) == ["a", "b"]


def test_a_step_over_the_edge_leads_into_the_next_module() -> None:
    assert shifted([["a"], ["b", "c"]], "b", -1) == [["a", "b"], ["c"]]
    assert shifted([["a", "b"], ["c"]], "b", 1) == [["a"], ["b", "c"]]
    assert shifted([["a"], []], "a", 1) == [[], ["a"]]
    assert shifted([["a"]], "a", -1) == [["a"]]


@given(MODULES, st.data(), STEPS)
def test_a_step_loses_and_doubles_nothing(modules: list[list[int]], data: st.DataObject, step: int) -> None:
    everything = [id_ for ids in modules for id_ in ids]
    if everything:
        which = data.draw(st.sampled_from(everything))
        assert same_members(modules, shifted(modules, which, step))


@given(MODULES, st.data(), STEPS)
def test_a_step_back_undoes_a_step(modules: list[list[int]], data: st.DataObject, step: int) -> None:
    everything = [id_ for ids in modules for id_ in ids]
    if everything:
        which = data.draw(st.sampled_from(everything))
        there = shifted(modules, which, step)
        assert there == modules or shifted(there, which, -step) == modules


def test_an_order_with_a_missing_a_foreign_or_a_doubled_activity_is_another_one() -> None:
    assert same_members([["a"], ["b"]], [["b", "a"], []])
    assert not same_members([["a"], ["b"]], [["a"], []])
    assert not same_members([["a"], ["b"]], [["a"], ["c"]])
    assert not same_members([["a"], ["b"]], [["a", "b"], ["b"]])
