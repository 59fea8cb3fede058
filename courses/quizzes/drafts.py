"""A question while its author writes it: every field as typed, so that nothing is lost on the way to a good question.

Fields of a form: the names in COMMON and FIELDS, and `<list>_<row>_<part>` for the rows in LISTS. An emptied row is a
deleted row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from courses.quizzes.decimals import read_number, written
from courses.quizzes.kinds.base import Content, exact, rows
from lms.richtext import clean, from_markdown, text_of

COMMON = ("text", "explanation", "points", "tags")
PICTURES = ("media", "alt", "place")
BELOW = "below"  # the place of the one picture that stands between the words and the answer
FIELDS: Mapping[str, tuple[str, ...]] = {
    "single": ("correct",),
    "true_false": ("answer",),
    "number": ("answer", "tolerance", "unit"),
    "essay": ("min_words", "max_words"),
}
LISTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "single": {"options": ("id", "text")},
    "multiple": {"options": ("id", "text", "weight")},
    "short_text": {"accepted": ("text",)},
    "matching": {"pairs": ("left_id", "left", "right_id", "right"), "distractors": ("id", "text")},
    "ordering": {"items": ("id", "text")},
    "essay": {"rubric": ("criterion", "levels")},
}
FRESH = {"pictures": 0, "options": 4, "accepted": 2, "pairs": 3, "distractors": 1, "items": 4, "rubric": 3}
MOST_ROWS = 100
_PICTURE = re.compile(r'<img src="media:([0-9a-z-]+)" alt="([^"]*)"[^>]*>')
_MARKS = re.compile(r"[\\\[\]`*_<&]")
_LEVEL = re.compile(r"\s*(\S+)\s*(.*)")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the author typed: single fields, and lists of rows."""

    kind: str
    fields: dict[str, str]
    lists: dict[str, list[Row]]

    def with_row(self, name: str) -> Draft:
        """One more empty row at the end of a list, as far as there is room."""
        parts = LISTS.get(self.kind, {}).get(name)
        if parts is None or len(self.lists[name]) >= MOST_ROWS:
            return self
        return Draft(
            self.kind, self.fields, {**self.lists, name: [*self.lists[name], dict.fromkeys(parts, "")]}
        )


def _lists(kind: str) -> dict[str, tuple[str, ...]]:
    return {"pictures": PICTURES, **LISTS.get(kind, {})}


def blank(kind: str) -> Draft:
    """An empty question of a kind."""
    names = (*COMMON, *FIELDS.get(kind, ()))
    lists = {
        name: [dict.fromkeys(parts, "") for _ in range(FRESH[name])] for name, parts in _lists(kind).items()
    }
    return Draft(kind, dict.fromkeys(names, "") | {"points": "1"}, lists)


def draft_in(kind: str, form: Mapping[str, str]) -> Draft:
    """The draft that a form holds."""
    names = (*COMMON, *FIELDS.get(kind, ()))
    lists = {name: _rows_in(name, parts, form) for name, parts in _lists(kind).items()}
    return Draft(kind, {name: form.get(name, "").strip() for name in names}, lists)


def _rows_in(name: str, parts: Sequence[str], form: Mapping[str, str]) -> list[Row]:
    last = max(
        (at for at in range(MOST_ROWS) if any(f"{name}_{at}_{part}" in form for part in parts)), default=-1
    )
    return [{part: form.get(f"{name}_{at}_{part}", "").strip() for part in parts} for at in range(last + 1)]


def draft_of(content: Content, source: Mapping[str, str], tags: Sequence[str]) -> Draft:
    """The draft of a stored question. HTML that was never Markdown comes as plain paragraphs."""
    kind = content["kind"]
    fields = {
        "text": source.get("text") or _paragraphs(content.get("text")),
        "explanation": source.get("explanation") or _paragraphs(content.get("explanation")),
        "points": _typed(content.get("points")),
        "tags": ", ".join(tags),
    }
    lists = {"pictures": _own_pictures(content)} | _own_lists(kind, content)
    return Draft(kind, fields | _own_fields(kind, content), lists)


def _own_pictures(content: Content) -> list[Row]:
    standing = [(BELOW, content), *((str(at), row) for at, row in enumerate(rows(content, "options")))]
    return [
        {"media": str(row["picture"]), "alt": str(row.get("picture_alt") or ""), "place": place}
        for place, row in standing
        if row.get("picture")
    ]


def _own_fields(kind: str, content: Content) -> dict[str, str]:
    if kind == "single":
        right = (at for at, row in enumerate(rows(content, "options")) if row.get("correct") is True)
        return {"correct": str(next(right, ""))}
    if kind == "true_false":
        return {"answer": str(content.get("answer", "")).lower()}
    return {name: _typed(content.get(name)) for name in FIELDS.get(kind, ())}


def _own_lists(kind: str, content: Content) -> dict[str, list[Row]]:
    if kind == "matching":
        return _own_pairs(content)
    if kind == "short_text":
        return {"accepted": [{"text": str(text)} for text in content.get("accepted") or []]}
    if kind == "essay":
        return {"rubric": [_criterion(row) for row in rows(content, "rubric")]}
    return {
        name: [{part: _typed(row.get(part)) for part in parts} for row in rows(content, name)]
        for name, parts in LISTS.get(kind, {}).items()
    }


def _own_pairs(content: Content) -> dict[str, list[Row]]:
    right = {str(row.get("id")): str(row.get("text")) for row in rows(content, "right")}
    key = content.get("key") or {}
    pairs = [
        {
            "left_id": str(row.get("id")),
            "left": str(row.get("text")),
            "right_id": str(key.get(row.get("id"), "")),
            "right": right.get(str(key.get(row.get("id"))), ""),
        }
        for row in rows(content, "left")
    ]
    used = set(key.values())
    spare = [{"id": id_, "text": text} for id_, text in right.items() if id_ not in used]
    return {"pairs": pairs, "distractors": spare}


