"""The folder of a small course as info.json, materi.md and quiz.json (questions with one right option) → a plan.

Lesson hours: a duration "2 jam" is clock hours; one JP is 45 minutes (LAN), rounded down to whole JP, at least one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from courses.exchange.plan import ActivityPlan, CoursePlan, Line, ModulePlan
from courses.exchange.sources import Files, json_of, text_of
from lms.errors import N_, Invalid

INFO, TEXT, QUIZ = "info.json", "materi.md", "quiz.json"
MINUTES_OF_JP = 45
_DURATION = re.compile(r"(\d+(?:[.,]\d+)?)\s*(jam|menit|hour|minute)", re.IGNORECASE)
# What info.json says that no course here has a place for.
_UNUSED = ("points", "requires_level", "version", "last_update", "author", "thumbnail")


def jp_of(duration: str) -> int:
    """ "2 jam" → 2 (120 minutes are 2.67 JP), "90 menit" → 2; 0 if it cannot be read."""
    found = _DURATION.search(duration)
    if found is None:
        return 0
    amount = float(found[1].replace(",", "."))
    minutes = amount * (60 if found[2].lower() in ("jam", "hour") else 1)
    return max(1, int(minutes // MINUTES_OF_JP))


def read_course(files: Files) -> CoursePlan:
    """The plan of such a folder. Raises Invalid with what is wrong."""
    info = json_of(files, INFO)
    if not isinstance(info, Mapping) or not str(info.get("title", "")).strip():
        raise Invalid(N_("Berkas info.json tidak memuat judul kursus."))
    title = str(info["title"]).strip()
    activities = [ActivityPlan("lesson", title, source=_without_title(text_of(files, TEXT), title))]
    if QUIZ in files.names():
        facts = {"questions": [_question(item) for item in _questions(files)], "role": "post", "intro": ""}
        activities.append(ActivityPlan("quiz", f"Kuis: {title}"[:200], facts=facts))
    left_out = [
        Line(N_("info.json: “%(name)s” tidak dipakai (%(value)s)."), {"name": name, "value": info[name]})
        for name in _UNUSED
        if info.get(name) not in (None, "")
    ]
    return CoursePlan(
        title=title,
        modules=[ModulePlan(title, activities)],
        summary=str(info.get("description", "")),
        jp=jp_of(str(info.get("duration", ""))),
        tags=[str(info[name]).lower() for name in ("category", "level") if info.get(name)],
        left_out=left_out,
    )


def _without_title(source: str, title: str) -> str:
    """The first heading says again how the course is called; the page shows that already."""
    first, _, rest = source.lstrip().partition("\n")
    return rest.strip() if first.startswith("# ") and first[2:].strip() == title else source


def _questions(files: Files) -> list[Any]:
    listed = json_of(files, QUIZ)
    if not isinstance(listed, list):
        raise Invalid(N_("Susunan berkas %(name)s tidak dikenal."), name=QUIZ)
    return listed


def _question(item: Any) -> dict[str, Any]:
    options = item.get("options") if isinstance(item, Mapping) else None
    if not isinstance(options, list) or not isinstance(item.get("answer"), int):
        raise Invalid(N_("Susunan berkas %(name)s tidak dikenal."), name=QUIZ)
    return {
        "kind": "single",
        "text": str(item.get("question", "")),
        "points": 10,
        "explanation": str(item.get("explanation", "")),
        "options": [{"text": str(text), "correct": n == item["answer"]} for n, text in enumerate(options)],
    }
