"""Starting and ending sessions, one-time links, counting failures."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.auth.models import Credential, Failure, LinkPurpose, OneTimeLink, SignIn
from lms.auth.passwords import hash_password, matches
from lms.auth.queries import link_of, person_by_name_or_number
from lms.auth.tokens import hashed, new_token
from lms.errors import N_, Invalid, TooMany

LINK_LIFE = timedelta(hours=24)
# Failures allowed in 15 minutes. One office shares one address, so only failures count and an account is the strict key.
WINDOW = timedelta(minutes=15)
LIMITS = {"account": 10, "address": 100, "all": 1000}

WRONG = N_("NIP atau kata sandi tidak cocok. Periksa keduanya, atau atur ulang kata sandi.")


def start_session(
    session: Session,
    person_id: uuid.UUID,
    *,
    now: datetime,
    days: int,
    address: str = "",
    device: str = "",
    second_factor: bool = False,
) -> str:
    """Open a session and return its token: the only copy."""
    token = new_token()
    session.add(
        SignIn(
            person_id=person_id,
            token_hash=hashed(token),
            created_at=now,
            proved_at=now,
            expires_at=now + timedelta(days=days),
            address=address,
            device=device[:300],
            second_factor=second_factor,
        )
    )
    session.flush()
    return token


def end_session(session: Session, sign_in_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """End one of the actor's own sessions. One that ended already stays as it was."""
    session.execute(
        sa.update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == by.id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def prove(session: Session, typed: str, password: str, *, address: str, now: datetime) -> uuid.UUID:
    """The person whose name (e-mail or NIP) and password these are. Raises Invalid, or TooMany after many failures.

    The refusal is the same whether or not the account exists, and takes the same time.
    """
    scopes = {
        "account": f"account:{typed.strip().lower()}",
        "address": f"address:{network(address)}",
        "all": "all",
    }
    _check_limits(session, scopes, now=now)
    row = person_by_name_or_number(session, typed)
    if matches(row.password_hash if row else None, password):
        assert row is not None
        return uuid.UUID(str(row.id))
    session.add_all(Failure(scope=scope, at=now) for scope in scopes.values())
    raise Invalid(WRONG, field="password")


def network(address: str) -> str:
    """The key of an address: an IPv6 address counts by its /64, because a subscriber gets all of it."""
    return ":".join(address.split(":")[:4]) if ":" in address else address


def _check_limits(session: Session, scopes: dict[str, str], *, now: datetime) -> None:
    counts = dict(
        session.execute(
            sa.select(Failure.scope, sa.func.count())
            .where(Failure.scope.in_(scopes.values()), Failure.at > now - WINDOW)
            .group_by(Failure.scope)
        ).all()
    )
    if any(counts.get(scope, 0) >= LIMITS[kind] for kind, scope in scopes.items()):
        raise TooMany(retry_after=int(WINDOW.total_seconds()))


def set_password(session: Session, person_id: uuid.UUID, password: str, *, now: datetime) -> None:
    """Set a password; every open session of the person ends."""
    credential = session.get(Credential, person_id) or Credential(person_id=person_id)
    credential.password_hash = hash_password(password)
    credential.password_set_at = now
    session.add(credential)
    session.execute(
        sa.update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None)).values(ended_at=now)
    )


def make_link(
    session: Session,
    person_id: uuid.UUID,
    purpose: LinkPurpose,
    *,
    now: datetime,
    life: timedelta = LINK_LIFE,
) -> str:
    """A link token for a person: single use, 24 hours unless said otherwise. Returns the only copy."""
    token = new_token()
    session.add(
        OneTimeLink(
            person_id=person_id,
            purpose=purpose,
            token_hash=hashed(token),
            created_at=now,
            expires_at=now + life,
        )
    )
    session.flush()
    return token


def use_link(session: Session, token: str, *purposes: LinkPurpose, now: datetime) -> OneTimeLink:
    """Use a link up. Raises Invalid when it was used, is too old or never was."""
    link = link_of(session, token, purposes, now=now)
    if link is None:
        raise Invalid(N_("Tautan ini sudah dipakai atau masa berlakunya habis. Mintalah tautan baru."))
    link.used_at = now
    return link
