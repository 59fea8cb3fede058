"""The course folder: course.json beside its lessons, quizzes and files. Reads it into plain values; writes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lms.errors import N_, Invalid


def read_course(folder: Path) -> dict[str, Any]:
    """The content of course.json. Raises Invalid when there is none or it is no such thing."""
    file = folder / "course.json"
    if not file.is_file():
        raise Invalid(N_("Folder ini tidak memuat course.json."))
    facts: dict[str, Any] = read_json(file)
    return facts


def read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(N_("Berkas %(name)s tidak dapat dibaca sebagai JSON."), name=file.name) from error


def question_content(item: Mapping[str, Any]) -> dict[str, Any]:
    """A question as our folder writes it → the content that the bank stores (without ids; the bank adds them)."""
    content = {key: value for key, value in item.items() if key not in {"tags", "pairs", "distractors"}}
    kind = item["kind"]
    if kind == "matching":
        content.update(_matching(item))
    if kind == "ordering":
        content["items"] = [{"id": f"i{n}", "text": text} for n, text in enumerate(item["items"])]
    if kind in {"single", "multiple"}:
        content["options"] = [{"id": f"o{n}", **option} for n, option in enumerate(item["options"])]
    return content


def _matching(item: Mapping[str, Any]) -> dict[str, Any]:
    pairs = item["pairs"]
    left = [{"id": f"l{n}", "text": pair["left"]} for n, pair in enumerate(pairs)]
    right_texts = list(dict.fromkeys([*(pair["right"] for pair in pairs), *item.get("distractors", [])]))
    right = [{"id": f"r{n}", "text": text} for n, text in enumerate(right_texts)]
    ids = {row["text"]: row["id"] for row in right}
    return {
        "left": left,
        "right": right,
        "key": {f"l{n}": ids[pair["right"]] for n, pair in enumerate(pairs)},
    }
