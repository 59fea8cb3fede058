"""Answers of each kind: read, marked, revealed and said in words."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes.kinds.base import Answer, Content, Shown, clean_text, exact
from courses.quizzes.kinds.essay import MAX_ESSAY, count_words
from courses.quizzes.kinds.registry import KINDS, kind_of
from courses.quizzes.kinds.short_text import fold

LEVELS = [{"text": "kurang", "points": 0}, {"text": "baik", "points": 2}]


def question(kind: str, **own: object) -> dict[str, Any]:
    return {"kind": kind, "text": "<p>Soal</p>", "points": 1, **own}


def listed(*texts: str, **own: list[Any]) -> list[dict[str, Any]]:
    """Rows with good ids; each keyword gives one value per row."""
    return [
        {"id": f"abcdefg{'abcdefghij'[at]}", "text": text, **{key: values[at] for key, values in own.items()}}
        for at, text in enumerate(texts)
    ]


def paper_of(content: Content, seed: int = 1, *, shuffle: bool = True) -> Shown:
    return kind_of(content).shown(content, rng=random.Random(seed), shuffle=shuffle)


PICKS = question("multiple", options=listed("a", "b", "c", "d", weight=[3, 1, -1, -4]))


@pytest.mark.parametrize(
    ("chosen", "share"),
    [
        ("a", "0.75"),
        ("b", "0.25"),
        ("ab", "1"),
        ("ac", "0.5"),
        ("c", "0"),
        ("bd", "0"),
        ("abc", "0.75"),
        ("", "0"),
    ],
)
def test_weights_add_up_and_stop_at_both_ends(chosen: str, share: str) -> None:
    answer: Answer = [f"abcdefg{mark}" for mark in chosen]
    assert KINDS["multiple"].score(PICKS, answer) == Decimal(share)


def test_matching_counts_the_right_pairs() -> None:
    content = question(
        "matching",
        left=listed("Medan", "Sorong"),
        right=listed("WIB", "WITA", "WIT"),
        key={"abcdefga": "abcdefga", "abcdefgb": "abcdefgc"},
    )
    answer: Answer = {"abcdefga": "abcdefga", "abcdefgb": "abcdefgb"}
    kind = KINDS["matching"]
    assert kind.score(content, answer) == Decimal("0.5")
    assert kind.says(content, answer) == "Medan → WIB; Sorong → WITA"
    told = kind.reveal(content, {"abcdefgb": "abcdefgb"})
    assert told["right"] == "Medan → WIB; Sorong → WIT"
    assert told["pairs"] == [
        {"id": "abcdefga", "text": "Medan", "chosen": "", "expected": "WIB", "right": False},
        {"id": "abcdefgb", "text": "Sorong", "chosen": "WITA", "expected": "WIT", "right": False},
    ]


STEPS = question("ordering", items=listed("isi", "periksa", "setuju", "terbit"))


@pytest.mark.parametrize(
    ("places", "share"),
    [
        ((1, 2, 3, 4), Decimal(1)),
        ((4, 3, 2, 1), Decimal(0)),
        ((2, 3, 4, 1), Decimal(2) / 3),
        ((1, 1, 2, 3), Decimal(2) / 3),
        ((1, None, 2, 3), Decimal(1) / 3),
        ((None, None, None, 1), Decimal(0)),
    ],
)
def test_ordering_counts_neighbours_in_their_order(places: tuple[int | None, ...], share: Decimal) -> None:
    ids = [row["id"] for row in STEPS["items"]]
    answer: Answer = {row: place for row, place in zip(ids, places, strict=True) if place}
    assert KINDS["ordering"].score(STEPS, answer) == share


def test_an_order_is_told_place_by_place() -> None:
    answer: Answer = {"abcdefga": 2, "abcdefgb": 1, "abcdefgd": 4}
    kind = KINDS["ordering"]
    assert kind.says(STEPS, answer) == "1. periksa; 2. isi; 4. terbit"
    told = kind.reveal(STEPS, answer)
    assert told["right"] == "1. isi; 2. periksa; 3. setuju; 4. terbit"
    assert [(row["chosen"], row["right"]) for row in told["items"]] == [
        (2, False),
        (1, False),
        (None, False),
        (4, True),
    ]


def test_options_are_told_one_by_one() -> None:
    content = question("single", options=listed("a", "b", correct=[False, True]), explanation="<p>Sebab</p>")
    told = KINDS["single"].reveal(content, "abcdefga")
    assert (told["right"], told["explanation"]) == ("b", "<p>Sebab</p>")
    assert [(row["chosen"], row["right"]) for row in told["options"]] == [(True, False), (False, True)]
    told = KINDS["multiple"].reveal(PICKS, ["abcdefga", "abcdefgc"])
    assert told["right"] == "a; b"
    assert [(row["chosen"], row["right"]) for row in told["options"]] == [
        (True, True),
        (False, True),
        (True, False),
        (False, False),
    ]
    assert KINDS["multiple"].says(PICKS, ["abcdefgc", "abcdefga"]) == "a; c"


def test_true_and_false_are_words_in_the_readers_language() -> None:
    content = question("true_false", answer=False)
    kind = KINDS["true_false"]
    assert kind.says(content, True) == "Benar"
    assert kind.says(content, True, say={"Benar": "True"}.__getitem__) == "True"
    assert kind.reveal(content, True)["right"] == "Salah"
    assert kind.score(content, False) == 1
    assert kind.score({**content, "answer": 0}, False) == 0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_unanswered_question_says_nothing(kind: str) -> None:
    content = question(kind)
    assert KINDS[kind].says(content, None) == ""
    assert KINDS[kind].fields(None, "q_1") == {}


def test_one_side_of_an_answer_that_fits_no_kind_earns_nothing() -> None:
    for kind in KINDS.values():
        for odd in (["x"], {"x": "y"}, {"x": 1}, True):
            assert kind.score(question(kind.name), odd) == 0


@pytest.mark.parametrize(
    "typed",
    [
        "e-learning",
        "E Learning",
        " elearning ",
        "é-lëarning",
        "ｅ－ｌｅａｒｎｉｎｇ",
        "e‑learning.",
        "“e-learning”",
        "e\u200blearning",
    ],
)
def test_spelling_noise_does_not_cost_the_mark(typed: str) -> None:
    content = question("short_text", accepted=["pelatihan daring", "e-learning"])
    answer = KINDS["short_text"].parse(content, {"q_1": [typed]}, "q_1")
    assert KINDS["short_text"].score(content, answer) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("1,5", "15"), ("20/2023", "202023"), ("C++", "C"), ("a < b", "a > b"), ("UU 20", "UU 2")],
)
def test_what_carries_meaning_still_counts(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("typed", "share"), [("9,5", 1), ("10,5 menit", 1), ("10", 1), ("9,49", 0), ("10,51", 0), ("sepuluh", 0)]
)
def test_the_tolerance_includes_its_ends(typed: str, share: int) -> None:
    content = question("number", answer=10, tolerance=0.5, unit="menit")
    assert KINDS["number"].score(content, typed) == share


def test_a_number_is_shown_as_it_was_read() -> None:
    content = question("number", answer=1234.5, tolerance=0.5, unit="menit")
    kind = KINDS["number"]
    assert kind.says(content, "1,234.5") == "1.234,5 menit"
    assert kind.says(content, "entahlah") == "entahlah"
    assert kind.reveal(content, None)["right"] == "1.234,5 menit (± 0,5)"
    assert kind.reveal({**content, "tolerance": 0}, None)["right"] == "1.234,5 menit"
    assert kind.reveal(question("number"), None)["right"] == ""


@pytest.mark.parametrize("value", [None, True, "x", float("nan"), float("inf"), "1e99", [1]])
def test_only_a_finite_number_of_sane_size_is_exact(value: object) -> None:
    assert exact(value) is None
    assert exact(10**5000) is None


def test_long_answers_are_cut_and_control_characters_dropped() -> None:
    essay, short = KINDS["essay"], KINDS["short_text"]
    long = essay.normalised({}, "a" * (MAX_ESSAY + 1))
    assert isinstance(long, str)
    assert len(long) == MAX_ESSAY
    assert short.normalised({}, "b" * 501) == "b" * 500
    assert essay.normalised({}, "satu\r\ndua\x00\ud800\t\n") == "satu\ndua"
    assert clean_text(" \x00 ", 5) is None
    assert short.normalised({}, "satu\n  dua") == "satu dua"


def test_an_essay_waits_for_a_person_unless_it_is_empty() -> None:
    essay = KINDS["essay"]
    content = question("essay", rubric=[{"criterion": "Isi", "levels": LEVELS}])
    assert essay.score(content, "Sebuah uraian.") is None
    assert essay.score(content, None) == 0
    assert essay.reveal(content, None)["rubric"] == content["rubric"]
    assert count_words(" satu\n dua  tiga ") == 3


def test_unknown_ids_are_dropped() -> None:
    paper = paper_of(PICKS)
    assert KINDS["multiple"].parse(paper, {"q_1": ["abcdefgb", "zzz", "abcdefga", "abcdefgb"]}, "q_1") == [
        "abcdefga",
        "abcdefgb",
    ]
    assert KINDS["single"].parse(paper, {"q_1": ["zzz"]}, "q_1") is None
    assert KINDS["ordering"].parse(paper_of(STEPS), {"q_1_abcdefga": ["5"], "q_1_zzz": ["1"]}, "q_1") is None


def test_without_shuffling_options_stay_as_written() -> None:
    assert [row["text"] for row in paper_of(PICKS, shuffle=False)["options"]] == ["a", "b", "c", "d"]
    orders = {tuple(row["text"] for row in paper_of(PICKS, seed)["options"]) for seed in range(20)}
    assert len(orders) > 5


def test_steps_are_shuffled_even_when_options_are_not() -> None:
    orders = {
        tuple(row["text"] for row in paper_of(STEPS, seed, shuffle=False)["items"]) for seed in range(20)
    }
    assert len(orders) > 5
