"""A folder of Markdown articles with front matter (title, description, order) → a plan: one course, one lesson each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from courses.exchange.format import lesson_files
from courses.exchange.plan import ActivityPlan, CoursePlan, Line, ModulePlan
from courses.exchange.sources import Files, text_of
from lms.errors import N_, Invalid

_FRONT = re.compile(r"\A﻿?---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z_]+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_LATE = 1_000_000


@dataclass(frozen=True, slots=True)
class Article:
    """One file: what its front matter says, and the text below it."""

    name: str
    title: str
    description: str
    order: int
    text: str


def front_matter(source: str) -> tuple[dict[str, str], str]:
    """The simple fields before the text, and the text. Lists and nested fields are nobody's business here."""
    found = _FRONT.match(source)
    if found is None:
        return {}, source
    fields = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(found[1])}
    return fields, source[found.end() :]


def names_of(files: Files) -> list[str]:
    """The articles at the top of a folder; notices such as README are none."""
    return [
        name
        for name in files.names()
        if "/" not in name
        and name.lower().endswith(".md")
        and not name.upper().startswith(("README", "LICENSE"))
    ]


def read_course(files: Files, title: str) -> CoursePlan:
    """The plan of such a folder, called `title`. Raises Invalid when there is no article."""
    articles = sorted((_article(files, name) for name in names_of(files)), key=lambda a: (a.order, a.name))
    if not articles:
        raise Invalid(N_("Tidak ada artikel Markdown di folder ini."))
    left_out: list[Line] = []
    activities = [
        ActivityPlan(
            "lesson",
            article.title,
            source=article.text,
            files=lesson_files(files, article.name, article.text, {}, left_out),
        )
        for article in articles
    ]
    return CoursePlan(
        title=title,
        modules=[ModulePlan(title, activities)],
        objectives=[article.description for article in articles if article.description],
        left_out=left_out,
    )


def _article(files: Files, name: str) -> Article:
    fields, text = front_matter(text_of(files, name))
    order = fields.get("order", "")
    title = fields.get("title") or PurePosixPath(name).stem.replace("-", " ").capitalize()
    return Article(
        name,
        title[:200],
        fields.get("description", ""),
        int(order) if order.isdigit() else _LATE,
        text.strip(),
    )
