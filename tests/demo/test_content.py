"""The demonstration courses obey their format and keep their promises to the reader."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

import courses.demo
from courses.exchange.format import question_content
from courses.quizzes.kinds.base import with_ids
from courses.quizzes.kinds.registry import check

CONTENT = Path(courses.demo.__path__[0]) / "content"
COURSES = sorted(path.parent for path in CONTENT.glob("*/course.json"))
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
KIB = 1024

QUESTION_KEYS = {"kind", "text", "points", "tags", "picture", "picture_alt", "explanation"}
KIND_KEYS = {
    "single": {"options"},
    "multiple": {"options"},
    "true_false": {"answer"},
    "short_text": {"accepted"},
    "number": {"answer", "tolerance", "unit"},
    "matching": {"pairs", "distractors"},
    "ordering": {"items"},
    "essay": {"min_words", "max_words", "rubric"},
}
QUIZ_KEYS = {
    "intro",
    "time_limit_minutes",
    "attempts_allowed",
    "counts",
    "pass_mark",
    "shuffle",
    "draw",
    "questions",
}
ACTIVITY_KEYS = {
    "lesson": {"kind", "title", "minutes", "file", "video", "captions"},
    "quiz": {"kind", "title", "file", "role"},
    "project": {"kind", "title", "file"},
}

each_course = pytest.mark.parametrize("folder", COURSES, ids=lambda path: path.name)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _activities(folder: Path, kind: str) -> list[dict[str, Any]]:
    modules = _load(folder / "course.json")["modules"]
    return [activity for module in modules for activity in module["activities"] if activity["kind"] == kind]


def _quizzes(folder: Path) -> list[dict[str, Any]]:
    return [
        _load(folder / activity["file"]) | {"role": activity["role"]}
        for activity in _activities(folder, "quiz")
    ]


def _questions(folder: Path) -> list[dict[str, Any]]:
    return [question for quiz in _quizzes(folder) for question in quiz["questions"]]


def _tokens(text: str) -> Iterator[Token]:
    for token in MARKDOWN.parse(text):
        yield token
        yield from token.children or ()


def _pictures(folder: Path) -> Iterator[tuple[str, str]]:
    """Each used picture: file name and alternative text."""
    for lesson in _activities(folder, "lesson"):
        for token in _tokens((folder / lesson["file"]).read_text(encoding="utf-8")):
            if token.type == "image":
                yield str(token.attrs["src"]), token.content
    for question in _questions(folder):
        if question["picture"]:
            yield question["picture"], question["picture_alt"]


def _prose(folder: Path) -> Iterator[str]:
    for lesson in _activities(folder, "lesson"):
        yield (folder / lesson["file"]).read_text(encoding="utf-8")
    for quiz in _quizzes(folder):
        yield quiz["intro"]
        for question in quiz["questions"]:
            yield question["text"]
            yield question["explanation"]
    for project in _activities(folder, "project"):
        yield _load(folder / project["file"])["brief"]


def _check_rubric(rubric: list[dict[str, Any]], keys: set[str]) -> float:
    """The most points that the rubric can give."""
    for row in rubric:
        assert set(row) == keys
        points = [level["points"] for level in row["levels"]]
        assert len(points) == 4
        assert points == sorted(set(points), reverse=True)
        assert all(set(level) == {"text", "points"} and level["text"] for level in row["levels"])
    return float(sum(row["levels"][0]["points"] for row in rubric))


def _check_options(question: dict[str, Any]) -> None:
    options = question["options"]
    assert len({option["text"] for option in options}) == len(options) >= 3
    if question["kind"] == "single":
        assert all(set(option) == {"text", "correct"} for option in options)
        assert sum(option["correct"] is True for option in options) == 1
    else:
        assert all(set(option) == {"text", "weight"} for option in options)
        assert sum(option["weight"] for option in options if option["weight"] > 0) == pytest.approx(1)
        assert any(option["weight"] <= 0 for option in options)


def _check_typed(question: dict[str, Any]) -> None:
    if question["kind"] == "true_false":
        assert isinstance(question["answer"], bool)
    elif question["kind"] == "short_text":
        assert question["accepted"]
        assert all(isinstance(text, str) and text.strip() == text != "" for text in question["accepted"])
    else:
        assert isinstance(question["answer"], int | float)
        assert question["tolerance"] >= 0
        assert isinstance(question["unit"], str)


def _check_arranged(question: dict[str, Any]) -> None:
    if question["kind"] == "ordering":
        assert len(set(question["items"])) == len(question["items"]) >= 3
    else:
        assert all(set(pair) == {"left", "right"} for pair in question["pairs"])
        right = [pair["right"] for pair in question["pairs"]] + question["distractors"]
        assert len({pair["left"] for pair in question["pairs"]}) == len(question["pairs"]) >= 3
        assert len(set(right)) == len(right)


def _check_essay(question: dict[str, Any]) -> None:
    assert 0 < question["min_words"] < question["max_words"]
    assert _check_rubric(question["rubric"], {"criterion", "levels"}) == question["points"]


CHECKS = {
    "single": _check_options,
    "multiple": _check_options,
    "true_false": _check_typed,
    "short_text": _check_typed,
    "number": _check_typed,
    "matching": _check_arranged,
    "ordering": _check_arranged,
    "essay": _check_essay,
}


def test_there_are_three_courses() -> None:
    assert [folder.name for folder in COURSES] == [
        "etika-pelayanan",
        "laporan-pelayanan",
        "manajemen-waktu",
    ]


@each_course
def test_a_course_says_what_it_is(folder: Path) -> None:
    course = _load(folder / "course.json")
    assert set(course) == {"title", "summary", "objectives", "jp", "tags", "modules"}
    assert 3 <= len(course["modules"]) <= 4
    activities = [activity for module in course["modules"] for activity in module["activities"]]
    assert 8 <= len(activities) <= 12
    assert all(set(activity) == ACTIVITY_KEYS[activity["kind"]] for activity in activities)
    assert len({activity["title"] for activity in activities}) == len(activities)


@each_course
def test_reading_and_tests_take_about_the_promised_lesson_hours(folder: Path) -> None:
    reading = sum(lesson["minutes"] for lesson in _activities(folder, "lesson"))
    testing = sum(quiz["time_limit_minutes"] or 15 for quiz in _quizzes(folder))
    project = 90 * len(_activities(folder, "project"))
    promised = _load(folder / "course.json")["jp"] * 45
    assert 0.85 * promised <= reading + testing + project <= 1.15 * promised


@each_course
def test_a_course_begins_with_a_pre_test_and_ends_with_a_post_test(folder: Path) -> None:
    roles = [quiz["role"] for quiz in _quizzes(folder)]
    assert roles[0] == "pre"
    assert roles[-1] == "post"
    assert set(roles[1:-1]) == {"practice"}


@each_course
def test_every_question_obeys_its_kind(folder: Path) -> None:
    for question in _questions(folder):
        assert set(question) == QUESTION_KEYS | KIND_KEYS[question["kind"]], question["text"]
        assert question["text"].strip()
        assert question["explanation"].strip()
        assert question["points"] > 0
        assert question["tags"]
        CHECKS[question["kind"]](question)


@each_course
def test_the_question_bank_takes_every_question_as_it_is(folder: Path) -> None:
    for question in _questions(folder):
        assert check(with_ids(question_content(question))) == [], question["text"]


@each_course
def test_options_are_plain_text(folder: Path) -> None:
    for question in _questions(folder):
        own = {key: question[key] for key in KIND_KEYS[question["kind"]]}
        assert not re.search(r"[*_`<>]", json.dumps(list(own.values()))), question["text"]


@each_course
def test_every_quiz_obeys_the_format(folder: Path) -> None:
    for quiz in _quizzes(folder):
        assert set(quiz) - {"role"} == QUIZ_KEYS
        assert quiz["counts"] in {"best", "last"}
        assert quiz["pass_mark"] == 70
        assert isinstance(quiz["shuffle"], bool)
        assert 6 <= len(quiz["questions"]) <= 15
        assert len({question["text"] for question in quiz["questions"]}) == len(quiz["questions"])


@each_course
def test_a_draw_finds_enough_questions_of_equal_worth(folder: Path) -> None:
    drawn = [quiz for quiz in _quizzes(folder) if quiz["draw"]]
    assert [quiz["role"] for quiz in drawn] == ["post"]
    for draw in drawn[0]["draw"]:
        assert set(draw) == {"tag", "count"}
        pool = [question for question in drawn[0]["questions"] if draw["tag"] in question["tags"]]
        assert len(pool) >= draw["count"] >= 1
        assert len({question["points"] for question in pool}) == 1
    tags = {draw["tag"] for draw in drawn[0]["draw"]}
    assert all(len(tags & set(question["tags"])) == 1 for question in drawn[0]["questions"])


def test_all_kinds_of_question_occur() -> None:
    assert {question["kind"] for folder in COURSES for question in _questions(folder)} == set(KIND_KEYS)


def test_one_course_has_a_group_project_whose_weights_make_a_hundred() -> None:
    projects = [_load(folder / item["file"]) for folder in COURSES for item in _activities(folder, "project")]
    assert len(projects) == 1
    project = projects[0]
    assert set(project) == {"brief", "group_size", "milestones", "rubric"}
    smallest, largest = project["group_size"]
    assert 2 <= smallest <= largest <= 7
    days = [milestone["days_after_start"] for milestone in project["milestones"]]
    assert days == sorted(set(days))
    _check_rubric(project["rubric"], {"criterion", "weight", "levels"})
    assert sum(row["weight"] for row in project["rubric"]) == 100


@each_course
def test_every_named_file_exists_and_no_file_lies_around(folder: Path) -> None:
    named = {"course.json"} | {source for source, _alt in _pictures(folder)}
    for kind in ACTIVITY_KEYS:
        for activity in _activities(folder, kind):
            named |= {activity[key] for key in ("file", "video", "captions") if activity.get(key)}
    assert {path.name for path in folder.iterdir()} == named


@each_course
def test_every_picture_is_small_and_described(folder: Path) -> None:
    pictures = list(_pictures(folder))
    assert len({source for source, _alt in pictures}) >= 3
    for source, alt in pictures:
        assert len(alt) >= 20, source
        assert (folder / source).stat().st_size <= 40 * KIB
        with Image.open(folder / source) as image:
            assert image.format == "WEBP"
            assert image.width <= 720


@each_course
def test_the_video_is_short_of_a_phone_plan_and_has_captions(folder: Path) -> None:
    videos = [lesson for lesson in _activities(folder, "lesson") if lesson["video"]]
    assert len(videos) == 1
    data = (folder / videos[0]["video"]).read_bytes()
    assert len(data) <= 1.2 * KIB * KIB
    assert data.index(b"moov") < data.index(b"mdat"), "playing must begin before the last byte"
    captions = (folder / videos[0]["captions"]).read_text(encoding="utf-8")
    assert captions.startswith("WEBVTT\n")
    cues = re.findall(r"([\d:.]{12}) --> ([\d:.]{12})", captions)
    times = [moment for cue in cues for moment in cue]
    assert times == sorted(times)
    assert len(cues) >= 8


def test_the_whole_folder_is_light() -> None:
    assert sum(path.stat().st_size for path in CONTENT.rglob("*") if path.is_file()) <= 8 * KIB * KIB


@each_course
def test_a_lesson_is_readable_in_one_sitting_and_has_its_parts(folder: Path) -> None:
    for lesson in _activities(folder, "lesson"):
        text = (folder / lesson["file"]).read_text(encoding="utf-8")
        kinds = {token.type for token in _tokens(text)}
        assert 400 <= len(re.findall(r"\w+", text)) <= 900, lesson["file"]
        assert {"heading_open", "table_open", "blockquote_open"} <= kinds, lesson["file"]
        assert {"ordered_list_open", "bullet_list_open"} & kinds, lesson["file"]
        assert "## Studi kasus" in text, lesson["file"]


@each_course
def test_markdown_has_no_raw_html_and_no_first_level_heading(folder: Path) -> None:
    for text in _prose(folder):
        tokens = list(_tokens(text))
        assert not {"html_block", "html_inline"} & {token.type for token in tokens}, text
        assert "h1" not in {token.tag for token in tokens}, text


@each_course
def test_the_voice_is_calm_and_spelled_with_typographic_quotes(folder: Path) -> None:
    for text in _prose(folder):
        plain = re.sub(r'!\[.*?\]\(\S+ ".*?"\)|SP4N-LAPOR!', "", text)
        assert "!" not in plain, text
        assert '"' not in plain, text
        assert not re.search(r"\b(online|offline|email|download|upload|terlanjur|antri|sekedar)\b", plain), (
            text
        )
