"""Starting and ending sessions, proving who one is, one-time links, passwords and the second factor."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.audit.services import note
from lms.auth import limits, totp
from lms.auth.events import Change, CredentialChanged, Invited, ResetAsked
from lms.auth.limits import Door, Visit
from lms.auth.models import LinkPurpose, OneTimeLink, SignIn
from lms.auth.passwords import hash_code, hash_password, matches, turn
from lms.auth.queries import Account, account, account_named, canonical, credential_of, link_of
from lms.auth.strength import problem
from lms.auth.tokens import hashed, new_token
from lms.errors import N_, Invalid
from lms.events import publish
from lms.lazy import lazy
from lms.people.models import Person

if TYPE_CHECKING:
    from lms.auth import sealing
else:
    sealing = lazy("lms.auth.sealing")  # 9 MB that only second factors need

LINK_LIFE = timedelta(hours=24)

WRONG = N_("NIP atau kata sandi tidak cocok. Periksa keduanya, atau atur ulang kata sandi.")
WRONG_PASSWORD = N_("Kata sandi tidak cocok. Periksa lagi, lalu coba kembali.")
WRONG_CODE = N_("Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya di aplikasi, lalu coba lagi.")
NO_PROOF = N_("Tulis kata sandi Anda, atau kode dari aplikasi autentikator.")
WORN_LINK = N_("Tautan ini sudah dipakai atau masa berlakunya habis. Mintalah tautan baru.")


# Sessions


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


def renew_session(session: Session, sign_in_id: uuid.UUID, *, second_factor: bool, now: datetime) -> str:
    """Note a fresh proof, under a new token: whoever knew the old one is out (ASVS V7.2.4)."""
    token = new_token()
    session.execute(
        sa.update(SignIn)
        .where(SignIn.id == sign_in_id)
        .values(token_hash=hashed(token), proved_at=now, second_factor=second_factor)
    )
    return token


def end_session(session: Session, sign_in_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """End one of the actor's own sessions. One that ended already stays as it was."""
    session.execute(
        sa.update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == by.id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_sessions(
    session: Session, person_id: uuid.UUID, *, now: datetime, but: uuid.UUID | None = None
) -> None:
    """End every session of a person, but for one."""
    ended = sa.update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    session.execute((ended.where(SignIn.id != but) if but else ended).values(ended_at=now))


def end_sessions_of_all(session: Session, person_ids: Collection[uuid.UUID], *, now: datetime) -> None:
    """End every session of these people, in one statement."""
    ended = sa.update(SignIn).where(SignIn.person_id.in_(person_ids), SignIn.ended_at.is_(None))
    session.execute(ended.values(ended_at=now))


# Proofs. Each refuses with Invalid and counts the failure, or with TooMany after many of them.


def prove(session: Session, typed: str, password: str, *, address: str, now: datetime) -> uuid.UUID:
    """The person whose name (e-mail or NIP) and password these are.

    The refusal is the same whether or not the account exists, and takes the same time.
    """
    visit = Visit(Door.PASSWORD, canonical(typed), address)
    with turn():
        limits.check(session, visit, now=now)
        found = account_named(session, typed)
        if matches(found.password_hash if found else None, password) and found:
            return found.id
    limits.count(session, visit, now=now)
    raise Invalid(WRONG, field="password")


def prove_password(
    session: Session, person_id: uuid.UUID, password: str, *, address: str, now: datetime
) -> None:
    """That somebody signed in knows their password."""
    visit = Visit(Door.PASSWORD, str(person_id), address)
    with turn():
        limits.check(session, visit, now=now)
        if matches(account(session, person_id).password_hash, password):
            return
    limits.count(session, visit, now=now)
    raise Invalid(WRONG_PASSWORD, field="password")


def prove_code(
    session: Session, person_id: uuid.UUID, typed: str, *, keys: Sequence[str], address: str, now: datetime
) -> None:
    """That somebody holds their authenticator app (a code works once) or an unused recovery code.

    `keys` are those that seal the app's key (Settings.secret_keys).
    """
    visit = Visit(Door.CODE, str(person_id), address)
    limits.check(session, visit, now=now)
    code = "".join(mark for mark in typed if mark.isascii() and mark.isalnum())
    if len(code) == totp.RECOVERY_DIGITS:
        right = _use_recovery_code(session, person_id, code)
    else:
        right = _use_code(session, person_id, code, keys=keys, now=now)
    if not right:
        limits.count(session, visit, now=now)
        raise Invalid(WRONG_CODE, field="code")


def _use_code(
    session: Session, person_id: uuid.UUID, code: str, *, keys: Sequence[str], now: datetime
) -> bool:
    credential = credential_of(session, person_id)
    if not credential.totp_confirmed_at or not credential.totp_secret:
        return False
    key = sealing.unseal(credential.totp_secret, keys, owner=person_id)
    if key is None:  # sealed by a key that this installation has given up
        return False
    step = totp.matching_step(key, code, now=now, after=credential.totp_last_step)
    credential.totp_last_step = step or credential.totp_last_step
    return step is not None


def _use_recovery_code(session: Session, person_id: uuid.UUID, code: str) -> bool:
    # Hash first, lock then: who waits for a turn to hash must not hold a row that somebody with a turn waits for.
    with turn():
        worn = hash_code(code, person_id.bytes)
    credential = credential_of(session, person_id)
    left = [kept for kept in credential.recovery_hashes if kept != worn]
    used = len(left) < len(credential.recovery_hashes)
    credential.recovery_hashes = left
    return used


# Passwords and links


def ask_reset(session: Session, typed: str, *, address: str, now: datetime) -> None:
    """Have a reset link sent, if there is such an account. Nothing here depends on whether there is.

    Everything that does happens in a job, so that the answer neither says nor takes longer.
    """
    visit = Visit(Door.RESET, canonical(typed), address)
    limits.check(session, visit, now=now)
    limits.count(session, visit, now=now)
    publish(session, ResetAsked(canonical(typed)))


def invite(session: Session, person_id: uuid.UUID, *, by: Actor | None, now: datetime) -> None:
    """Have a link mailed with which a person sets their first password: single use, 24 hours."""
    _note(session, "auth:invited", person_id, by=by, now=now)
    publish(session, Invited(person_id))


def hand_over_link(session: Session, who: Account, *, by: Actor, now: datetime) -> str:
    """A link to set a password, for somebody who gets it in person because mail does not reach them.

    Returns its token: the only copy. A second factor is asked for all the same.
    """
    purpose = LinkPurpose.RESET if who.password_hash else LinkPurpose.INVITE
    _note(session, "auth:link-made", who.id, by=by, now=now)
    return make_link(session, who.id, purpose, now=now)


def make_link(
    session: Session,
    person_id: uuid.UUID,
    purpose: LinkPurpose,
    *,
    now: datetime,
    life: timedelta = LINK_LIFE,
) -> str:
    """A link token for a person: single use, 24 hours unless said otherwise. Returns the only copy.

    Earlier links to set a password work no more.
    """
    if purpose is not LinkPurpose.SIGN_IN:
        _use_up_links(session, person_id, now=now)
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


def use_link(
    session: Session, token: str, *purposes: LinkPurpose, address: str, now: datetime
) -> OneTimeLink:
    """Use a link up. Raises Invalid when it was used, is too old or never was."""
    visit = Visit(Door.LINK, "", address)
    limits.check(session, visit, now=now)
    link = link_of(session, token, purposes, now=now, lock=True)
    if link is None:
        limits.count(session, visit, now=now)
        raise Invalid(WORN_LINK)
    link.used_at = now
    return link


def _use_up_links(session: Session, person_id: uuid.UUID, *, now: datetime) -> None:
    session.execute(
        sa.update(OneTimeLink)
        .where(
            OneTimeLink.person_id == person_id,
            OneTimeLink.purpose.in_([LinkPurpose.INVITE, LinkPurpose.RESET]),
            OneTimeLink.used_at.is_(None),
        )
        .values(used_at=now)
    )


def check_password(who: Account, password: str, *, now: datetime) -> None:
    """Refuse a password that is too short, common, or made of what everybody knows of the person."""
    found = problem(password, who.owner, second_factor=who.totp_confirmed, today=now.date())
    if found:
        raise found.refusal()


def set_password(
    session: Session,
    person_id: uuid.UUID,
    password: str,
    *,
    now: datetime,
    but: uuid.UUID | None = None,
) -> None:
    """Set a password that its owner chose and that was checked; every open session of theirs ends (but for one), and
    every link."""
    with turn():
        password_hash = hash_password(password)
    credential = credential_of(session, person_id)
    credential.password_hash = password_hash
    credential.password_set_at = now
    end_sessions(session, person_id, now=now, but=but)
    _use_up_links(session, person_id, now=now)
    _changed(session, person_id, Change.PASSWORD, now=now, by=Actor(person_id, None, ""))


def prefer(
    session: Session,
    actor: Actor,
    *,
    locale: str,
    theme: str,
    large_text: bool | None = None,
    data_saver: bool | None = None,
) -> None:
    """Keep how somebody wants their pages; what is not named stays as it is. The form checks values."""
    named = {"large_text": large_text, "data_saver": data_saver}
    wanted: dict[str, Any] = {"locale": locale, "theme": theme}
    wanted |= {name: value for name, value in named.items() if value is not None}
    session.execute(sa.update(Person).where(Person.id == actor.id).values(wanted))


# The second factor


@dataclass(frozen=True)
class Enrolment:
    """A key that somebody's app was shown, and the code with which it proves that it has it."""

    key: str
    code: str


def enrol_second_factor(
    session: Session, actor: Actor, enrolment: Enrolment, *, keys: Sequence[str], address: str, now: datetime
) -> list[str]:
    """Keep a key once its app has shown a right code. Returns the recovery codes: the only copy."""
    visit = Visit(Door.CODE, str(actor.id), address)
    limits.check(session, visit, now=now)
    code = "".join(enrolment.code.split())
    step = totp.matching_step(enrolment.key, code, now=now, after=None)
    if step is None:
        limits.count(session, visit, now=now)
        raise Invalid(WRONG_CODE, field="code")
    codes = _fresh_codes(session, actor.id)
    credential = credential_of(session, actor.id)
    credential.totp_secret = sealing.seal(enrolment.key, keys, owner=actor.id)
    credential.totp_confirmed_at = now
    credential.totp_last_step = step
    _changed(session, actor.id, Change.SECOND_FACTOR, now=now, by=actor)
    return codes


def new_recovery_codes(session: Session, actor: Actor, *, now: datetime) -> list[str]:
    """Ten codes in place of all earlier ones. Returns them: the only copy."""
    codes = _fresh_codes(session, actor.id)
    _changed(session, actor.id, Change.RECOVERY_CODES, now=now, by=actor)
    return codes


def _fresh_codes(session: Session, person_id: uuid.UUID) -> list[str]:
    codes = totp.new_recovery_codes()
    with turn():
        hashes = [hash_code(code, person_id.bytes) for code in codes]
    credential_of(session, person_id).recovery_hashes = list(hashes)
    return codes


def remove_second_factor(session: Session, person_id: uuid.UUID, *, by: Actor | None, now: datetime) -> None:
    """Forget key and recovery codes. Whoever must have a second factor is asked for a new one at once."""
    credential = credential_of(session, person_id)
    credential.totp_secret = credential.totp_confirmed_at = credential.totp_last_step = None
    credential.recovery_hashes = []
    _changed(session, person_id, Change.SECOND_FACTOR_GONE, now=now, by=by)


def _changed(
    session: Session, person_id: uuid.UUID, change: Change, *, now: datetime, by: Actor | None = None
) -> None:
    _note(session, f"auth:{change}", person_id, by=by, now=now)
    publish(session, CredentialChanged(person_id, change))


def _note(session: Session, act: str, person_id: uuid.UUID, *, by: Actor | None, now: datetime) -> None:
    """In the trail of the person's own agency, whoever did it."""
    agency_id = session.scalar(sa.select(Person.agency_id).where(Person.id == person_id))
    note(session, act, "person", person_id, by=by, now=now, agency_id=agency_id)
