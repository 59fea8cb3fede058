"""Taking whole courses in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course, Kind, Module
from courses.catalogue.services import add_activity, add_module, create_course
from courses.exchange.format import question_content, read_course, read_json
from courses.lessons.services import write_lesson
from courses.projects.services import create_project
from courses.quizzes.authoring import add_question, create_quiz, use_questions
from lms.access import Actor
from lms.richtext import clean, from_markdown

KINDS = {"lesson": Kind.LESSON, "quiz": Kind.QUIZ, "project": Kind.PROJECT}


def import_folder(
    session: Session, folder: Path, agency_id: uuid.UUID, *, by: Actor, now: datetime
) -> Course:
    """A course from a folder of our own format, published activity by activity. Raises Invalid at what is wrong."""
    facts = read_course(folder)
    course = create_course(
        session,
        agency_id,
        title=facts["title"],
        summary=facts.get("summary", ""),
        objectives=facts.get("objectives", []),
        jp=facts.get("jp", 0),
        tags=facts.get("tags", []),
        by=by,
        now=now,
    )
    for part in facts["modules"]:
        module = add_module(session, course, title=part["title"], now=now)
        for item in part["activities"]:
            if item["kind"] in KINDS:
                _add(session, module, item, folder, by=by, now=now)
    return course


def _add(
    session: Session, module: Module, item: Mapping[str, Any], folder: Path, *, by: Actor, now: datetime
) -> None:
    kind = KINDS[item["kind"]]
    minutes = item.get("minutes") or 0
    activity = add_activity(
        session, module, kind, title=item["title"], minutes=minutes, published=True, now=now
    )
    FILL[kind](session, activity, item, folder, by=by, now=now)


def _fill_lesson(
    session: Session, activity: Activity, item: Mapping[str, Any], folder: Path, *, by: Actor, now: datetime
) -> None:
    source = (folder / item["file"]).read_text(encoding="utf-8")
    write_lesson(session, activity, source, by=by, now=now)


def _fill_quiz(
    session: Session, activity: Activity, item: Mapping[str, Any], folder: Path, *, by: Actor, now: datetime
) -> None:
    facts = read_json(folder / item["file"])
    quiz = create_quiz(
        session,
        activity,
        intro=clean(from_markdown(facts.get("intro", ""))),
        role=item.get("role", "practice"),
        time_limit_minutes=facts.get("time_limit_minutes"),
        attempts_allowed=facts.get("attempts_allowed"),
        counts=facts.get("counts", "best"),
        pass_mark=facts.get("pass_mark", 70),
        shuffle=facts.get("shuffle", True),
        draw=[[line["tag"], line["count"]] for line in facts["draw"]] if facts.get("draw") else None,
    )
    questions = [
        add_question(session, activity.course_id, _rich(question), tags=question.get("tags", []), now=now)
        for question in facts["questions"]
    ]
    use_questions(session, quiz, questions)


def _fill_project(
    session: Session, activity: Activity, item: Mapping[str, Any], folder: Path, *, by: Actor, now: datetime
) -> None:
    facts = read_json(folder / item["file"])
    least, most = facts["group_size"]
    create_project(
        session,
        activity,
        brief=facts["brief"],
        group_size=(least, most),
        milestones=facts["milestones"],
        rubric=facts["rubric"],
        now=now,
    )


def _rich(question: Mapping[str, Any]) -> dict[str, Any]:
    """Question text and explanation are Markdown in the folder and clean HTML in the bank."""
    content = question_content(question)
    content["text"] = clean(from_markdown(content["text"]))
    content["explanation"] = clean(from_markdown(content.get("explanation", "")))
    content["picture"] = None
    return content


FILL: dict[Kind, Callable[..., None]] = {
    Kind.LESSON: _fill_lesson,
    Kind.QUIZ: _fill_quiz,
    Kind.PROJECT: _fill_project,
}
