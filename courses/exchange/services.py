"""Taking whole courses in: plans become rows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from sqlalchemy.orm import Session

from courses.catalogue.models import COMPLETIONS, WATCH_PERCENT, Activity, Completion, Course, Kind, Module
from courses.catalogue.services import add_activity, add_module, create_course
from courses.exchange.format import question_content
from courses.exchange.plan import ActivityPlan, CoursePlan, FilePlan, Line
from courses.exchange.reading import read
from courses.exchange.sources import Files, beside, opened
from courses.lessons.captions import vtt_of
from courses.lessons.intake import attach
from courses.lessons.models import Part
from courses.lessons.prose import pictures_in
from courses.lessons.services import write_lesson
from courses.progress.outline import cycle
from courses.projects.services import create_project
from courses.quizzes.authoring import add_question, create_quiz, use_questions
from courses.quizzes.models import Question
from lms.access import Actor
from lms.errors import N_, Invalid
from lms.media.models import Media
from lms.media.services import take_in
from lms.richtext import clean, from_markdown
from lms.storage.store import ObjectStore

_SOURCE = re.compile(r'<img src="([^":]+)"')
KINDS = {"lesson": Kind.LESSON, "quiz": Kind.QUIZ, "project": Kind.PROJECT}
QUIZ_SETTINGS = (
    "role",
    "time_limit_minutes",
    "attempts_allowed",
    "counts",
    "pass_mark",
    "shuffle",
    "reveal",
    "grace_minutes",
)


@dataclass
class Desk:
    """Where one course is being written: what it needs, what it has found out, and how far it is."""

    session: Session
    store: ObjectStore
    files: Files
    agency_id: uuid.UUID
    by: Actor
    now: datetime
    publish: bool = True
    step: Callable[[], None] = lambda: None
    left_out: list[Line] = field(default_factory=list)
    media: dict[str, Media | None] = field(default_factory=dict)

    def bring(self, path: str) -> Media | None:
        """A file of the course in the store, once; None (and a line in the report) if it is refused."""
        if path not in self.media:
            self.media[path] = self._bring(path)
        return self.media[path]

    def _bring(self, path: str) -> Media | None:
        try:
            name, data = PurePosixPath(path).name, self.files.read(path)
            return take_in(
                self.session,
                self.store,
                name,
                data,
                owner_id=self.by.id,
                agency_id=self.agency_id,
                now=self.now,
            )
        except Invalid as refusal:
            self.left_out.append(Line(N_("%(name)s: %(reason)s"), {"name": path, "reason": str(refusal)}))
            return None


def import_path(
    session: Session,
    store: ObjectStore,
    path: Path,
    agency_id: uuid.UUID,
    *,
    by: Actor,
    now: datetime,
    publish: bool = True,
) -> list[tuple[Course, list[Line]]]:
    """Every course of a folder or zip, with what was not taken of each. Raises Invalid at what is wrong."""
    with opened(path) as files:
        return [
            write_course(Desk(session, store, below, agency_id, by, now, publish), plan)
            for plan, below in read(files, path.name)
        ]


def write_course(desk: Desk, plan: CoursePlan) -> tuple[Course, list[Line]]:
    """A course from its plan, and the lines of its report."""
    course = create_course(
        desk.session,
        desk.agency_id,
        title=plan.title,
        summary=plan.summary,
        objectives=plan.objectives,
        jp=plan.jp,
        tags=plan.tags,
        by=desk.by,
        now=desk.now,
    )
    cover = desk.bring(plan.cover) if plan.cover else None
    course.cover_id = cover.id if cover else None
    made: list[list[Activity]] = []
    for part in plan.modules:
        module = add_module(desk.session, course, title=part.title, now=desk.now)
        made.append([_activity(desk, module, item) for item in part.activities])
    _chain(plan, made)
    desk.session.flush()
    return course, [*plan.left_out, *desk.left_out]


def _activity(desk: Desk, module: Module, item: ActivityPlan) -> Activity:
    desk.step()
    kind = KINDS[item.kind]
    activity = add_activity(
        desk.session,
        module,
        kind,
        title=item.title,
        minutes=item.minutes,
        published=item.published and desk.publish,
        now=desk.now,
    )
    activity.required = item.required
    if item.completion in COMPLETIONS[kind]:
        activity.completion = Completion(item.completion)
    activity.watch_percent = item.watch_percent or WATCH_PERCENT
    FILL[kind](desk, activity, item)
    return activity


def _chain(plan: CoursePlan, made: list[list[Activity]]) -> None:
    """Prerequisites by place. One that leads nowhere, or round in a circle, is left out: it would close for ever."""
    chain: dict[uuid.UUID, uuid.UUID | None] = {a.id: None for part in made for a in part}
    for part, rows in zip(plan.modules, made, strict=True):
        for item, activity in zip(part.activities, rows, strict=True):
            first = _at(made, item.after)
            if first and not cycle({**chain, activity.id: first.id}):
                chain[activity.id] = activity.after_id = first.id


def _at(made: list[list[Activity]], place: tuple[int, int] | None) -> Activity | None:
    if place is None or place[0] >= len(made) or place[1] >= len(made[place[0]]):
        return None
    return made[place[0]][place[1]]


def _fill_lesson(desk: Desk, activity: Activity, item: ActivityPlan) -> None:
    shown: dict[str, str] = {}
    for file in item.files:
        media = desk.bring(file.path)
        if media:
            _attach(desk, activity, media, file)
            shown |= {file.called: f"media:{media.id}"} if file.called else {}
    write_lesson(desk.session, activity, _with_addresses(item.source, shown), by=desk.by, now=desk.now)


def _attach(desk: Desk, activity: Activity, media: Media, file: FilePlan) -> None:
    row = attach(desk.session, activity, media, alt=file.alt, now=desk.now)
    if row.part is Part.SOURCE:
        row.part = Part.ATTACHMENT
    try:
        row.captions = vtt_of(file.captions)
    except Invalid as refusal:
        desk.left_out.append(Line(N_("%(name)s: %(reason)s"), {"name": file.path, "reason": str(refusal)}))


def _with_addresses(source: str, shown: Mapping[str, str]) -> str:
    """Markdown with its pictures by id. Those that were not brought keep their name, and no reader sees them."""
    for called in pictures_in(source):
        if called in shown:
            source = re.sub(rf"\]\(\s*<?{re.escape(called)}>?", f"]({shown[called]}", source)
    return source


def _fill_quiz(desk: Desk, activity: Activity, item: ActivityPlan) -> None:
    facts = item.facts
    rich = _html if facts.get("markup") == "html" else _markdown
    settings = {name: facts[name] for name in QUIZ_SETTINGS if facts.get(name) is not None}
    draw = [[line["tag"], line["count"]] for line in facts["draw"]] if facts.get("draw") else None
    typed = facts if rich is _markdown else {}
    quiz = create_quiz(
        desk.session,
        activity,
        intro=rich(facts.get("intro", "")),
        intro_source=typed.get("intro", ""),
        draw=draw,
        **settings,
    )
    questions = [
        _add_question(desk, activity, item, raw, number, rich)
        for number, raw in enumerate(facts.get("questions", []), 1)
    ]
    use_questions(desk.session, quiz, questions)


def _add_question(
    desk: Desk,
    activity: Activity,
    item: ActivityPlan,
    raw: Mapping[str, Any],
    number: int,
    rich: Callable[[str], str],
) -> Question:
    """A question of a quiz in the course's bank. What is wrong with it is said with its place."""
    question = _illustrated(desk, item, raw)
    written = {name: question.get(name) or "" for name in ("text", "explanation")}
    try:
        return add_question(
            desk.session,
            activity.course_id,
            _content(desk, item, question, rich),
            tags=question.get("tags", []),
            source=written if rich is _markdown else None,
            now=desk.now,
        )
    except Invalid as refusal:
        raise Invalid(
            N_("“%(title)s”, soal %(number)s: %(reason)s"),
            title=activity.title,
            number=number,
            reason=str(refusal),
        ) from refusal


