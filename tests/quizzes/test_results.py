"""Clocks, reviews, strengths and gains: plain values in, plain values out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes.kinds.base import with_ids
from courses.quizzes.models import Lateness
from courses.quizzes.papers import freeze, in_a_line, lead_and_rest, receipt
from courses.quizzes.queries import Saved
from courses.quizzes.results import Strength, gained, lesson_about, may_see_keys, mean_gain, review, strengths
from courses.quizzes.timing import (
    clock_face,
    deadline_for,
    grace_over,
    has_ended,
    is_over,
    lateness,
    seconds_left,
    urgency,
)
from tests.factories.learning import ESSAY
from tests.quizzes.room import MULTIPLE, NUMBER, SHORT

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def key(content: dict[str, Any], *tags: str) -> dict[str, Any]:
    return {"question": "q", "version": 1, "tags": list(tags), "content": with_ids(content)}


def given_(value: Any, share: str | None = None, comment: str = "") -> Saved:
    return Saved(value, 1, NOON, None if share is None else Decimal(share), comment)


@pytest.mark.parametrize(("extra", "minutes"), [(0, 20), (25, 25), (50, 30), (300, 80)])
def test_extra_time_is_a_part_of_the_limit(extra: int, minutes: int) -> None:
    assert deadline_for(NOON, 20, extra) == NOON + timedelta(minutes=minutes)
    assert deadline_for(NOON, None, extra) is None


def test_the_time_is_over_at_the_deadline_and_answers_are_taken_to_the_end_of_the_grace() -> None:
    second = timedelta(seconds=1)
    assert not is_over(NOON, NOON - second)
    assert is_over(NOON, NOON)
    assert not is_over(None, NOON)
    end = NOON + timedelta(minutes=10)
    assert not grace_over(NOON, 10, end)
    assert grace_over(NOON, 10, end + second)
    assert not grace_over(None, 0, end)


@pytest.mark.parametrize(
    ("made", "arrives", "why"),
    [
        (None, 0, None),
        (None, 60, None),
        (None, 61, Lateness.AFTER_DEADLINE),
        (-1, 599, None),
        (0, 600, None),
        (1, 2, Lateness.AFTER_DEADLINE),
        (-1, 601, Lateness.AFTER_GRACE),
        (None, -1, None),
        (30, -1, None),
    ],
)
def test_what_was_given_in_time_counts_until_the_grace_is_over(
    made: int | None, arrives: int, why: Lateness | None
) -> None:
    given = None if made is None else NOON + timedelta(seconds=made)
    assert lateness(NOON, 10, made=given, now=NOON + timedelta(seconds=arrives)) is why
    assert lateness(None, 10, made=given, now=NOON) is None


@pytest.mark.parametrize(
    ("seconds", "face", "tone"),
    [
        (0, "0.00", "last"),
        (59, "0.59", "last"),
        (60, "1.00", "soon"),
        (299, "4.59", "soon"),
        (300, "5.00", ""),
        (765, "12.45", ""),
        (3900, "1.05.00", ""),
    ],
)
def test_the_clock_reads_as_the_script_counts(seconds: int, face: str, tone: str) -> None:
    assert (clock_face(seconds), urgency(seconds)) == (face, tone)
    assert seconds_left(NOON + timedelta(seconds=seconds), NOON) == seconds


def test_no_deadline_has_no_clock() -> None:
    assert seconds_left(None, NOON) is None
    assert urgency(None) == ""


def test_a_class_ends_with_its_last_day_where_it_is_held() -> None:
    last = date(2026, 11, 20)
    assert has_ended(last, "Asia/Jayapura", datetime(2026, 11, 20, 15, 0, tzinfo=UTC))
    assert not has_ended(last, "Asia/Jakarta", datetime(2026, 11, 20, 15, 0, tzinfo=UTC))
    assert may_see_keys("closed", last, "Asia/Jakarta", NOON)
    assert not may_see_keys("never", last, "Asia/Jakarta", NOON)
    assert may_see_keys("submitted", date(2027, 1, 1), "Asia/Jakarta", NOON)


def test_a_review_says_how_each_answer_did() -> None:
    keys = [key(NUMBER), key(SHORT), key(MULTIPLE), key(ESSAY), key(ESSAY), key(SHORT)]
    first = keys[2]["content"]["options"][0]["id"]
    answers = {
        1: given_("9"),
        2: given_("sensus"),
        3: given_([first]),
        4: given_("Tulisan."),
        5: given_("Tulisan.", "0.5", "Bagus."),
    }
    seen = review(keys, answers, str)
    assert [item.state for item in seen] == ["done", "wrong", "half", "waiting", "half", "open"]
    assert [item.points for item in seen] == [10, 0, 5, None, 10, 0]
    assert seen[4].comment == "Bagus."
    assert seen[0].says == "9 menit"
    assert seen[1].told["right"] == "SKM"


def test_strengths_are_by_topic_and_leave_out_what_waits() -> None:
    keys = [key(NUMBER, "hitung"), key(SHORT, "hitung", "istilah"), key(ESSAY, "tulis")]
    found = strengths(keys, {1: given_("9"), 2: given_("x"), 3: given_("Tulisan.")})
    assert found == [Strength("hitung", 50), Strength("istilah", 0)]


def test_a_gain_needs_both_tests_and_a_perfect_start_has_no_share() -> None:
    assert gained(None, Decimal(80)) is None
    assert gained(Decimal(80), None) is None
    half = gained(Decimal(40), Decimal(70))
    assert half
    assert half.points == 30
    assert half.normalised == 50
    perfect = gained(Decimal(100), Decimal(90))
    assert perfect
    assert perfect.points == -10
    assert perfect.normalised is None


def test_a_class_gains_on_average() -> None:
    assert mean_gain([]) is None
    found = mean_gain([(Decimal(50), Decimal(100)), (Decimal(0), Decimal(50)), (Decimal(100), Decimal(100))])
    assert found
    assert (found.people, found.normalised) == (3, 75)
    assert (found.pre, found.post) == (Decimal(50), Decimal("83.33"))
    only = mean_gain([(Decimal(100), Decimal(100))])
    assert only
    assert only.normalised is None


@pytest.mark.parametrize(
    ("markup", "lead", "rest"),
    [
        ("<p>Satu.</p>", "Satu.", ""),
        ("<p>Satu <em>dua</em>.</p><ul><li>a</li></ul>", "Satu <em>dua</em>.", "<ul><li>a</li></ul>"),
        ("<ul><li>a</li></ul>", "", "<ul><li>a</li></ul>"),
        ("", "", ""),
    ],
)
def test_a_question_has_one_phrase_for_its_legend(markup: str, lead: str, rest: str) -> None:
    assert lead_and_rest(markup) == (lead, rest)


def test_a_list_shows_a_questions_words() -> None:
    assert in_a_line("<p>Apa <b>janji</b>?</p><ul><li>a</li></ul>") == "Apa janji? a"


@given(st.uuids())
def test_a_receipt_is_short_and_always_the_same(attempt_id: uuid.UUID) -> None:
    assert receipt(attempt_id) == receipt(attempt_id)
    assert len(receipt(attempt_id)) == 9


def test_the_same_seed_freezes_the_same_paper() -> None:
    class Item:
        def __init__(self, number: int) -> None:
            self.id, self.version, self.tags = uuid.UUID(int=number), 1, ["a"]
            self.content = with_ids(MULTIPLE)

    bank = [Item(number) for number in range(5)]
    once = freeze(bank, [("a", 3)], seed=7, shuffle=True)
    assert once == freeze(bank, [("a", 3)], seed=7, shuffle=True)
    paper, keys = once
    assert len(paper) == len(keys) == 3
    assert all("weight" not in str(shown) for shown in paper)


@dataclass(frozen=True)
class Titled:
    kind: str
    title: str
    module_title: str


def test_a_topic_leads_to_the_lesson_named_after_it_or_after_its_module() -> None:
    quiz = Titled("quizzes", "Tes adil", "Adil dan hormat")
    queue = Titled("lessons", "Antrean yang sama", "Adil dan hormat")
    data = Titled("lessons", "Data warga", "Jujur")
    rows = [quiz, queue, data]
    assert lesson_about("adil", rows) == queue
    assert lesson_about("data", rows) == data
    assert lesson_about("dat", rows) is None
    assert lesson_about("pengaduan", rows) is None
