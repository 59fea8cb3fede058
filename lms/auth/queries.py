"""Finding who is signed in: one statement for the session, the person, the agency, the roles and the unread count."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import GUARDED_ROLES, NOWHERE, Actor, Role
from lms.auth.models import Credential, LinkPurpose, OneTimeLink, SignIn
from lms.auth.tokens import hashed
from lms.notifications.models import Notification
from lms.people.models import Agency, EmployeeNumber, Grant, Person, PersonStatus, Unit


@dataclass(frozen=True)
class SignedIn(Actor):
    """An actor with the session they came with; what flask-login calls a user."""

    sign_in_id: uuid.UUID = NOWHERE
    proved_at: datetime | None = None
    second_factor: bool = False
    has_totp: bool = False

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def needs_second_factor(self) -> bool:
        """Whether this session must still pass, or set up, the second factor before anything else."""
        return not self.second_factor and (self.has_totp or bool(GUARDED_ROLES & self.roles.keys()))


_ROLES = (
    sa.select(sa.func.array_agg(sa.func.concat(Grant.role, ":", sa.func.coalesce(Grant.agency_id, NOWHERE))))
    .where(Grant.person_id == Person.id)
    .correlate(Person)
    .scalar_subquery()
)
_UNREAD = (
    sa.select(sa.func.count())
    .where(Notification.person_id == Person.id, Notification.read_at.is_(None))
    .correlate(Person)
    .scalar_subquery()
)
_SIGNED_IN = (
    sa.select(
        SignIn.id.label("sign_in_id"),
        SignIn.proved_at,
        SignIn.second_factor,
        Credential.totp_confirmed_at,
        Person.id,
        Person.agency_id,
        Person.full_name,
        Person.locale,
        Person.theme,
        Person.data_saver,
        Agency.name.label("agency_name"),
        sa.func.coalesce(Unit.zone, Agency.zone, "Asia/Jakarta").label("zone"),
        _ROLES.label("roles"),
        _UNREAD.label("unread"),
    )
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(Credential, Credential.person_id == Person.id)
    .outerjoin(Agency, Agency.id == Person.agency_id)
    .outerjoin(Unit, Unit.id == Person.unit_id)
    .where(
        SignIn.token_hash == sa.bindparam("token"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > sa.bindparam("now"),
        Person.status == PersonStatus.ACTIVE,
    )
)


def signed_in(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """The actor of a session token, or None when it ended, expired or never was."""
    row = session.execute(_SIGNED_IN, {"token": hashed(token), "now": now}).one_or_none()
    return row and SignedIn(
        id=row.id,
        agency_id=row.agency_id,
        name=row.full_name,
        roles=_roles(row.roles or ()),
        zone=row.zone,
        locale=row.locale,
        theme=row.theme,
        data_saver=row.data_saver,
        agency_name=row.agency_name or "",
        unread=row.unread,
        sign_in_id=row.sign_in_id,
        proved_at=row.proved_at,
        second_factor=row.second_factor,
        has_totp=row.totp_confirmed_at is not None,
    )


def _roles(grants: Iterable[str]) -> dict[Role, frozenset[uuid.UUID]]:
    found: dict[Role, set[uuid.UUID]] = defaultdict(set)
    for grant in grants:
        role, _, agency = grant.partition(":")
        found[Role(role)].add(uuid.UUID(agency))
    return {role: frozenset(agencies) for role, agencies in found.items()}


def person_by_name_or_number(session: Session, typed: str) -> sa.Row[*tuple[Any, ...]] | None:
    """The active person with this e-mail address or (current) employee number, and their password hash."""
    digits = "".join(c for c in typed if c.isdigit())
    by_email = sa.func.lower(Person.email) == typed.strip().lower()
    by_number = (
        Person.id
        == sa.select(EmployeeNumber.person_id)
        .where(EmployeeNumber.number == digits, EmployeeNumber.valid_to.is_(None))
        .scalar_subquery()
    )
    found = (
        sa.select(Person.id, Credential.password_hash, Credential.totp_confirmed_at)
        .outerjoin(Credential, Credential.person_id == Person.id)
        .where(by_email if "@" in typed else by_number, Person.status == PersonStatus.ACTIVE)
    )
    return session.execute(found).one_or_none()


def link_of(
    session: Session, token: str, purposes: Iterable[LinkPurpose], *, now: datetime
) -> OneTimeLink | None:
    """An unused, unexpired link with one of these purposes, locked so that it works only once."""
    return session.scalars(
        sa.select(OneTimeLink)
        .where(
            OneTimeLink.token_hash == hashed(token),
            OneTimeLink.purpose.in_(list(purposes)),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .with_for_update()
    ).one_or_none()
