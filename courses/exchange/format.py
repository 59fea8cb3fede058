"""Our own course folder: course.json beside its lessons, quizzes and files; read into a plan, and its questions.

course.json   title, summary, objectives [], jp, tags [], cover, modules [{title, activities [...]}]
activity      kind (lesson, quiz, project), title, minutes, required, published, completion, watch_percent,
              after [module, activity] from 0; the rest by its kind:
lesson        file (Markdown; its pictures by relative name), video, captions,
              files [{file, alt, captions}]: further videos, recordings, PDFs, attachments in order
quiz          file (JSON): intro, role, time_limit_minutes, attempts_allowed, counts, pass_mark, shuffle, reveal,
              grace_minutes, draw [{tag, count}], questions [...]; `markup` "html" says that texts are HTML
project       file (JSON): brief (Markdown), group_size [from, to], milestones [], rubric []
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from courses.catalogue.models import Completion
from courses.exchange.plan import ActivityPlan, CoursePlan, FilePlan, Line, ModulePlan
from courses.exchange.sources import Files, beside, json_of, text_of
from courses.lessons.prose import pictures_in
from lms.errors import N_, Invalid

COURSE = "course.json"
KINDS = ("lesson", "quiz", "project")


def read_course(files: Files) -> CoursePlan:
    """The plan of a course folder. Raises Invalid, with the file and what is wrong in it."""
    facts = _mapping(json_of(files, COURSE), COURSE)
    left_out: list[Line] = []
    modules = [
        ModulePlan(_title(module), [_activity(files, item, left_out) for item in _list(module, "activities")])
        for module in _list(facts, "modules")
    ]
    return CoursePlan(
        title=_title(facts),
        modules=modules,
        summary=_text(facts, "summary"),
        objectives=[str(line) for line in _list(facts, "objectives")],
        jp=_number(facts, "jp"),
        tags=[str(tag) for tag in _list(facts, "tags")],
        cover=_text(facts, "cover") or None,
        left_out=left_out,
    )


def _activity(files: Files, item: Any, left_out: list[Line]) -> ActivityPlan:
    item = _mapping(item, COURSE)
    kind, name = item.get("kind"), _text(item, "file")
    if kind not in KINDS:
        raise Invalid(N_("Jenis kegiatan “%(kind)s” di course.json tidak dikenal."), kind=kind)
    lesson = kind == "lesson"
    source = text_of(files, name) if lesson else ""
    facts = {} if lesson else _mapping(json_of(files, name), name)
    return ActivityPlan(
        kind=str(kind),
        title=_title(item),
        minutes=_number(item, "minutes"),
        source=source,
        facts={**facts, "role": item["role"]} if "role" in item else facts,
        folder=name.rpartition("/")[0],
        files=lesson_files(files, name, source, item, left_out) if lesson else (),
        required=bool(item.get("required", True)),
        published=bool(item.get("published", True)),
        completion=_completion(item),
        watch_percent=min(100, _number(item, "watch_percent")),
        after=_after(item),
    )


def lesson_files(
    files: Files, name: str, source: str, item: Mapping[str, Any], left_out: list[Line]
) -> list[FilePlan]:
    """The pictures that a lesson's text mentions, then its video, then its other files; what is missing is reported."""
    here = set(files.names())
    plans = [
        FilePlan(beside(name, picture), called=picture, alt=alt)
        for picture, alt in pictures_in(source).items()
    ]
    if item.get("video"):
        plans.append(FilePlan(_text(item, "video"), captions=_captions(files, item)))
    for other in _list(item, "files"):
        other = _mapping(other, COURSE)
        plans.append(
            FilePlan(_text(other, "file"), alt=_text(other, "alt"), captions=_captions(files, other))
        )
    for plan in plans:
        if plan.path not in here:
            shown = plan.called or plan.path
            left_out.append(
                Line(
                    N_("%(file)s: berkas %(name)s tidak ada di dalam folder."), {"file": name, "name": shown}
                )
            )
    return [plan for plan in plans if plan.path in here]


def _captions(files: Files, item: Mapping[str, Any]) -> str:
    return text_of(files, str(item["captions"])) if item.get("captions") else ""


def _completion(item: Mapping[str, Any]) -> str | None:
    value = item.get("completion")
    if value is not None and value not in set(Completion):
        raise Invalid(N_("Syarat selesai “%(value)s” di course.json tidak dikenal."), value=value)
    return value


def _after(item: Mapping[str, Any]) -> tuple[int, int] | None:
    value = item.get("after")
    if value is None:
        return None
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(n, int) and n >= 0 for n in value)
    ):
        raise Invalid(N_("Isian “%(name)s” di course.json tidak benar."), name="after")
    return value[0], value[1]


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


def question_item(content: Mapping[str, Any], tags: Iterable[str]) -> dict[str, Any]:
    """The way back: what the bank stores → a question as our folder writes it, without ids."""
    item = {key: value for key, value in content.items() if key not in {"left", "right", "key"}}
    item["tags"] = list(tags)
    if content["kind"] == "matching":
        right = {row["id"]: row["text"] for row in content["right"]}
        key = content["key"]
        item["pairs"] = [{"left": row["text"], "right": right[key[row["id"]]]} for row in content["left"]]
        used = {pair["right"] for pair in item["pairs"]}
        item["distractors"] = [text for text in right.values() if text not in used]
    if content["kind"] == "ordering":
        item["items"] = [row["text"] for row in content["items"]]
    if content["kind"] in {"single", "multiple"}:
        item["options"] = [{k: v for k, v in option.items() if k != "id"} for option in content["options"]]
    return item


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid(N_("Susunan berkas %(name)s tidak dikenal."), name=name)
    return value


def _list(facts: Any, name: str) -> list[Any]:
    value = _mapping(facts, COURSE).get(name, [])
    if not isinstance(value, list):
        raise Invalid(N_("Isian “%(name)s” di course.json tidak benar."), name=name)
    return value


def _title(facts: Any) -> str:
    title = _text(_mapping(facts, COURSE), "title").strip()
    if not title:
        raise Invalid(N_("Ada kursus, modul, atau kegiatan tanpa judul di course.json."))
    return title[:200]


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid(N_("Isian “%(name)s” di course.json tidak benar."), name=name)
    return value or ""


def _number(facts: Mapping[str, Any], name: str) -> int:
    value = facts.get(name) or 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
        raise Invalid(N_("Isian “%(name)s” di course.json tidak benar."), name=name)
    return value
