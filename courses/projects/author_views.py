"""The author's page of a project: brief, group size, stages, rubric. Rows come and go by buttons of the form."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.catalogue.models import Activity, Kind
from courses.catalogue.permissions import AUTHOR
from courses.catalogue.queries import activity_of
from courses.catalogue.services import Stale
from courses.projects import services
from courses.projects.forms import read_rows
from courses.projects.marking import amount, problems
from courses.projects.models import Milestone, Project
from courses.projects.pages import blueprint
from courses.projects.queries import milestones_of
from lms.access import needs
from lms.clock import now
from lms.errors import N_, Invalid, NotFound
from lms.problems import Problem
from lms.web import actor, session

HERE = "/kelola/kursus/<uuid:course_id>/proyek/<uuid:activity_id>"
Rows = list[dict[str, Any]]


@dataclass
class Page:
    """What stands on the author's page, typed or saved: everything is text until it is saved."""

    brief: str
    group_min: str
    group_max: str
    milestones: Rows
    criteria: Rows
    seen: str = ""  # when what the author began from was saved; empty for a new project

    @property
    def total(self) -> str:
        """The sum of the weights that are numbers."""
        weights = [amount(row["weight"]) for row in self.criteria]
        total = sum(weight for weight in weights if weight is not None)
        return f"{total:f}".replace(".", ",")


@blueprint.get(HERE)
@needs(AUTHOR)
def edit(course_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    activity = _activity(course_id, activity_id)
    project = session().get(Project, activity.id)
    stages = milestones_of(session(), activity.id)
    return _show(activity, _saved_page(project, list(stages)), [])


def _activity(course_id: uuid.UUID, activity_id: uuid.UUID) -> Activity:
    activity = activity_of(session(), actor(), activity_id, write=True)
    if activity.course_id != course_id or activity.kind is not Kind.PROJECT:
        raise NotFound
    return activity


def _saved_page(project: Project | None, stages: list[Milestone]) -> Page:
    if project is None:
        return Page("", "4", "6", [_new_milestone()], [_new_criterion()])
    return Page(
        project.brief,
        str(project.group_min),
        str(project.group_max),
        [{"id": str(s.id), "title": s.title, "days": str(s.days_after_start)} for s in stages],
        [_shown(row) for row in project.rubric],
        project.updated_at.isoformat(),
    )


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "criterion": row["criterion"],
        "text": row.get("text", ""),
        "weight": str(row["weight"]),
        "most": str(row.get("most", "")),
        "levels": [
            {"text": level["text"], "points": str(level["points"])} for level in row.get("levels") or ()
        ],
    }


def _new_milestone() -> dict[str, Any]:
    return {"id": "", "title": "", "days": ""}


def _new_level() -> dict[str, Any]:
    return {"text": "", "points": ""}


def _new_criterion() -> dict[str, Any]:
    levels = [{"text": "", "points": str(points)} for points in (4, 3, 2, 1)]
    return {"id": "", "criterion": "", "text": "", "weight": "", "most": "", "levels": levels}


def _show(activity: Activity, page: Page, wrong: list[Problem], theirs: Page | None = None) -> str:
    errors: dict[str, str] = {}
    for problem in wrong:
        errors.setdefault(problem.field or "form", _(problem.message) % problem.values)
    return render_template("projects/edit.html", activity=activity, page=page, errors=errors, theirs=theirs)


