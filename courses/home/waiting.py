"""What waits for those who teach (answers to mark, late ones to decide on, groups' work) and for those who issue."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Course
from courses.certificates.permissions import ISSUE
from courses.certificates.ready import ready_in
from courses.cohorts.models import Cohort, CohortStaff
from courses.projects.overview import unmarked_per_project
from courses.quizzes.class_queries import waiting_per_class
from courses.quizzes.late import late_per_class
from lms.access import Actor, agencies_where, allows

MOST = 6  # rows on a phone before the rest of the page is out of sight


class Task(enum.StrEnum):
    """Kinds of work, the most urgent in front: a learner can do nothing before a late answer is decided on."""

    LATE = "late"
    ANSWERS = "answers"
    PROJECT = "project"
    CERTIFICATES = "certificates"


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many pieces of one kind in one class; `activity_id` is that of a project, else None."""

    task: Task
    cohort_id: uuid.UUID
    activity_id: uuid.UUID | None
    count: int
    title: str
    name: str


def _kind(task: Task, rows: Any) -> sa.Select[*tuple[Any, ...]]:
    """Rows of one kind in the columns that all share: a class, a project or none, a count."""
    found = rows.subquery()
    cohort_id, *project, count = found.c
    activity_id = project[0] if project else sa.null().cast(sa.Uuid)
    place = list(Task).index(task)
    return sa.select(sa.literal(place).label("place"), cohort_id, activity_id.label("activity_id"), count)


def _statement() -> sa.Select[*tuple[Any, ...]]:
    taught = sa.select(CohortStaff.cohort_id).where(CohortStaff.person_id == sa.bindparam("person"))
    found = sa.union_all(
        _kind(Task.LATE, late_per_class(taught)),
        _kind(Task.ANSWERS, waiting_per_class(taught)),
        _kind(Task.PROJECT, unmarked_per_project(taught)),
    ).subquery()
    place, cohort_id, activity_id, count = found.c
    return (
        sa.select(place, cohort_id, activity_id, count, Course.title, Cohort.name)
        .join(Cohort, Cohort.id == cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .order_by(Cohort.ends_on, cohort_id, place)
    )


_WAITING = _statement()


def waiting_for(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """What waits in the classes that the actor teaches, classes that end first in front, and then to be issued."""
    tasks = list(Task)
    rows = session.execute(_WAITING, {"person": actor.id})
    found = [Waiting(tasks[place], *rest) for place, *rest in rows]
    if not allows(actor, ISSUE):
        return found
    ready = ready_in(session, agencies_where(actor, ISSUE), today=now.date())
    return found + [Waiting(Task.CERTIFICATES, r.cohort_id, None, r.count, r.title, r.name) for r in ready]
