"""Finding agencies, units and persons, for somebody: only in the agencies that they serve."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload

from lms.access import NOWHERE, Actor, Permission, Role, agencies_where
from lms.errors import NotFound
from lms.people.models import (
    Agency,
    EmployeeNumber,
    EmploymentType,
    Grant,
    Import,
    ImportRow,
    Person,
    PersonStatus,
    RowState,
    Unit,
    titled,
)
from lms.people.permissions import AGENCIES, IMPORT, SEE

PER_PAGE = 50
MOST_CHARACTERS = 100  # of a search


def serves(actor: Actor, permission: Permission, agency_id: uuid.UUID | None) -> bool:
    """Whether the actor holds a permission in an agency; an operator's grant is for all of them."""
    agencies = agencies_where(actor, permission)
    return NOWHERE in agencies or agency_id in agencies


def within(
    column: InstrumentedAttribute[Any], actor: Actor, permission: Permission
) -> sa.ColumnElement[bool]:
    """The condition that an agency column is one in which the actor holds a permission."""
    agencies = agencies_where(actor, permission)
    return sa.true() if NOWHERE in agencies else column.in_(agencies)


@dataclass(frozen=True, slots=True)
class Scope:
    """The agency that a page is about, and the others that its reader may choose instead."""

    agency: Agency
    agencies: Sequence[Agency]


def scope_of(session: Session, actor: Actor, permission: Permission, wanted: uuid.UUID | None) -> Scope:
    """The wanted agency, or the actor's own, or the first. One that the actor does not serve does not exist."""
    agencies = session.scalars(
        sa.select(Agency)
        .where(within(Agency.id, actor, permission))
        .order_by(Agency.name, Agency.id)
        .execution_options(populate_existing=True)
    ).all()
    chosen = [agency for agency in agencies if agency.id == (wanted or actor.agency_id)]
    if not agencies or (wanted and not chosen):
        raise NotFound
    return Scope(chosen[0] if chosen else agencies[0], agencies)


def agencies_for(session: Session, actor: Actor) -> list[tuple[Agency, int, int]]:
    """Every agency that the actor keeps, with its active persons and its present units."""
    people = sa.select(sa.func.count()).where(
        Person.agency_id == Agency.id, Person.status == PersonStatus.ACTIVE
    )
    units = sa.select(sa.func.count()).where(Unit.agency_id == Agency.id, Unit.valid_to.is_(None))
    rows = session.execute(
        sa.select(
            Agency,
            people.correlate(Agency).scalar_subquery(),
            units.correlate(Agency).scalar_subquery(),
        )
        .where(within(Agency.id, actor, AGENCIES))
        .order_by(Agency.name, Agency.id)
    )
    return [(agency, people_here, units_here) for agency, people_here, units_here in rows]


def agency_of(session: Session, actor: Actor, agency_id: uuid.UUID) -> Agency:
    agency = session.get(Agency, agency_id)
    if agency is None or not serves(actor, AGENCIES, agency_id):
        raise NotFound
    return agency


def units_in(session: Session, agency_id: uuid.UUID, *, past: bool = False) -> Sequence[Unit]:
    """The units of an agency by name; with `past` also those that are no more."""
    found = sa.select(Unit).where(Unit.agency_id == agency_id).order_by(Unit.name, Unit.id)
    return session.scalars(found if past else found.where(Unit.valid_to.is_(None))).all()


