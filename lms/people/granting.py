"""Giving and taking roles. What was given or taken counts from the holder's next request on."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.access import NOWHERE, Actor, Role, agencies_where
from lms.errors import N_, Conflict, Forbidden, Invalid, NotFound
from lms.people.events import Change
from lms.people.models import Grant, Person, PersonStatus
from lms.people.permissions import GRANT
from lms.people.queries import serves
from lms.people.services import check_last_admins, tell


def grant_role(session: Session, person: Person, role: Role, *, by: Actor, now: datetime) -> None:
    """Give somebody a role in their agency; a role that they hold already changes nothing."""
    agency_id = None if role is Role.OPERATOR else person.agency_id
    _check_giver(by, agency_id)
    if person.status is not PersonStatus.ACTIVE:
        raise Invalid(
            N_("%(name)s tidak aktif lagi, sehingga tidak dapat memegang peran."),
            field="person",
            name=person.titled_name,
        )
    row = insert(Grant).values(
        person_id=person.id, role=role, agency_id=agency_id, given_by=by.id, given_at=now
    )
    given = session.scalar(row.on_conflict_do_nothing().returning(Grant.id))
    if given:
        change = Change("role:granted", "person", person.id, person.agency_id, {}, {"role": role.value})
        tell(session, change, by=by, now=now)


def grant_of(
    session: Session, actor: Actor, grant_id: uuid.UUID, *, lock: bool = False
) -> tuple[Grant, Person]:
    """A grant that the actor may take away, and its holder."""
    wanted = sa.select(Grant, Person).join(Person, Person.id == Grant.person_id).where(Grant.id == grant_id)
    found = session.execute(wanted.with_for_update(of=Grant) if lock else wanted).one_or_none()
    if found is None or not serves(actor, GRANT, found[0].agency_id):
        raise NotFound
    return found[0], found[1]


def revoke_role(
    session: Session, grant: Grant, person: Person, *, reason: str, by: Actor, now: datetime
) -> None:
    """Take a role away. The last administrator of an agency only with a sentence that says why."""
    _check_giver(by, grant.agency_id)
    if grant.role is Role.OPERATOR:
        _keep_one_operator(session)
    if grant.role is Role.ADMIN and not reason:
        check_last_admins(session, {person.id}, person.titled_name)
    session.delete(grant)
    after = {"reason": reason} if reason else {}
    change = Change("role:revoked", "person", person.id, grant.agency_id, {"role": grant.role.value}, after)
    tell(session, change, by=by, now=now)


def _check_giver(by: Actor, agency_id: uuid.UUID | None) -> None:
    if agency_id is None and NOWHERE not in agencies_where(by, GRANT):
        raise Forbidden
    if agency_id is not None and not serves(by, GRANT, agency_id):
        raise Forbidden


def _keep_one_operator(session: Session) -> None:
    operators = session.scalars(
        sa.select(Grant.id).where(Grant.role == Role.OPERATOR).with_for_update()
    ).all()
    if len(operators) < 2:
        raise Conflict(
            N_("Ini operator terakhir. Beri peran operator kepada orang lain dulu, lalu cabut yang ini.")
        )
