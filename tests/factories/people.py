"""Agencies, persons and their sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.access import Actor, Role
from lms.auth.services import start_session
from lms.people.models import Agency, EmployeeNumber, Grant, Person

_numbers = count(1)


def make_agency(
    session: Session, name: str = "Pemerintah Kota Sorong", *, zone: str = "Asia/Jayapura"
) -> Agency:
    agency = Agency(name=name, short_name=name.split()[-1], zone=zone)
    session.add(agency)
    session.flush()
    return agency


def make_person(
    session: Session,
    agency: Agency | None,
    name: str = "Ayu Lestari",
    *roles: Role,
    number: str | None = None,
) -> Person:
    """Somebody with a valid invented NIP; roles are granted in the person's own agency."""
    serial = next(_numbers)
    person = Person(
        agency_id=agency.id if agency else None,
        full_name=name,
        email=f"{name.split()[0].lower()}{serial}@contoh.invalid",
    )
    session.add(person)
    session.flush()
    nip = number or f"19860314{2005 + serial // 12000}{serial // 1000 % 12 + 1:02}2{serial % 999 + 1:03}"
    session.add(EmployeeNumber(person_id=person.id, number=nip, kind="pns"))
    for role in roles:
        held_in = None if role is Role.OPERATOR or agency is None else agency.id
        session.add(Grant(person_id=person.id, role=role, agency_id=held_in))
    session.commit()
    return person


def actor_for(person: Person, *roles: Role) -> Actor:
    """The person as an actor, for calling services directly."""
    held = {role: frozenset({person.agency_id}) for role in roles if person.agency_id}
    return Actor(person.id, person.agency_id, person.full_name, held)


def sign_in(client: FlaskClient, session: Session, person: Person) -> None:
    """Put a fresh session into a test browser, second factor passed."""
    token = start_session(session, person.id, now=datetime.now(UTC), days=1, second_factor=True)  # noqa: TID251
    session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
