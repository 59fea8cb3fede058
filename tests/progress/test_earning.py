"""What earns a certificate: the rule, the final score, and a full sentence for whatever is missing."""

from __future__ import annotations

import uuid
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from courses.progress.earning import Item, Rule, Standing, final_score, missing, spoken

LESSON = Item(uuid.UUID(int=1), "Salam di loket", "lessons")
QUIZ = Item(uuid.UUID(int=2), "Kuis akhir", "quizzes")
PROJECT = Item(uuid.UUID(int=3), "Laporan", "projects")
EXTRA = Item(uuid.UUID(int=4), "Bacaan", "lessons", required=False)
ITEMS = [LESSON, QUIZ, PROJECT, EXTRA]
DONE = Standing("done")


def done(quiz: str = "80", project: str = "90") -> dict[uuid.UUID, Standing]:
    return {
        LESSON.id: DONE,
        QUIZ.id: Standing("done", Decimal(quiz)),
        PROJECT.id: Standing("done", Decimal(project)),
    }


def said(rule: Rule, standings: dict[uuid.UUID, Standing]) -> list[str]:
    return [str(problem) for problem in missing(rule, ITEMS, standings)]


def test_all_required_activities_earn_it() -> None:
    assert said(Rule(), done()) == []


def test_each_missing_activity_has_its_sentence() -> None:
    standings = {
        LESSON.id: Standing("doing"),
        QUIZ.id: Standing("doing", Decimal("58.50")),
        PROJECT.id: Standing("waiting"),
    }
    assert said(Rule(), standings) == [
        "“Salam di loket” belum selesai.",
        "“Kuis akhir” belum lulus, nilainya 58,5.",
        "“Laporan” menunggu penilaian.",
    ]
    assert said(Rule(), {})[0] == "“Salam di loket” belum dikerjakan."


def test_chosen_activities_replace_the_required_ones() -> None:
    rule = Rule(frozenset({EXTRA.id}))
    assert said(rule, {}) == ["“Bacaan” belum dikerjakan."]
    assert said(rule, {EXTRA.id: DONE}) == []


def test_a_lowest_score_is_met_or_named() -> None:
    rule = Rule(least=Decimal(85))
    assert said(rule, done("80", "90")) == []
    assert said(rule, done("80", "89.98")) == ["Nilai akhir 84,99, paling rendah 85."]


def test_no_activity_earns_nothing() -> None:
    assert str(missing(Rule(), [], {})[0]) == "Kursus ini belum punya kegiatan yang menjadi syarat."


def test_a_lowest_score_without_marks_cannot_be_met() -> None:
    rule = Rule(frozenset({LESSON.id}), Decimal(70))
    assert said(rule, {LESSON.id: DONE}) == ["Nilai akhir belum ada, paling rendah 70."]


def test_the_final_score_waits_for_every_mark_and_rounds_half_up() -> None:
    assert final_score([QUIZ, PROJECT], {QUIZ.id: Standing("done", Decimal(80))}) is None
    assert final_score([QUIZ, PROJECT], done("80.01", "80.02")) == Decimal("80.02")
    assert final_score([LESSON], done()) is None
    assert spoken(Decimal("82.50")) == "82,5"
    assert spoken(Decimal(100)) == "100"


ids = st.sampled_from([item.id for item in ITEMS])
rules = st.builds(
    Rule,
    chosen=st.none() | st.frozensets(ids, min_size=1),
    least=st.none() | st.decimals(1, 100, places=1),
)
standings = st.dictionaries(
    ids,
    st.builds(
        Standing,
        st.sampled_from(["doing", "waiting", "done"]),
        st.none() | st.decimals(0, 100, places=2),
    ),
)


@given(rules)
def test_a_rule_survives_its_json(rule: Rule) -> None:
    assert Rule.from_json(rule.as_json()) == rule


@given(rules, standings, ids)
def test_finishing_something_never_takes_a_certificate_away(
    rule: Rule, had: dict[uuid.UUID, Standing], finished: uuid.UUID
) -> None:
    before = missing(rule, ITEMS, had)
    better = {**had, finished: Standing("done", Decimal(100))}
    if not before:
        assert missing(rule, ITEMS, better) == []


@given(rules, standings)
def test_earned_means_everything_asked_is_done(rule: Rule, had: dict[uuid.UUID, Standing]) -> None:
    if not missing(rule, ITEMS, had):
        assert all(had[item.id].state == "done" for item in rule.asked(ITEMS))
        score = final_score(rule.asked(ITEMS), had)
        assert rule.least is None or (score is not None and score >= rule.least)
