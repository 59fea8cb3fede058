"""Finding the authors of a course, and whom one may add to them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Course, CourseStaff
from courses.catalogue.permissions import AUTHOR
from courses.cohorts.roster import current_number, named
from lms.people.models import EmployeeNumber, Grant, Person, PersonStatus, Unit, titled

MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody of the course's agency. `writes`: holds a role to write courses; `listed`: is on this course's staff."""

    id: uuid.UUID
    name: str
    unit: str
    writes: bool
    listed: bool


def authors_of(session: Session, course: Course) -> list[Author]:
    """The authors of a course, by name."""
    return _authors(session, course, _listed(course), most=None)


def found_for(session: Session, course: Course, text: str) -> list[Author]:
    """At most 20 active persons of the course's agency whose name, NIP or e-mail address fits."""
    text = text.strip()
    if len(text) < 2:
        return []
    fits = sa.or_(named(text), Person.email.icontains(text, autoescape=True)) if "@" in text else named(text)
    return _authors(session, course, sa.and_(fits, Person.status == PersonStatus.ACTIVE), most=MOST_FOUND)


def _authors(
    session: Session, course: Course, wanted: sa.ColumnElement[bool], *, most: int | None
) -> list[Author]:
    rows = session.execute(
        sa.select(
            Person.id,
            Person.front_title,
            Person.full_name,
            Person.back_title,
            sa.func.coalesce(Unit.name, ""),
            _writes(course),
            _listed(course),
        )
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(EmployeeNumber, current_number(Person))
        .where(Person.agency_id == course.agency_id, wanted)
        .order_by(Person.full_name, Person.id)
        .limit(most)
    )
    return [
        Author(id_, titled(front, name, back), unit, writes, listed)
        for id_, front, name, back, unit, writes, listed in rows
    ]


def _listed(course: Course) -> sa.ColumnElement[bool]:
    return sa.exists().where(CourseStaff.course_id == course.id, CourseStaff.person_id == Person.id)


def _writes(course: Course) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Grant.person_id == Person.id, Grant.agency_id == course.agency_id, Grant.role.in_(AUTHOR.roles)
    )
