"""The cast, as rows: agencies, units, persons with their numbers, superiors and roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from courses.demo.cast import AGENCIES, PEOPLE, ROLES, UNITS, DemoPerson
from lms.access import Role
from lms.people.employee_number import parse
from lms.people.models import Agency, EmployeeNumber, EmploymentType, Grant, Person, PositionType, Unit
from lms.problems import Problem

# The roles of the cast that are grants; learners and superiors need none.
GRANTS = {
    "instructor": (Role.INSTRUCTOR,),
    "admin": (Role.ADMIN, Role.INSTRUCTOR),
    "issuer": (Role.ISSUER,),
    "auditor": (Role.AUDITOR,),
    "operator": (Role.OPERATOR,),
    "salatiga_admin": (Role.ADMIN, Role.INSTRUCTOR, Role.ISSUER),
}


@dataclass(frozen=True)
class Loaded:
    """The rows of the cast by their keys."""

    agencies: Mapping[str, Agency]
    units: Mapping[str, Unit]
    people: Mapping[str, Person]

    def role(self, name: str) -> Person:
        return self.people[ROLES[name]]


def load_people(session: Session, *, today: date) -> Loaded:
    """Write the whole cast."""
    agencies = {
        a.key: Agency(
            name=a.name,
            short_name=a.short_name,
            zone=a.timezone,
            kemendagri_code=a.kemendagri_code,
            bkn_code=a.bkn_code,
        )
        for a in AGENCIES
    }
    session.add_all(agencies.values())
    session.flush()
    units = _units(session, agencies)
    people = {p.key: _person(p, agencies, units) for p in PEOPLE}
    session.add_all(people.values())
    session.flush()
    for p in PEOPLE:
        people[p.key].superior_id = people[p.superior].id if p.superior else None
        read = parse(p.employee_number, today=today)
        assert not isinstance(read, Problem)
        session.add(EmployeeNumber(person_id=people[p.key].id, number=p.employee_number, kind=read.kind))
    loaded = Loaded(agencies, units, people)
    _grant(session, loaded)
    session.flush()
    return loaded


def _units(session: Session, agencies: Mapping[str, Agency]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for u in UNITS:
        parent = units[u.parent].id if u.parent else None
        units[u.key] = Unit(
            agency_id=agencies[u.agency].id, parent_id=parent, code=u.key.upper(), name=u.name, kind=u.kind
        )
        session.add(units[u.key])
        session.flush()
    return units


def _person(p: DemoPerson, agencies: Mapping[str, Agency], units: Mapping[str, Unit]) -> Person:
    return Person(
        agency_id=units[p.unit].agency_id,
        unit_id=units[p.unit].id,
        front_title=p.front_title,
        full_name=p.full_name,
        back_title=p.back_title,
        email=p.email,
        employment_type=EmploymentType(p.employment_type.lower()),
        grade=p.grade,
        rank_name=p.rank_name,
        position=p.position,
        position_type=PositionType(p.position_type),
    )


def _grant(session: Session, loaded: Loaded) -> None:
    for name, roles in GRANTS.items():
        person = loaded.role(name)
        for role in roles:
            agency_id = None if role is Role.OPERATOR else person.agency_id
            session.add(Grant(person_id=person.id, role=role, agency_id=agency_id))
