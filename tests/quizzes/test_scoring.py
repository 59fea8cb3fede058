"""Marks: shares become points and percents, half up, and what waits for a person is counted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes.scoring import (
    RULES,
    Item,
    Marks,
    counting,
    gain,
    normalised_gain,
    passed,
    rubric_share,
    score_attempt,
)

percents = st.decimals(0, 100, places=2, allow_nan=False)


def statement(points: float = 1) -> dict[str, Any]:
    return {"kind": "true_false", "text": "Soal", "points": points, "answer": True}


def essay(points: float = 1) -> dict[str, Any]:
    return {"kind": "essay", "text": "Soal", "points": points}


def test_points_are_added_up() -> None:
    marks = score_attempt(
        [(statement(2), True, None), (statement(1), False, None), (statement(0.5), None, None)]
    )
    assert marks == Marks(Decimal("2.00"), Decimal("3.50"), Decimal("57.14"), 0)


def test_an_essay_waits_until_somebody_decides() -> None:
    items: list[Item] = [(statement(), True, None), (essay(3), "Uraian.", None)]
    assert score_attempt(items) == Marks(Decimal("1.00"), Decimal("4.00"), Decimal("25.00"), 1)
    items[1] = (essay(3), "Uraian.", Decimal("0.5"))
    assert score_attempt(items) == Marks(Decimal("2.50"), Decimal("4.00"), Decimal("62.50"), 0)


def test_an_empty_essay_makes_nobody_wait() -> None:
    assert score_attempt([(essay(), None, None)]).waiting == 0


def test_a_person_overrules_the_machine() -> None:
    assert score_attempt([(statement(), False, Decimal(1))]).percent == 100


@pytest.mark.parametrize("share", ["-0.01", "1.01"])
def test_a_share_beyond_its_ends_is_refused(share: str) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        score_attempt([(statement(), True, Decimal(share))])


def test_nothing_asked_is_nothing_earned() -> None:
    assert score_attempt([]) == Marks(Decimal("0.00"), Decimal("0.00"), Decimal("0.00"), 0)


def test_half_a_cent_goes_up() -> None:
    assert score_attempt([(statement(), None, Decimal("0.69995"))]).percent == Decimal("70.00")
    assert score_attempt([(statement(), None, Decimal("0.699949"))]).percent == Decimal("69.99")


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.1, 1, 2.5, 1000]), st.booleans(), st.decimals(0, 1, places=6) | st.none()
        )
    )
)
def test_a_percent_is_between_0_and_100_and_the_key_earns_100(
    parts: list[tuple[float, bool, Decimal | None]],
) -> None:
    marks = score_attempt([(statement(points), answer, share) for points, answer, share in parts])
    assert 0 <= marks.percent <= 100
    assert 0 <= marks.points <= marks.out_of
    best = score_attempt([(statement(points), True, None) for points, _, _ in parts])
    assert best.percent == (100 if parts else 0)


@given(st.permutations([Decimal(number) / 7 for number in range(8)]))
def test_the_order_of_questions_does_not_change_the_marks(shares: list[Decimal]) -> None:
    assert score_attempt([(statement(), None, share) for share in shares]).percent == Decimal("50.00")


def test_the_pass_mark_itself_passes() -> None:
    assert passed(Decimal("70.00"), 70)
    assert not passed(Decimal("69.99"), Decimal(70))


TRIES = [Decimal("40.00"), Decimal("90.01"), Decimal("60.00")]


@pytest.mark.parametrize(
    ("rule", "percent"), [("best", "90.01"), ("last", "60.00"), ("first", "40.00"), ("average", "63.34")]
)
def test_the_rule_says_which_attempt_counts(rule: str, percent: str) -> None:
    assert counting(TRIES, rule) == Decimal(percent)
    assert counting([], rule) is None


def test_an_unknown_rule_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        counting(TRIES, "worst")


@given(st.lists(percents, min_size=1))
def test_every_rule_stays_between_the_worst_and_the_best_attempt(tries: list[Decimal]) -> None:
    for rule in RULES:
        percent = counting(tries, rule)
        assert percent is not None
        assert min(tries) <= percent <= max(tries)


@pytest.mark.parametrize(
    ("pre", "post", "share"),
    [(40, 70, "0.5000"), (0, 100, "1.0000"), (70, 60, "-0.3333"), (99, 100, "1.0000")],
)
def test_gain_is_measured_against_what_was_left_to_learn(pre: int, post: int, share: str) -> None:
    assert gain(Decimal(pre), Decimal(post)) == post - pre
    assert normalised_gain(Decimal(pre), Decimal(post)) == Decimal(share)


def test_a_perfect_first_test_leaves_nothing_to_gain() -> None:
    assert normalised_gain(Decimal(100), Decimal(100)) is None


@given(percents.filter(lambda pre: pre < 100), percents)
def test_a_gain_never_exceeds_the_whole(pre: Decimal, post: Decimal) -> None:
    share = normalised_gain(pre, post)
    assert share is not None
    assert share <= 1
    assert (share > 0) <= (gain(pre, post) > 0)


def rubric(*best: float) -> dict[str, Any]:
    return {"rubric": [{"criterion": "x", "levels": [{"points": 0}, {"points": top}]} for top in best]}


def test_a_rubric_is_worth_its_best_levels() -> None:
    assert rubric_share(rubric(3, 1), [1, 0]) == Decimal("0.75")
    assert rubric_share(rubric(3, 1), [1, 1]) == 1


@pytest.mark.parametrize("chosen", [[], [1], [1, 2], [1, -1], [0, 0, 0]])
def test_a_choice_that_does_not_fit_the_rubric_is_refused(chosen: list[int]) -> None:
    with pytest.raises(ValueError, match="one level"):
        rubric_share(rubric(3, 1), chosen)


def test_a_rubric_without_points_marks_nothing() -> None:
    with pytest.raises(ValueError, match="no points"):
        rubric_share(rubric(0), [1])