def _criterion(row: Mapping[str, Any]) -> Row:
    lines = [
        f"{_typed(level.get('points'))} {level.get('text', '')}".strip() for level in rows(row, "levels")
    ]
    return {"criterion": str(row.get("criterion", "")), "levels": "\n".join(lines)}


def content_of(draft: Draft) -> dict[str, Any]:
    """The content that the bank would store. What cannot be read stays as typed, so that check() names it."""
    fields, below = draft.fields, _picture_at(draft, BELOW)
    common = {
        "kind": draft.kind,
        "text": clean(from_markdown(fields["text"])),
        "explanation": clean(from_markdown(fields["explanation"])),
        "points": _number(fields["points"]),
        "picture": below.get("picture"),
        "picture_alt": below.get("picture_alt", ""),
    }
    return common | _content_of_kind(draft)


def is_below_or_at_an_option(place: str) -> bool:
    """Whether one picture only may stand in a place."""
    return place == BELOW or place.isdecimal()


def _picture_at(draft: Draft, place: str) -> dict[str, str]:
    """The keys of the picture that stands in a place; none if there is none."""
    return next(
        (
            {"picture": row["media"], "picture_alt": row["alt"]}
            for row in draft.lists["pictures"]
            if row["place"] == place and row["media"]
        ),
        {},
    )


def _content_of_kind(draft: Draft) -> dict[str, Any]:
    fields, lists = draft.fields, draft.lists
    if draft.kind == "single":
        options = [
            {"id": row["id"], "text": row["text"], "correct": fields["correct"] == str(at)}
            | _picture_at(draft, str(at))
            for at, row in enumerate(lists["options"])
            if row["text"] or _picture_at(draft, str(at))
        ]
        return {"options": options}
    if draft.kind == "multiple":
        weighed = [
            {**row, "weight": _number(row["weight"])} | _picture_at(draft, str(at))
            for at, row in enumerate(lists["options"])
            if row["text"] or _picture_at(draft, str(at))
        ]
        return {"options": weighed}
    if draft.kind == "true_false":
        return {"answer": {"true": True, "false": False}.get(fields["answer"])}
    if draft.kind == "short_text":
        return {"accepted": [row["text"] for row in lists["accepted"] if row["text"]]}
    if draft.kind == "number":
        return {
            "answer": _number(fields["answer"]),
            "tolerance": _number(fields["tolerance"] or "0"),
            "unit": fields["unit"],
        }
    return _longer(draft)


def _longer(draft: Draft) -> dict[str, Any]:
    if draft.kind == "matching":
        return _matching(draft.lists["pairs"], draft.lists["distractors"])
    if draft.kind == "ordering":
        return {"items": [dict(row) for row in draft.lists["items"] if row["text"]]}
    return {
        "min_words": _number(draft.fields["min_words"] or "0"),
        "max_words": _number(draft.fields["max_words"] or "0"),
        "rubric": [
            {
                "criterion": row["criterion"],
                "levels": [_level(line) for line in row["levels"].splitlines() if line.strip()],
            }
            for row in draft.lists["rubric"]
            if row["criterion"] or row["levels"]
        ],
    }


def _matching(pairs: Sequence[Row], distractors: Sequence[Row]) -> dict[str, Any]:
    """Right sides that read the same are one row, so that one may serve several left ones."""
    right: dict[str, str] = {}
    for row in pairs:
        if row["right"]:
            right.setdefault(row["right"], row["right_id"] or f"r{len(right)}")
    for row in distractors:
        if row["text"]:
            right.setdefault(row["text"], row["id"] or f"r{len(right)}")
    kept = [(row["left_id"] or f"l{at}", row) for at, row in enumerate(pairs) if row["left"] or row["right"]]
    return {
        "left": [{"id": id_, "text": row["left"]} for id_, row in kept],
        "right": [{"id": id_, "text": text} for text, id_ in right.items()],
        "key": {id_: right[row["right"]] for id_, row in kept if row["right"]},
    }


def _level(line: str) -> dict[str, Any]:
    match = _LEVEL.match(line)
    assert match is not None
    return {"points": _number(match[1]), "text": match[2]}


def source_of(draft: Draft) -> dict[str, str]:
    """The Markdown to keep beside the content."""
    return {name: draft.fields[name] for name in ("text", "explanation")}


def tags_of(draft: Draft) -> list[str]:
    """Labels as typed between commas, each once."""
    return list(
        dict.fromkeys(filter(None, (" ".join(tag.split())[:60] for tag in draft.fields["tags"].split(","))))
    )


def _number(text: str) -> object:
    """A whole number as int, another one as exact text, and what is none as typed."""
    value = read_number(text)
    if value is None:
        return text
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else str(value)


def _typed(value: object) -> str:
    """A stored value as its author would type it."""
    number = exact(value) if not isinstance(value, str) or _is_plain(value) else None
    return written(number).replace(".", "") if number is not None else str(value or "")


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", text)) and Decimal(text).is_finite()


def _paragraphs(markup: object) -> str:
    with_marks = _PICTURE.sub(lambda match: as_markdown(match[1], match[2]), str(markup or ""))
    return "\n\n".join(text_of(with_marks).splitlines())


def as_markdown(media_id: str, words: str) -> str:
    """A picture as an author finds it in the text; its words are read back exactly."""
    escaped = _MARKS.sub(r"\\\g<0>", " ".join(words.split()))
    return f"![{escaped}](media:{media_id})"