def heads(session: Session, agency_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """How many active persons each unit of an agency holds itself."""
    rows = session.execute(
        sa.select(Person.unit_id, sa.func.count())
        .where(
            Person.agency_id == agency_id, Person.unit_id.is_not(None), Person.status == PersonStatus.ACTIVE
        )
        .group_by(Person.unit_id)
    )
    return {unit_id: count for unit_id, count in rows if unit_id}


def unit_of(session: Session, actor: Actor, unit_id: uuid.UUID, permission: Permission = SEE) -> Unit:
    unit = session.scalars(
        sa.select(Unit).where(Unit.id == unit_id).options(joinedload(Unit.agency))
    ).one_or_none()
    if unit is None or not serves(actor, permission, unit.agency_id):
        raise NotFound
    return unit


@dataclass(frozen=True, slots=True)
class Search:
    """What the directory is asked for."""

    text: str = ""
    unit_id: uuid.UUID | None = None
    employment: EmploymentType | None = None
    status: PersonStatus | None = PersonStatus.ACTIVE
    page: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the directory."""

    id: uuid.UUID
    name: str
    number: str
    position: str
    unit: str
    employment: EmploymentType
    status: PersonStatus
    email: str


@dataclass(frozen=True, slots=True)
class Directory:
    """A page of the directory."""

    entries: Sequence[Entry]
    total: int
    page: int

    @property
    def first(self) -> int:
        return (self.page - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.entries) - 1

    @property
    def has_next(self) -> bool:
        return self.last < self.total


def directory(session: Session, agency_id: uuid.UUID, search: Search) -> Directory:
    """Persons of an agency by name, in one statement whatever is asked for."""
    number = _present_number()
    rows = session.execute(
        sa.select(Person, Unit.name, number.label("number"), sa.func.count().over())
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(Person.agency_id == agency_id, *_asked(search, number))
        .order_by(Person.full_name, Person.id)
        .limit(PER_PAGE)
        .offset((search.page - 1) * PER_PAGE)
    ).all()
    entries = [_entry(person, unit, nip) for person, unit, nip, _total in rows]
    return Directory(entries, rows[0][3] if rows else 0, search.page)


def _present_number() -> sa.ScalarSelect[str]:
    return (
        sa.select(sa.func.max(EmployeeNumber.number))
        .where(EmployeeNumber.person_id == Person.id, EmployeeNumber.valid_to.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )


def _entry(person: Person, unit: str | None, number: str | None) -> Entry:
    return Entry(
        person.id,
        person.titled_name,
        number or "",
        person.position,
        unit or "",
        person.employment_type,
        person.status,
        person.email or "",
    )


def _asked(search: Search, number: sa.ScalarSelect[str]) -> list[sa.ColumnElement[bool]]:
    asked: list[sa.ColumnElement[bool]] = []
    if search.unit_id:
        asked.append(Person.unit_id.in_(_branch(search.unit_id)))
    if search.employment:
        asked.append(Person.employment_type == search.employment)
    if search.status:
        asked.append(Person.status == search.status)
    if text := search.text.strip()[:MOST_CHARACTERS].replace("\x00", ""):
        digits = "".join(mark for mark in text if mark in "0123456789")
        alike: list[sa.ColumnElement[bool]] = [
            Person.full_name.icontains(text, autoescape=True),
            Person.email.icontains(text, autoescape=True),
        ]
        if len(digits) > 2 and not any(mark.isalpha() for mark in text):
            alike.append(number.startswith(digits, autoescape=True))
        asked.append(sa.or_(*alike))
    return asked


def _branch(unit_id: uuid.UUID) -> sa.Select[tuple[uuid.UUID]]:
    """A unit and everything below it."""
    tree = sa.select(Unit.id).where(Unit.id == unit_id).cte("branch", recursive=True)
    below = aliased(Unit)
    tree = tree.union(sa.select(below.id).where(below.parent_id == tree.c.id))
    return sa.select(tree.c.id)


def person_of(
    session: Session, actor: Actor, person_id: uuid.UUID, permission: Permission = SEE, *, lock: bool = False
) -> Person:
    """A person of an agency that the actor serves, with unit, agency and superior."""
    found = sa.select(Person).where(Person.id == person_id)
    if lock:
        found = found.with_for_update(of=Person)
    person = session.scalars(
        found.options(
            joinedload(Person.unit), joinedload(Person.agency), joinedload(Person.superior)
        ).execution_options(populate_existing=True)
    ).one_or_none()
    if person is None or not serves(actor, permission, person.agency_id):
        raise NotFound
    return person


def numbers_of(session: Session, person_id: uuid.UUID) -> Sequence[EmployeeNumber]:
    """Somebody's employee numbers, the present one first."""
    return session.scalars(
        sa.select(EmployeeNumber)
        .where(EmployeeNumber.person_id == person_id)
        .order_by(EmployeeNumber.valid_to.desc().nulls_first(), EmployeeNumber.id.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds."""

    grant_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    unit: str
    role: Role
    given_at: Any
    given_by: str


def roles_in(session: Session, agency_id: uuid.UUID | None) -> list[Held]:
    """Who holds which role in an agency (None: the operators of the installation)."""
    giver = aliased(Person)
    rows = session.execute(
        sa.select(Grant, Person, Unit.name, giver.full_name)
        .join(Person, Person.id == Grant.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(giver, giver.id == Grant.given_by)
        .where(Grant.agency_id == agency_id if agency_id else Grant.agency_id.is_(None))
        .order_by(Person.full_name, Person.id)
    )
    return [
        Held(
            grant.id,
            person.id,
            titled(person.front_title, person.full_name, person.back_title),
            unit or "",
            grant.role,
            grant.given_at,
            by or "",
        )
        for grant, person, unit, by in rows
    ]


def roles_of(session: Session, person_id: uuid.UUID) -> Sequence[Grant]:
    return session.scalars(
        sa.select(Grant).where(Grant.person_id == person_id).order_by(Grant.role, Grant.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Imports:
    """Imports of an agency with the names of those who sent them."""

    items: Sequence[tuple[Import, str]] = field(default=())


def imports_in(session: Session, agency_id: uuid.UUID) -> Imports:
    """The latest imports of an agency."""
    rows = session.execute(
        sa.select(Import, Person.full_name)
        .outerjoin(Person, Person.id == Import.created_by)
        .where(Import.agency_id == agency_id)
        .order_by(Import.created_at.desc(), Import.id.desc())
        .limit(20)
    )
    return Imports([(imported, name or "") for imported, name in rows])


def import_of(session: Session, actor: Actor, import_id: uuid.UUID, *, lock: bool = False) -> Import:
    found = sa.select(Import).where(Import.id == import_id).execution_options(populate_existing=True)
    imported = session.scalars(found.with_for_update() if lock else found).one_or_none()
    if imported is None or not serves(actor, IMPORT, imported.agency_id):
        raise NotFound
    return imported


def rows_of(
    session: Session,
    import_id: uuid.UUID,
    *states: RowState,
    after: int = 0,
    limit: int | None = None,
) -> Sequence[ImportRow]:
    """Rows of an import in the order of the file."""
    found = sa.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    if states:
        found = found.where(ImportRow.state.in_(states))
    return session.scalars(found.order_by(ImportRow.number).limit(limit)).all()


def doubtful_rows(session: Session, import_id: uuid.UUID) -> Sequence[ImportRow]:
    """Rows that can be saved although their employee number is odd (EmployeeNumber.doubt), the first hundred."""
    kind = ImportRow.values["number_kind"].astext
    found = sa.select(ImportRow).where(
        ImportRow.import_id == import_id, ImportRow.state != RowState.WRONG, kind == "unknown"
    )
    return session.scalars(found.order_by(ImportRow.number).limit(100)).all()


def named_pairs(session: Session, import_id: uuid.UUID, own: str, other: str) -> dict[str, str]:
    """What the written rows of an import say in one field, by what they say in another (texts of `values`)."""
    key, value = ImportRow.values[own].astext, ImportRow.values[other].astext
    rows = session.execute(
        sa.select(key, value).where(
            ImportRow.import_id == import_id,
            ImportRow.state.in_([RowState.NEW, RowState.CHANGED]),
            value.is_not(None),
        )
    )
    return {row[0]: row[1] for row in rows}
