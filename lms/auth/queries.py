"""Finding who is signed in: one statement for the session, the person, the agency, the roles and the unread count."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.access import GUARDED_ROLES, NOWHERE, Actor, Role
from lms.auth.models import Credential, LinkPurpose, OneTimeLink, SignIn
from lms.auth.strength import Owner
from lms.auth.tokens import hashed
from lms.errors import NotFound
from lms.notifications.models import Notification
from lms.people.models import Agency, EmployeeNumber, Grant, Person, PersonStatus, Unit

# A dangerous act asks for the password again when it was last given longer ago.
FRESH_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class SignedIn(Actor):
    """An actor with the session they came with; what flask-login calls a user."""

    proved_at: datetime | None = None
    second_factor: bool = False
    has_totp: bool = False
    token: str = field(default="", repr=False)

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session's token, nothing about the person."""
        return self.token

    def is_fresh(self, now: datetime) -> bool:
        """Whether the password or second factor was given recently enough for a dangerous act."""
        return self.proved_at is not None and self.proved_at >= now - FRESH_FOR

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
        Person.large_text,
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


def signed_in(session: Session, token: str, *, now: datetime, saves_data: bool = False) -> SignedIn | None:
    """The actor of a session token, or None when it ended, expired or never was.

    `saves_data` is what the phone asks for; it counts until the person chose "Hemat data" or not.
    """
    row = session.execute(_SIGNED_IN, {"token": hashed(token), "now": now}).one_or_none()
    return row and SignedIn(
        id=row.id,
        agency_id=row.agency_id,
        name=row.full_name,
        roles=_roles(row.roles or ()),
        zone=row.zone,
        locale=row.locale,
        theme=row.theme,
        large_text=row.large_text,
        data_saver=saves_data if row.data_saver is None else row.data_saver,
        agency_name=row.agency_name or "",
        unread=row.unread,
        sign_in_id=row.sign_in_id,
        proved_at=row.proved_at,
        second_factor=row.second_factor,
        has_totp=row.totp_confirmed_at is not None,
        token=token,
    )


def _roles(grants: Iterable[str]) -> dict[Role, frozenset[uuid.UUID]]:
    found: dict[Role, set[uuid.UUID]] = defaultdict(set)
    for grant in grants:
        role, _, agency = grant.partition(":")
        found[Role(role)].add(uuid.UUID(agency))
    return {role: frozenset(agencies) for role, agencies in found.items()}


def canonical(typed: str) -> str:
    """A name to sign in with, in the one form under which it is looked up: small letters, or only digits."""
    text = typed.replace("\0", "").strip().lower()
    return text if "@" in text else re.sub(r"[\s.\-]", "", text)


@dataclass(frozen=True)
class Account:
    """How one person signs in, and what their password must not be made of."""

    id: uuid.UUID
    full_name: str
    email: str | None
    locale: str
    zone: str
    unit: str
    agency: str
    numbers: tuple[str, ...]
    password_hash: str | None
    totp_confirmed: bool
    recovery_left: int

    @property
    def owner(self) -> Owner:
        return Owner(self.full_name, self.email or "", self.numbers)


_NUMBERS = (
    sa.select(sa.func.array_agg(EmployeeNumber.number))
    .where(EmployeeNumber.person_id == Person.id, EmployeeNumber.valid_to.is_(None))
    .correlate(Person)
    .scalar_subquery()
)
_ACCOUNT = (
    sa.select(
        Person.id,
        Person.full_name,
        Person.email,
        Person.locale,
        sa.func.coalesce(Unit.zone, Agency.zone, "Asia/Jakarta").label("zone"),
        sa.func.coalesce(Unit.name, "").label("unit"),
        sa.func.coalesce(Agency.name, "").label("agency"),
        _NUMBERS.label("numbers"),
        Credential.password_hash,
        Credential.totp_confirmed_at.is_not(None).label("totp_confirmed"),
        sa.func.coalesce(sa.func.jsonb_array_length(Credential.recovery_hashes), 0).label("recovery_left"),
    )
    .outerjoin(Credential, Credential.person_id == Person.id)
    .outerjoin(Unit, Unit.id == Person.unit_id)
    .outerjoin(Agency, Agency.id == Person.agency_id)
    .where(Person.status == PersonStatus.ACTIVE)
)


def account(session: Session, person_id: uuid.UUID) -> Account:
    """The account of an active person. Raises NotFound."""
    found = _account(session, Person.id == person_id)
    if found is None:
        raise NotFound
    return found


def account_named(session: Session, typed: str) -> Account | None:
    """The account of the active person with this e-mail address or current employee number."""
    name = canonical(typed)
    holder = sa.select(EmployeeNumber.person_id).where(
        EmployeeNumber.number == name, EmployeeNumber.valid_to.is_(None)
    )
    by_number = Person.id == holder.scalar_subquery()
    return _account(session, sa.func.lower(Person.email) == name if "@" in name else by_number)


def _account(session: Session, which: sa.ColumnElement[bool]) -> Account | None:
    row = session.execute(_ACCOUNT.where(which)).mappings().one_or_none()
    return Account(**{**row, "numbers": tuple(row["numbers"] or ())}) if row else None


def credential_of(session: Session, person_id: uuid.UUID) -> Credential:
    """The person's credential, locked; one that is not there yet is made."""
    session.execute(
        insert(Credential).values(person_id=person_id, recovery_hashes=[]).on_conflict_do_nothing()
    )
    return session.scalars(
        sa.select(Credential).where(Credential.person_id == person_id).with_for_update()
    ).one()


def link_of(
    session: Session, token: str, purposes: Iterable[LinkPurpose], *, now: datetime, lock: bool = False
) -> OneTimeLink | None:
    """An unused, unexpired link with one of these purposes, of somebody active. Lock it before using it up."""
    found = (
        sa.select(OneTimeLink)
        .join(Person, Person.id == OneTimeLink.person_id)
        .where(
            OneTimeLink.token_hash == hashed(token),
            OneTimeLink.purpose.in_(list(purposes)),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            Person.status == PersonStatus.ACTIVE,
        )
    )
    return session.scalars(found.with_for_update(of=OneTimeLink) if lock else found).one_or_none()


def sign_ins_of(session: Session, actor: Actor, *, now: datetime) -> Sequence[SignIn]:
    """The actor's open sessions, the newest first."""
    return session.scalars(
        sa.select(SignIn)
        .where(SignIn.person_id == actor.id, SignIn.ended_at.is_(None), SignIn.expires_at > now)
        .order_by(SignIn.created_at.desc())
    ).all()


def owner_of_token(session: Session, token: str) -> uuid.UUID | None:
    """Whose session a token was, also when it ended: to give typed text back to nobody else."""
    return session.scalar(sa.select(SignIn.person_id).where(SignIn.token_hash == hashed(token)))
