"""Question types: no paper holds a key, no answer sheet breaks a parser, and the key earns everything."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes.decimals import written
from courses.quizzes.kinds.base import Answer, Content, Shown, with_ids
from courses.quizzes.kinds.registry import KINDS, check, kind_of

KEY_WORDS = {"key", "weight", "correct", "accepted", "tolerance", "explanation", "answer", "rubric"}

words = st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=12)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def contents(draw: st.DrawFn, only: str | None = None) -> dict[str, Any]:
    """A question that passes its check."""
    name = draw(st.just(only) if only else st.sampled_from(sorted(KINDS)))
    listed = draw(st.lists(words, min_size=2, max_size=6, unique=True))
    bare = [{"text": text} for text in listed]
    by_kind: dict[str, dict[str, Any]] = {
        "single": {"options": [{**row, "correct": at == 1} for at, row in enumerate(bare)]},
        "multiple": {"options": [{**row, "weight": 2 if at % 2 else -1} for at, row in enumerate(bare)]},
        "true_false": {"answer": draw(st.booleans())},
        "short_text": {"accepted": listed},
        "number": {
            "answer": draw(st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda value: round(value, 6))),
            "tolerance": draw(st.sampled_from([0, 0.5, 2])),
            "unit": draw(st.sampled_from(["", "menit", "Rp", "%", "m²"])),
        },
        "matching": {
            "left": [{"id": str(at), **row} for at, row in enumerate(bare)],
            "right": [{"id": str(at), **row} for at, row in enumerate(bare)],
            "key": {str(at): str(at) for at in range(len(bare))},
        },
        "ordering": {"items": bare},
        "essay": {
            "min_words": 5,
            "rubric": [
                {"criterion": "Isi", "levels": [{"text": "a", "points": 0}, {"text": "b", "points": 2}]}
            ],
        },
    }
    own = by_kind[name]
    common = {
        "kind": name,
        "text": "<p>Soal</p>",
        "points": 2,
        "explanation": "<p>Sebab</p>",
        "picture": None,
    }
    return with_ids({**common, **own})


def key_of(content: Content) -> Answer:
    """The answer that deserves everything."""
    name = content["kind"]
    if name == "single":
        return str(next(row["id"] for row in content["options"] if row["correct"]))
    if name == "multiple":
        return sorted(row["id"] for row in content["options"] if row["weight"] > 0)
    if name == "matching":
        return dict(content["key"])
    if name == "ordering":
        return {row["id"]: at for at, row in enumerate(content["items"], start=1)}
    if name == "number":
        return written(Decimal(str(content["answer"])))
    if name == "short_text":
        return str(content["accepted"][-1])
    return bool(content["answer"]) if name == "true_false" else "Sebuah uraian."


def paper_of(content: Content, seed: int = 1, *, shuffle: bool = True) -> Shown:
    return kind_of(content).shown(content, rng=random.Random(seed), shuffle=shuffle)


@st.composite
def answered(draw: st.DrawFn) -> tuple[dict[str, Any], Answer | None]:
    """A question and any answer that its form can send."""
    content = draw(contents())
    paper = paper_of(content)
    name = content["kind"]
    left = [row["id"] for row in paper.get("left", [])]
    right = st.sampled_from([row["id"] for row in paper.get("right", [{"id": ""}])])
    options = [row["id"] for row in paper.get("options", [{"id": ""}])]
    items = [row["id"] for row in paper.get("items", [{"id": ""}])]
    sent: dict[str, st.SearchStrategy[object]] = {
        "single": st.sampled_from(options),
        "multiple": st.lists(st.sampled_from(options)),
        "true_false": st.booleans(),
        "matching": st.dictionaries(st.sampled_from(left or [""]), right),
        "ordering": st.dictionaries(st.sampled_from(items), st.integers(1, len(items))),
    }
    value = draw(sent.get(name, st.text(max_size=40)))
    return content, kind_of(content).normalised(paper, value)


def walk(value: object) -> set[str]:
    """Every key anywhere inside."""
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in walk(inner)}
    return {key for inner in value for key in walk(inner)} if isinstance(value, list) else set()


@given(contents())
def test_a_good_question_has_no_problem(content: dict[str, Any]) -> None:
    assert check(content) == []


@given(contents())
def test_the_key_earns_everything_and_silence_nothing(content: dict[str, Any]) -> None:
    kind = kind_of(content)
    assert kind.score(content, key_of(content)) == (Decimal(1) if kind.auto else None)
    assert kind.score(content, None) == 0


@given(answered())
def test_a_share_is_between_nothing_and_everything(pair: tuple[dict[str, Any], Answer | None]) -> None:
    content, answer = pair
    share = kind_of(content).score(content, answer)
    assert share is None or 0 <= share <= 1


@given(answered(), st.integers(0, 2**63), st.booleans())
def test_shuffling_never_changes_a_mark(
    pair: tuple[dict[str, Any], Answer | None], seed: int, shuffle: bool
) -> None:
    content, answer = pair
    kind = kind_of(content)
    again = kind.parse(paper_of(content, seed, shuffle=shuffle), kind.fields(answer, "q_1"), "q_1")
    assert again == answer
    assert kind.score(content, again) == kind.score(content, answer)


@given(contents(), st.booleans())
def test_a_paper_holds_nothing_of_the_key(content: dict[str, Any], shuffle: bool) -> None:
    paper = paper_of(content, shuffle=shuffle)
    assert not walk(paper) & KEY_WORDS
    assert "Sebab" not in json.dumps(paper)
    assert paper["text"] == "<p>Soal</p>"


@given(contents(), st.integers(0, 99), st.randoms(use_true_random=False))
def test_another_key_gives_the_same_paper(content: dict[str, Any], seed: int, rng: random.Random) -> None:
    other = {**content, "accepted": ["lain"], "tolerance": 9, "explanation": "", "rubric": []}
    if content["kind"] in {"single", "multiple"}:
        marks = [
            {key: value for key, value in row.items() if key in {"id", "text"}} for row in content["options"]
        ]
        other["options"] = [{**row, "correct": at == 0, "weight": at} for at, row in enumerate(marks)]
    if content["kind"] == "ordering":
        other["items"] = rng.sample(content["items"], len(content["items"]))
    if content["kind"] == "matching":
        other["right"] = rng.sample(content["right"], len(content["right"]))
        other["key"] = {}
    other["answer"] = not content["answer"] if content["kind"] == "true_false" else 3
    assert paper_of(other, seed) == paper_of(content, seed)
    assert content["kind"] in {"single", "multiple"} or paper_of(other, shuffle=False) == paper_of(
        content, shuffle=False
    )


@given(
    contents(),
    st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=20), max_size=3)),
    junk,
    st.data(),
)
def test_no_answer_sheet_makes_the_parser_raise(
    content: dict[str, Any], raw: dict[str, list[str]], value: object, data: st.DataObject
) -> None:
    kind, paper = kind_of(content), paper_of(content)
    ids = [row["id"] for name in ("left", "items") for row in paper.get(name, [])]
    raw["q_1"] = data.draw(st.lists(st.text(max_size=20), max_size=3))
    raw |= {f"q_1_{row}": data.draw(st.lists(st.text(max_size=5), max_size=2)) for row in ids}
    for answer in (kind.parse(paper, raw, "q_1"), kind.normalised(paper, value)):
        assert kind.normalised(paper, json.loads(json.dumps(answer))) == answer
        assert isinstance(kind.says(content, answer), str)
        json.dumps(kind.reveal(content, answer)).encode()


@given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.text(max_size=8), junk), contents(), st.data())
def test_junk_in_a_question_is_a_problem_and_not_a_crash(
    name: str, extra: dict[str, Any], good: dict[str, Any], data: st.DataObject
) -> None:
    broken = {**good, "kind": name, **extra, data.draw(st.sampled_from(sorted(good))): data.draw(junk)}
    assert all(str(problem) for problem in check(broken))
    kind = KINDS[name]
    paper = kind.shown(broken, rng=random.Random(1))
    answer = kind.parse(paper, {"q_1": ["x"]}, "q_1")
    assert not isinstance(kind.score(broken, answer), float)
    kind.reveal(broken, answer)
    with_ids(broken)


@given(contents())
def test_ids_stay_when_a_question_is_saved_again(content: dict[str, Any]) -> None:
    assert with_ids(content) == content


def test_new_ids_take_the_matching_key_along() -> None:
    content = with_ids(
        {
            "left": [{"id": "1", "text": "Medan"}, {"id": "2", "text": "Sorong"}],
            "right": [{"id": "1", "text": "WIT"}, {"id": "2", "text": "WIB"}],
            "key": {"1": "2", "2": "1"},
        }
    )
    said = {row["id"]: row["text"] for row in content["left"] + content["right"]}
    assert {said[left]: said[right] for left, right in content["key"].items()} == {
        "Medan": "WIB",
        "Sorong": "WIT",
    }
    assert len(said) == 4