def _markdown(text: str) -> str:
    return clean(from_markdown(text))


def _html(text: str) -> str:
    return clean(text)


def _content(
    desk: Desk, item: ActivityPlan, question: Mapping[str, Any], rich: Callable[[str], str]
) -> dict[str, Any]:
    """Question text and explanation become clean HTML in the bank, its pictures files of ours."""
    content = question_content(question)
    for name in ("text", "explanation"):
        content[name] = rich(content.get(name) or "")
    content["picture"] = _picture(desk, item, question.get("picture"))
    for option in content.get("options", ()):
        if option.get("picture"):
            option["picture"] = _picture(desk, item, option["picture"])
    return content


def _picture(desk: Desk, item: ActivityPlan, name: str | None) -> str | None:
    media = desk.bring(f"{item.folder}/{name}".strip("/")) if name else None
    if media is None:
        return None
    # Questions travel far from their course (papers, results), so everybody of the agency may see their pictures.
    media.shared = True
    return str(media.id)


def _illustrated(desk: Desk, item: ActivityPlan, question: Mapping[str, Any]) -> dict[str, Any]:
    """A question whose texts name their pictures by id, so that its author finds them again in the Markdown."""
    texts = {name: question.get(name) or "" for name in ("text", "explanation")}
    return {**question, **{name: _with_pictures(desk, item, text) for name, text in texts.items()}}


def _with_pictures(desk: Desk, item: ActivityPlan, text: str) -> str:
    """A question's words, in Markdown or in our own HTML, with those of their pictures that came along by id."""
    here = set(desk.files.names())
    called = [
        name
        for name in (*pictures_in(text), *_SOURCE.findall(text))
        if beside(f"{item.folder}/x", name) in here
    ]
    shown = {name: _picture(desk, item, unquote(name)) for name in called}
    marked = _with_addresses(text, {name: f"media:{id_}" for name, id_ in shown.items() if id_})
    return _SOURCE.sub(lambda m: f'<img src="media:{shown[m[1]]}"' if shown.get(m[1]) else m[0], marked)


def _fill_project(desk: Desk, activity: Activity, item: ActivityPlan) -> None:
    facts = item.facts
    least, most = facts.get("group_size", (3, 6))
    create_project(
        desk.session,
        activity,
        brief=facts.get("brief", ""),
        group_size=(least, most),
        milestones=facts.get("milestones", []),
        rubric=facts.get("rubric", []),
        now=desk.now,
    )


FILL: dict[Kind, Callable[[Desk, Activity, ActivityPlan], None]] = {
    Kind.LESSON: _fill_lesson,
    Kind.QUIZ: _fill_quiz,
    Kind.PROJECT: _fill_project,
}