@blueprint.post(HERE)
@needs(AUTHOR)
def save(course_id: uuid.UUID, activity_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Save, or (buttons of rows) only change what stands on the page: nothing typed is lost either way."""
    activity = _activity(course_id, activity_id)
    page = _typed()
    act, *where = request.form.get("act", "save").split("-")
    if act in ACTS:
        ACTS[act](page, [int(part) for part in where if part.isdigit()])
        return _show(activity, page, [])
    wrong = [*_page_problems(page), *problems(page.criteria)]
    if wrong:
        return _show(activity, page, wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _write(activity, page)
    except Stale:
        # The page now carries the newer moment: saving once more replaces it, knowingly.
        theirs = _saved_page(session().get(Project, activity.id), list(milestones_of(session(), activity.id)))
        return _show(activity, replace(page, seen=theirs.seen), [], theirs), HTTPStatus.CONFLICT
    except Invalid as refusal:
        refused = Problem(refusal.message, refusal.field or "", refusal.values)
        return _show(activity, page, [refused]), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("Proyek tersimpan."), "success")
    return redirect(url_for(".edit", course_id=course_id, activity_id=activity_id), 303)


def _typed() -> Page:
    form = request.form
    milestones, criteria = read_rows(form)
    least, most = form.get("group_min", ""), form.get("group_max", "")
    return Page(form.get("brief", ""), least, most, milestones, criteria, form.get("seen", ""))


def _page_problems(page: Page) -> list[Problem]:
    found = []
    if not page.brief.strip():
        found.append(Problem(N_("Tulis petunjuk proyek."), "brief"))
    if not (page.group_min.isdigit() and page.group_max.isdigit()):
        found.append(Problem(N_("Tulis ukuran kelompok dengan angka."), "group_min"))
    for number, row in enumerate(page.milestones):
        if not row["title"]:
            found.append(
                Problem(N_("Beri nama tahap ini, atau hapus barisnya."), f"milestone-{number}-title")
            )
        if not row["days"].isdigit() or int(row["days"]) > 1000:
            found.append(Problem(N_("Tulis berapa hari sesudah kelas dimulai."), f"milestone-{number}-days"))
    return found


def _write(activity: Activity, page: Page) -> None:
    what: dict[str, Any] = {
        "brief": page.brief,
        "group_size": (int(page.group_min), int(page.group_max)),
        "milestones": [
            {
                "id": uuid.UUID(row["id"]) if row["id"] else None,
                "title": row["title"],
                "days_after_start": row["days"],
            }
            for row in page.milestones
        ],
        "rubric": [_stored(row) for row in page.criteria],
        "now": now(),
    }
    project = session().get(Project, activity.id, with_for_update=True)
    if project is None:
        services.create_project(session(), activity, **what)
        return
    if page.seen not in ("", project.updated_at.isoformat()) and not _is_stored(project, what):
        raise Stale
    services.edit_project(session(), project, **what)


def _is_stored(project: Project, what: Mapping[str, Any]) -> bool:
    """Whether nothing would change: a second tap is no conflict."""
    stages = [
        (stage.title, stage.days_after_start) for stage in milestones_of(session(), project.activity_id)
    ]
    return (project.brief, (project.group_min, project.group_max), stages, _unnamed(project.rubric)) == (
        what["brief"],
        what["group_size"],
        [(row["title"], int(row["days_after_start"])) for row in what["milestones"]],
        _unnamed(what["rubric"]),
    )


def _unnamed(rubric: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "id"} for row in rubric]


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """A criterion as it is kept: decimal points, and either levels or the most points."""
    stored = {
        "id": row["id"],
        "criterion": row["criterion"],
        "weight": _decimal(row["weight"]),
        "levels": [{"text": level["text"], "points": _decimal(level["points"])} for level in row["levels"]],
    }
    if row["text"]:
        stored["text"] = row["text"]
    if not row["levels"]:
        stored["most"] = _decimal(row["most"])
    return stored


def _decimal(text: str) -> str:
    return text.replace(",", ".")


def _move(rows: list[Any], place: int, by: int) -> None:
    if 0 <= place < len(rows) and 0 <= place + by < len(rows):
        rows.insert(place + by, rows.pop(place))


def _drop(rows: list[Any], place: int) -> None:
    if 0 <= place < len(rows):
        del rows[place]


def _levels(page: Page, where: list[int]) -> Rows:
    return page.criteria[where[0]]["levels"] if where[0] < len(page.criteria) else []


ACTS: dict[str, Callable[[Page, list[int]], None]] = {
    "addstage": lambda page, where: page.milestones.append(_new_milestone()),
    "dropstage": lambda page, where: _drop(page.milestones, where[0]),
    "raisestage": lambda page, where: _move(page.milestones, where[0], -1),
    "lowerstage": lambda page, where: _move(page.milestones, where[0], 1),
    "addcriterion": lambda page, where: page.criteria.append(_new_criterion()),
    "dropcriterion": lambda page, where: _drop(page.criteria, where[0]),
    "raisecriterion": lambda page, where: _move(page.criteria, where[0], -1),
    "lowercriterion": lambda page, where: _move(page.criteria, where[0], 1),
    "addlevel": lambda page, where: _levels(page, where).append(_new_level()),
    "droplevel": lambda page, where: _drop(_levels(page, where), where[1]),
}
