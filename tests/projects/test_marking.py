"""From a rubric to marks: worked examples by hand, and what holds for every rubric."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.projects.marking import (
    FACTORS,
    Criterion,
    amount,
    are_apart,
    factor_problem,
    group_percent,
    mean,
    member_percent,
    problems,
    read_rubric,
    spread,
)
from tests.factories.projects import LEVELS, RUBRIC

D = Decimal


def points(*values: str) -> dict[str, Decimal]:
    return {f"c{number}": D(value) for number, value in enumerate(values, 1)}


# Worked by hand: weight × points / most, added up. 25 × 4/4 + 35 × 3/4 + 40 × 3/4 = 25 + 26.25 + 30.
@pytest.mark.parametrize(
    ("given_points", "percent"),
    [
        (("4", "3", "3"), "81.25"),
        (("4", "4", "4"), "100"),
        (("1", "1", "1"), "25"),
        (("2", "3", "1"), "48.75"),
    ],
)
def test_the_groups_mark_is_the_weighted_share_of_the_points(
    given_points: tuple[str, ...], percent: str
) -> None:
    assert group_percent(read_rubric(RUBRIC), points(*given_points)) == D(percent)


def test_thirds_are_rounded_half_up_once_at_the_end() -> None:
    levels = [{"text": "a", "points": 3}, {"text": "b", "points": 1}, {"text": "c", "points": 0}]
    rubric = read_rubric(
        [
            {"criterion": "A", "weight": "50", "levels": levels},
            {"criterion": "B", "weight": "50", "levels": levels},
        ]
    )
    # 50/3 + 50/3 = 33.333…, not 16.67 + 16.67.
    assert group_percent(rubric, points("1", "1")) == D("33.33")


def test_points_without_levels_may_be_any_up_to_the_most() -> None:
    rubric = read_rubric([{"criterion": "A", "weight": "100", "most": "40", "levels": []}])
    assert group_percent(rubric, points("12.5")) == D("31.25")
    assert group_percent(rubric, points("40")) == D(100)
    assert group_percent(rubric, points("40.01")) is None
    assert group_percent(rubric, points("-1")) is None
    assert group_percent(rubric, {"c1": D("NaN")}) is None


def test_a_criterion_without_points_leaves_the_mark_open() -> None:
    rubric = read_rubric(RUBRIC)
    assert group_percent(rubric, points("4", "3")) is None
    assert group_percent(rubric, points("4", "3", "2.5")) is None


def test_levels_are_named_from_the_lowest_to_the_highest() -> None:
    criterion = read_rubric(RUBRIC)[0]
    assert [level.name for level in criterion.levels] == ["Kurang", "Cukup", "Baik", "Sangat baik"]
    best = criterion.level_of(D(4))
    assert best is not None
    assert best.text == "Sangat jelas."
    many = [{"text": str(n), "points": n} for n in range(7)]
    assert read_rubric([{"criterion": "A", "weight": 100, "levels": many}])[0].levels[6].name == ""


# The picture of the marking page: 81.25 × 1.10 = 89.375 and × 0.90 = 73.125, both rounded half up.
@pytest.mark.parametrize(
    ("percent", "factor", "mark"),
    [
        ("81.25", "1.00", "81.25"),
        ("81.25", "1.10", "89.38"),
        ("81.25", "0.90", "73.13"),
        ("95", "1.10", "100"),
        ("0", "0.70", "0"),
    ],
)
def test_a_members_mark_is_the_groups_times_the_factor_within_0_and_100(
    percent: str, factor: str, mark: str
) -> None:
    assert member_percent(D(percent), D(factor)) == D(mark)


def test_there_are_nine_factors() -> None:
    assert [str(factor) for factor in FACTORS] == [
        "0.7",
        "0.75",
        "0.8",
        "0.85",
        "0.9",
        "0.95",
        "1",
        "1.05",
        "1.1",
    ]


def test_a_factor_other_than_one_asks_for_its_reason() -> None:
    assert factor_problem(D("1.00"), "") is None
    assert factor_problem(D("0.90"), "tidak ikut dua pertemuan") is None
    for value, reason in [
        (D("0.90"), " "),
        (D("0.65"), "x"),
        (D("1.15"), "x"),
        (D("0.93"), "x"),
        (None, "x"),
    ]:
        assert factor_problem(value, reason) is not None


def test_marks_that_lie_more_than_15_points_apart_are_too_far_apart() -> None:
    assert spread([]) == spread([D(70)]) == 0
    assert spread([D(70), D(85), D(80)]) == 15
    assert not are_apart([D(70), D(85)])
    assert are_apart([D(70), D("85.01")])


def test_several_assessors_come_to_their_mean() -> None:
    assert mean([D("81.25")]) == D("81.25")
    assert mean([D("80"), D("80.01")]) == D("80.01")  # 80.005, half up


def changed(**part: Any) -> list[dict[str, Any]]:
    return [{**RUBRIC[0], **part}, *RUBRIC[1:]]


@pytest.mark.parametrize(
    ("rubric", "field"),
    [
        ([], "rubric"),
        (changed(criterion=" "), "criterion-0-title"),
        (changed(weight="26"), "criterion-2-weight"),
        (changed(weight=0), "criterion-0-weight"),
        (changed(weight="banyak"), "criterion-0-weight"),
        (changed(weight=101), "criterion-0-weight"),
        (changed(levels=LEVELS[:1]), "criterion-0-levels"),
        (changed(levels=[*LEVELS[:3], {"text": " ", "points": 0}]), "criterion-0-levels"),
        (changed(levels=[*LEVELS[:3], {"text": "x", "points": ""}]), "criterion-0-levels"),
        (changed(levels=[*LEVELS[:3], {"text": "x", "points": -1}]), "criterion-0-levels"),
        (changed(levels=[*LEVELS[:3], {"text": "x", "points": "4,0"}]), "criterion-0-levels"),
        (changed(levels=[], most=""), "criterion-0-most"),
        (changed(levels=[], most=0), "criterion-0-most"),
    ],
)
def test_a_rubric_says_what_is_wrong_and_where(rubric: list[dict[str, Any]], field: str) -> None:
    assert field in [problem.field for problem in problems(rubric)]


def test_the_sum_of_the_weights_is_said_as_people_write_it() -> None:
    assert str(problems(changed(weight="25,5"))[0]) == (
        "Jumlah bobot 100,5, seharusnya 100. Ubah salah satu bobot."
    )
    assert problems(RUBRIC) == problems(changed(levels=[], most="40")) == []


def test_numbers_are_read_with_comma_or_point() -> None:
    assert amount(" 12,5 ") == amount("12.5") == amount(D("12.5")) == D("12.5")
    assert amount("") is amount("x") is amount(None) is amount("NaN") is None


@st.composite
def rubrics(draw: st.DrawFn) -> list[Criterion]:
    parts = draw(st.lists(st.integers(1, 50), min_size=1, max_size=6))
    whole = sum(parts)
    weights = [D(part) * 100 / whole for part in parts]
    weights[-1] = D(100) - sum(weights[:-1], D(0))
    stored = []
    for weight in weights:
        steps = draw(st.sets(st.integers(0, 20), min_size=2, max_size=5).filter(lambda s: max(s) > 0))
        levels = [{"text": f"t{step}", "points": step} for step in steps]
        stored.append({"criterion": "K", "weight": weight, "levels": levels})
    return read_rubric(stored)


@given(rubrics(), st.data())
def test_every_judgement_lies_between_0_and_100_and_the_best_levels_give_100(
    rubric: list[Criterion], data: st.DataObject
) -> None:
    chosen = {c.id: data.draw(st.sampled_from(c.levels)).points for c in rubric}
    percent = group_percent(rubric, chosen)
    assert percent is not None
    assert 0 <= percent <= 100
    assert percent == percent.quantize(D("0.01"), ROUND_HALF_UP)
    best = {c.id: c.most for c in rubric}
    assert group_percent(rubric, best) == 100
    better = {**chosen, rubric[0].id: rubric[0].most}
    raised = group_percent(rubric, better)
    assert raised is not None
    assert raised >= percent


percents = st.decimals(0, 100, places=2)


@given(percents, st.sampled_from(FACTORS), st.sampled_from(FACTORS))
def test_a_larger_factor_never_gives_less(percent: Decimal, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert 0 <= member_percent(percent, low) <= member_percent(percent, high) <= 100
    assert member_percent(percent, D(1)) == percent


@given(st.lists(percents, min_size=1, max_size=5))
def test_the_mean_lies_among_the_marks_whatever_their_order(marks: list[Decimal]) -> None:
    assert min(marks) <= mean(marks) <= max(marks)
    assert mean(marks) == mean(marks[::-1])
    assert 0 <= spread(marks) <= 100
