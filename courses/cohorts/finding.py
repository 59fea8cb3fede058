"""Whom one may enrol: employees of the cohort's agency by name, by NIP, and by unit."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.cohorts.roster import current_number, named
from courses.cohorts.services import Candidate
from lms.people.employee_number import grouped
from lms.people.models import EmployeeNumber, Person, PersonStatus, Unit, titled

MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Found:
    """An employee of the cohort's agency, with the state of their enrolment if there is one."""

    id: uuid.UUID
    name: str
    unit: str
    number: str
    state: EnrolmentState | None

    @property
    def printed_number(self) -> str:
        return grouped(self.number)


def find_people(session: Session, cohort: Cohort, text: str) -> list[Found]:
    """At most 20 employees of the cohort's agency whose name or NIP fits."""
    if len(text.strip()) < 2:
        return []
    rows = session.execute(
        sa.select(
            Person.id,
            Person.front_title,
            Person.full_name,
            Person.back_title,
            sa.func.coalesce(Unit.name, ""),
            sa.func.coalesce(EmployeeNumber.number, ""),
            Enrolment.state,
        )
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(EmployeeNumber, current_number(Person))
        .outerjoin(Enrolment, sa.and_(Enrolment.person_id == Person.id, Enrolment.cohort_id == cohort.id))
        .where(Person.agency_id == cohort.agency_id, Person.status == PersonStatus.ACTIVE, named(text))
        .order_by(Person.full_name, Person.id)
        .limit(MOST_FOUND)
    )
    return [Found(r[0], titled(r[1], r[2], r[3]), *r[4:]) for r in rows]


def candidate(session: Session, cohort: Cohort, person_id: uuid.UUID) -> Candidate | None:
    """An active employee of the cohort's agency."""
    row = session.execute(
        sa.select(Person.id, Person.unit_id).where(
            Person.id == person_id,
            Person.agency_id == cohort.agency_id,
            Person.status == PersonStatus.ACTIVE,
        )
    ).one_or_none()
    return Candidate(*row) if row else None


def candidates_by_number(
    session: Session, cohort: Cohort, numbers: Sequence[str]
) -> dict[str, tuple[Candidate, str]]:
    """Active employees of the cohort's agency by their current NIP, with their names."""
    rows = session.execute(
        sa.select(EmployeeNumber.number, Person)
        .join(Person, Person.id == EmployeeNumber.person_id)
        .where(
            EmployeeNumber.number.in_(numbers),
            EmployeeNumber.valid_to.is_(None),
            Person.agency_id == cohort.agency_id,
            Person.status == PersonStatus.ACTIVE,
        )
    )
    return {number: (Candidate(p.id, p.unit_id), p.titled_name) for number, p in rows}


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit in the order of the tree; `people` counts its sub-units too."""

    id: uuid.UUID
    name: str
    depth: int
    people: int


def unit_choices(session: Session, cohort: Cohort) -> list[UnitChoice]:
    """Every unit of the cohort's agency, in one statement."""
    within = _below(sa.and_(Unit.agency_id == cohort.agency_id, Unit.valid_to.is_(None)))
    counted = (
        sa.select(within.c.root, sa.func.count(Person.id).label("people"))
        .outerjoin(Person, sa.and_(Person.unit_id == within.c.unit_id, Person.status == PersonStatus.ACTIVE))
        .group_by(within.c.root)
        .subquery()
    )
    rows = session.execute(
        sa.select(Unit.id, Unit.parent_id, Unit.name, counted.c.people)
        .join(counted, counted.c.root == Unit.id)
        .order_by(Unit.name, Unit.id)
    ).all()
    children: dict[uuid.UUID | None, list[Any]] = {}
    known = {row.id for row in rows}
    for row in rows:
        children.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    return list(_walk(children, None, 0))


def _walk(
    children: dict[uuid.UUID | None, list[Any]], parent: uuid.UUID | None, depth: int
) -> list[UnitChoice]:
    found = []
    for row in children.get(parent, ()):
        found.append(UnitChoice(row.id, row.name, depth, row.people))
        found.extend(_walk(children, row.id, depth + 1))
    return found


def _below(roots: sa.ColumnElement[bool]) -> sa.CTE:
    """Pairs of a root and each unit below it, itself included; UNION (not ALL) ends even in a tree with a loop."""
    tree = sa.select(Unit.id.label("root"), Unit.id.label("unit_id")).where(roots).cte(recursive=True)
    child = aliased(Unit)
    return tree.union(sa.select(tree.c.root, child.id).join(child, child.parent_id == tree.c.unit_id))


def candidates_in_unit(session: Session, cohort: Cohort, unit_id: uuid.UUID) -> list[Candidate]:
    """Everybody active in a unit of the cohort's agency and in the units below it, by name, in one statement."""
    within = _below(sa.and_(Unit.id == unit_id, Unit.agency_id == cohort.agency_id))
    rows = session.execute(
        sa.select(Person.id, Person.unit_id)
        .join(within, within.c.unit_id == Person.unit_id)
        .where(Person.agency_id == cohort.agency_id, Person.status == PersonStatus.ACTIVE)
        .order_by(Person.full_name, Person.id)
    )
    return [Candidate(*row) for row in rows]
