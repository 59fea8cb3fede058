"""Formats are read into plans without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.exchange import articles, skillverse
from courses.exchange.format import question_content, question_item
from courses.exchange.reading import read
from courses.exchange.sources import Below, Folder, beside
from lms.errors import Invalid

CONTENT = Path(__file__).parents[2] / "courses" / "demo" / "content"
QUESTIONS = [
    question
    for file in sorted(CONTENT.glob("*/*.json"))
    for question in json.loads(file.read_text(encoding="utf-8")).get("questions", [])
]


def folder(tmp_path: Path, files: dict[str, Any]) -> Folder:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return Folder(tmp_path)


SMALL = {
    "info.json": {
        "title": "Etika Digital",
        "duration": "2 jam",
        "description": "Ringkas",
        "category": "Disiplin",
        "points": 100,
    },
    "materi.md": "# Etika Digital\n\n## Citra\n\nIsi.",
    "quiz.json": [{"question": "Mana?", "options": ["A", "B"], "answer": 1}],
}


def test_a_small_course_becomes_a_lesson_and_a_quiz_and_says_what_it_left(tmp_path: Path) -> None:
    [(plan, _)] = read(folder(tmp_path, SMALL), "etika")
    assert (plan.title, plan.jp, plan.tags) == ("Etika Digital", 2, ["disiplin"])
    lesson, quiz = plan.modules[0].activities
    assert lesson.source.startswith("## Citra")
    assert [option["correct"] for option in quiz.facts["questions"][0]["options"]] == [False, True]
    assert [line.values["name"] for line in plan.left_out] == ["points"]


@pytest.mark.parametrize(
    ("said", "jp"),
    [("2 jam", 2), ("3 jam", 4), ("90 menit", 2), ("20 menit", 1), ("1,5 jam", 2), ("nanti", 0)],
)
def test_a_lesson_hour_has_45_minutes(said: str, jp: int) -> None:
    assert skillverse.jp_of(said) == jp


def test_articles_follow_their_front_matter(tmp_path: Path) -> None:
    files = {
        "b.md": "---\ntitle: Kedua\norder: 2\nrelated:\n  - a\n---\n\nIsi b",
        "a.md": '---\ntitle: "Pertama"\norder: 1\ndescription: Tujuan\n---\nIsi a ![x](gambar/hilang.png)',
        "README.md": "Bukan artikel",
    }
    [(plan, _)] = read(folder(tmp_path, files), "panduan-loket")
    assert plan.title.endswith("loket") or plan.title
    assert [a.title for a in plan.modules[0].activities] == ["Pertama", "Kedua"]
    assert plan.modules[0].activities[1].source == "Isi b"
    assert plan.objectives == ["Tujuan"]
    assert [line.values["name"] for line in plan.left_out] == ["gambar/hilang.png"]


def test_front_matter_is_optional() -> None:
    assert articles.front_matter("Isi saja") == ({}, "Isi saja")


def test_several_courses_in_one_archive_are_all_found(tmp_path: Path) -> None:
    files = {f"{name}/{file}": content for name in ("satu", "dua") for file, content in SMALL.items()}
    assert len(read(folder(tmp_path, files), "semua")) == 2


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"catatan.txt": "x"}, "Tidak ada kursus"),
        ({"course.json": "{"}, "JSON"),
        ({"course.json": []}, "tidak dikenal"),
        ({"course.json": {"title": ""}}, "tanpa judul"),
        ({"course.json": {"title": "A", "modules": {}}}, "modules"),
        (
            {
                "course.json": {
                    "title": "A",
                    "modules": [{"title": "B", "activities": [{"kind": "permainan", "title": "C"}]}],
                }
            },
            "permainan",
        ),
        (
            {
                "course.json": {
                    "title": "A",
                    "modules": [
                        {
                            "title": "B",
                            "activities": [{"kind": "lesson", "title": "C", "file": "../../etc/passwd"}],
                        }
                    ],
                }
            },
            "tidak ada",
        ),
        ({"course.json": {"title": "A", "jp": "enam", "modules": []}}, "jp"),
        ({"info.json": {"title": "A"}}, "materi.md"),
        ({**SMALL, "quiz.json": {"a": 1}}, "quiz.json"),
        ({**SMALL, "quiz.json": [{"question": "?"}]}, "quiz.json"),
    ],
)
def test_what_is_wrong_is_said_by_name(tmp_path: Path, files: dict[str, Any], word: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(folder(tmp_path, files), "x")
    assert word in str(refused.value)


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_a_question_comes_back_as_it_was_written(question: dict[str, Any]) -> None:
    again = question_item(question_content(question), question["tags"])
    for name in ("left", "right", "key"):
        question.pop(name, None)
    assert {**again, "distractors": again.get("distractors") or question.get("distractors")} == {
        **question,
        "distractors": question.get("distractors"),
    }


@given(st.text(st.sampled_from("ab./% "), max_size=20), st.text(st.sampled_from("ab./%2eF "), max_size=20))
def test_a_name_never_leads_out_of_the_folder(name: str, other: str) -> None:
    assert ".." not in beside(name.strip("/"), other).split("/")


def test_a_folder_gives_nothing_from_outside(tmp_path: Path) -> None:
    (tmp_path / "rahasia").write_text("x", encoding="utf-8")
    (tmp_path / "kursus").mkdir()
    files = Below(Folder(tmp_path / "kursus"), "")
    for name in ("../rahasia", "/etc/passwd", "a/../../rahasia"):
        with pytest.raises(Invalid):
            files.read(name)
