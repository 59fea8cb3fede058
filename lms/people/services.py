"""Keeping persons: adding, changing, a new number, leaving, coming back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import Actor, Role
from lms.errors import N_, Conflict, Invalid
from lms.events import publish
from lms.people import readings
from lms.people.events import Change, PersonAdded, PersonLeft, RecordsChanged
from lms.people.models import (
    Agency,
    EmployeeNumber,
    EmploymentType,
    Grant,
    Person,
    PersonStatus,
    Unit,
)
from lms.people.records import Profile
from lms.problems import Problem

LAST_ADMIN = N_(
    "%(name)s adalah pengelola pelatihan terakhir di instansi ini. Beri peran itu kepada orang lain dulu, atau tulis alasannya agar tercatat."
)
OF_OPERATOR = N_(
    "Orang ini operator sistem. Hanya operator lain yang dapat mengubah surelnya atau mengakhiri aksesnya."
)
TAKEN_NUMBER = N_("NIP ini sudah dipakai %(name)s. Periksa lagi angkanya, atau buka data pegawai itu.")
ELSEWHERE = N_(
    "NIP ini tercatat di instansi lain. Minta pengelola instansi itu menandai pegawai ini pindah, lalu ulangi."
)
NOT_YET = N_("Tanggal mulai belum tiba. Isi paling lambat hari ini; ubah data ini pada harinya.")
OLD_NUMBER = N_("NIP ini sudah diganti dengan nomor baru. Isi nomor yang berlaku sekarang.")
TAKEN_MAIL = N_("Alamat surel ini sudah dipakai orang lain. Isi alamat lain, atau kosongkan.")


def plain(value: object) -> Any:
    """A value as the audit trail keeps it."""
    if isinstance(value, StrEnum):
        return value.value
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def difference(
    before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, before and after."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: plain(before.get(name)) for name in changed}, {name: plain(after[name]) for name in changed}


def tell(session: Session, *changes: Change, by: Actor | None, now: datetime) -> None:
    """Publish what became of rows."""
    publish(session, RecordsChanged(changes, by.id if by else None, now))


def add_person(
    session: Session,
    agency: Agency,
    profile: Profile,
    *,
    number: str,
    wants_invite: bool,
    by: Actor | None,
    now: datetime,
) -> Person:
    """Add somebody by hand. Who is marked as moved elsewhere under this number comes over with their account."""
    digits, kind = _readable(number, profile.employment_type, now=now)
    person = _coming_over(session, agency, digits) if digits else None
    _check(session, agency, profile, person_id=person.id if person else None)
    values = asdict(profile)
    if person is None:
        person = Person(agency_id=agency.id, created_at=now, **values)
        session.add(person)
        session.flush()
        if digits:
            session.add(
                EmployeeNumber(person_id=person.id, number=digits, kind=kind, valid_from=today(now, agency))
            )
        before, act = {}, "person:added"
    else:
        before = {name: getattr(person, name) for name in values} | {"agency_id": person.agency_id}
        for name, value in {**values, "agency_id": agency.id, "status": PersonStatus.ACTIVE}.items():
            setattr(person, name, value)
        act = "person:came-over"
    after = values | {"agency_id": agency.id} | ({"number": digits} if digits else {})
    change = Change(act, "person", person.id, agency.id, *difference(before, after))
    tell(session, change, by=by, now=now)
    publish(session, PersonAdded((person.id,), wants_invite, now))
    return person


def _coming_over(session: Session, agency: Agency, digits: str) -> Person | None:
    """Who left another agency with this number; Invalid when the number cannot be given."""
    found = session.execute(
        sa.select(EmployeeNumber, Person)
        .join(Person, Person.id == EmployeeNumber.person_id)
        .where(EmployeeNumber.number == digits)
        .order_by(EmployeeNumber.valid_to.nulls_first())
        .with_for_update()
    ).first()
    if found is None:
        return None
    held, person = found
    if held.valid_to is not None:
        raise Invalid(OLD_NUMBER, field="number")
    if person.agency_id == agency.id:
        raise Invalid(TAKEN_NUMBER, field="number", name=person.titled_name)
    if person.status is not PersonStatus.MOVED:
        raise Invalid(ELSEWHERE, field="number")
    return person


def edit_person(
    session: Session, person: Person, profile: Profile, *, by: Actor | None, now: datetime
) -> None:
    """Change a record; the same record again changes nothing and is not noted."""
    assert person.agency_id is not None
    agency = session.get_one(Agency, person.agency_id)
    _check(session, agency, profile, person_id=person.id)
    values = asdict(profile)
    before, after = difference({name: getattr(person, name) for name in values}, values)
    if not after:
        return
    if "email" in after:
        spare_operators(session, person, by, "email")
    for name, value in values.items():
        setattr(person, name, value)
    tell(
        session,
        Change("person:changed", "person", person.id, person.agency_id, before, after),
        by=by,
        now=now,
    )


def _readable(number: str, kind: EmploymentType, *, now: datetime) -> tuple[str, str]:
    if not number and kind is EmploymentType.OTHER:
        return "", ""
    read = readings.number(number, kind, today=now.date())
    if isinstance(read, Problem):
        raise read.refusal()
    return read


def _check(session: Session, agency: Agency, profile: Profile, *, person_id: uuid.UUID | None) -> None:
    """What a form cannot know: unit and superior belong to the agency, nobody else has the address."""
    if profile.unit_id:
        unit = session.get(Unit, profile.unit_id)
        if unit is None or unit.agency_id != agency.id:
            raise Invalid(N_("Unit kerja ini tidak ada di instansi Anda."), field="unit_id")
    if profile.superior_id:
        superior = session.get(Person, profile.superior_id)
        if superior is None or superior.agency_id != agency.id:
            raise Invalid(N_("Atasan ini tidak ada di instansi Anda."), field="superior")
        if profile.superior_id == person_id:
            raise Invalid(
                N_("Seseorang tidak dapat menjadi atasan dirinya sendiri. Isi NIP atasan."), field="superior"
            )
    if profile.email:
        taken = sa.select(Person.id).where(sa.func.lower(Person.email) == profile.email.lower())
        if session.scalar(taken) not in {None, person_id}:
            raise Invalid(TAKEN_MAIL, field="email")


def person_numbered(session: Session, agency_id: uuid.UUID, number: str) -> Person | None:
    """The person of an agency with this present number, as people write it."""
    digits = "".join(mark for mark in number if mark in "0123456789")
    return session.scalars(
        sa.select(Person)
        .join(EmployeeNumber, EmployeeNumber.person_id == Person.id)
        .where(
            EmployeeNumber.number == digits,
            EmployeeNumber.valid_to.is_(None),
            Person.agency_id == agency_id,
        )
    ).one_or_none()


def person_named(session: Session, agency_id: uuid.UUID, typed: str) -> Person:
    """The person of an agency with this present number or e-mail address. Raises Invalid (field "person")."""
    by_mail = sa.select(Person).where(
        Person.agency_id == agency_id, sa.func.lower(Person.email) == typed.strip().lower()
    )
    found = (
        session.scalars(by_mail).one_or_none() if "@" in typed else person_numbered(session, agency_id, typed)
    )
    if found is None:
        raise Invalid(
            N_("Tidak ada pegawai instansi ini dengan NIP atau surel itu. Periksa lagi tulisannya."),
            field="person",
        )
    return found


def give_number(
    session: Session, person: Person, number: str, *, since: date, by: Actor | None, now: datetime
) -> EmployeeNumber:
    """A new number from a day on; the one before ends the day before. The same number again changes nothing."""
    digits, kind = _readable(number, person.employment_type, now=now)
    if since > (today(now, person.agency) if person.agency else now.date()):
        raise Invalid(NOT_YET, field="since")  # the number until then would let nobody in any more
    held = session.scalars(
        sa.select(EmployeeNumber)
        .where(EmployeeNumber.person_id == person.id, EmployeeNumber.valid_to.is_(None))
        .with_for_update()
    ).one_or_none()
    if held and held.number == digits:
        return held
    other = session.scalars(sa.select(EmployeeNumber).where(EmployeeNumber.number == digits)).first()
    if other:
        raise Invalid(
            N_("NIP ini sudah pernah dipakai. Sebuah NIP tidak diberikan dua kali; periksa angkanya."),
            field="number",
        )
    if held:
        if held.valid_from and since <= held.valid_from:
            raise Invalid(
                N_("Nomor baru harus mulai sesudah nomor sekarang, yaitu setelah %(day)s."),
                field="since",
                day=f"{held.valid_from:%d-%m-%Y}",
            )
        held.valid_to = since - timedelta(days=1)
        session.flush()
    given = EmployeeNumber(person_id=person.id, number=digits, kind=kind, valid_from=since)
    session.add(given)
    before, after = difference({"number": held.number if held else None}, {"number": digits})
    change = Change("person:renumbered", "person", person.id, person.agency_id, before, after)
    tell(session, change, by=by, now=now)
    return given


def mark_left(
    session: Session, person: Person, status: PersonStatus, *, reason: str = "", by: Actor, now: datetime
) -> None:
    """Somebody retired or moved: sessions and roles end at once; the record and what they learned stays."""
    if person.status is status:
        return
    if person.id == by.id:
        raise Conflict(
            N_("Anda tidak dapat mengakhiri akun Anda sendiri. Mintalah pengelola lain melakukannya.")
        )
    spare_operators(session, person, by, "status")
    if not reason:
        check_last_admins(session, {person.id}, person.titled_name)
    leave(session, {person.id}, now=now)
    before, after = difference({"status": person.status}, {"status": status})
    person.status = status
    if reason:
        after["reason"] = reason
    change = Change("person:left", "person", person.id, person.agency_id, before, after)
    tell(session, change, by=by, now=now)


def spare_operators(session: Session, person: Person, by: Actor | None, field: str) -> None:
    """Whoever sets an operator's address could take the account over, so an agency's administrator may not."""
    if by is None or Role.OPERATOR in by.roles:
        return
    if session.scalar(sa.select(Grant.id).where(Grant.person_id == person.id, Grant.role == Role.OPERATOR)):
        raise Invalid(OF_OPERATOR, field=field)


def leave(session: Session, person_ids: Collection[uuid.UUID], *, now: datetime) -> None:
    """End what people who leave hold here: their roles, and (by whoever listens) their sessions."""
    session.execute(sa.delete(Grant).where(Grant.person_id.in_(person_ids)))
    publish(session, PersonLeft(tuple(person_ids), now))


def take_back(session: Session, person: Person, *, by: Actor, now: datetime) -> None:
    """Somebody marked as left by mistake, or who came back, may sign in again. Roles are given anew."""
    if person.status is PersonStatus.ACTIVE:
        return
    before, after = difference({"status": person.status}, {"status": PersonStatus.ACTIVE})
    person.status = PersonStatus.ACTIVE
    change = Change("person:returned", "person", person.id, person.agency_id, before, after)
    tell(session, change, by=by, now=now)


def check_last_admins(session: Session, person_ids: Collection[uuid.UUID], name: str) -> None:
    """Invalid when an agency would be left without an administrator. Two who leave at once wait for each other."""
    here = sa.select(Grant.agency_id).where(Grant.role == Role.ADMIN, Grant.person_id.in_(person_ids))
    admins = session.execute(
        sa.select(Grant.agency_id, Grant.person_id)
        .where(Grant.role == Role.ADMIN, Grant.agency_id.in_(here))
        .order_by(Grant.id)
        .with_for_update()
    ).all()
    for agency_id in {agency for agency, _ in admins}:
        if {person for agency, person in admins if agency == agency_id} <= set(person_ids):
            raise Invalid(LAST_ADMIN, field="reason", name=name)


def today(now: datetime, agency: Agency) -> date:
    """The day that an agency's calendar shows."""
    return now.astimezone(ZoneInfo(agency.zone)).date()
