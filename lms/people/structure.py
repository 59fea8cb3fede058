"""Keeping agencies and their unit trees. A unit that was renamed or closed stays, with the days in which it was valid."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.errors import N_, Invalid
from lms.people.events import Change
from lms.people.models import Agency, Person, PersonStatus, Unit
from lms.people.queries import units_in
from lms.people.records import AgencyFacts, UnitFacts
from lms.people.services import NOT_YET, difference, tell, today
from lms.people.tree import below

TAKEN_CODE = N_("Kode %(code)s sudah dipakai unit lain di instansi ini. Isi kode yang berbeda.")
OCCUPIED = N_("Masih ada %(count)s pegawai aktif di unit ini. Pindahkan dulu mereka ke unit lain.")


def add_agency(session: Session, facts: AgencyFacts, *, by: Actor | None, now: datetime) -> Agency:
    _check_agency(session, facts, None)
    agency = Agency(**asdict(facts))
    session.add(agency)
    session.flush()
    change = Change("agency:added", "agency", agency.id, agency.id, *difference({}, asdict(facts)))
    tell(session, change, by=by, now=now)
    return agency


def edit_agency(
    session: Session, agency: Agency, facts: AgencyFacts, *, by: Actor | None, now: datetime
) -> None:
    _check_agency(session, facts, agency.id)
    before, after = difference({name: getattr(agency, name) for name in asdict(facts)}, asdict(facts))
    if not after:
        return
    for name, value in asdict(facts).items():
        setattr(agency, name, value)
    tell(
        session,
        Change("agency:changed", "agency", agency.id, agency.id, before, after),
        by=by,
        now=now,
    )


def _check_agency(session: Session, facts: AgencyFacts, agency_id: uuid.UUID | None) -> None:
    taken = sa.select(Agency.id).where(sa.func.lower(Agency.name) == facts.name.lower())
    if session.scalar(taken.limit(1)) not in {None, agency_id}:
        raise Invalid(N_("Instansi dengan nama ini sudah terdaftar."), field="name")


def add_unit(
    session: Session,
    agency_id: uuid.UUID,
    facts: UnitFacts,
    *,
    parent_id: uuid.UUID | None,
    since: date | None,
    by: Actor | None,
    now: datetime,
) -> Unit:
    _check_code(session, agency_id, facts.code, None)
    _check_parent(session, agency_id, parent_id)
    _check_begun(session, agency_id, since, now)
    unit = Unit(agency_id=agency_id, parent_id=parent_id, valid_from=since, **asdict(facts))
    session.add(unit)
    session.flush()
    after = asdict(facts) | {"parent_id": parent_id, "valid_from": since}
    tell(
        session,
        Change("unit:added", "unit", unit.id, agency_id, *difference({}, after)),
        by=by,
        now=now,
    )
    return unit


def edit_unit(
    session: Session,
    unit: Unit,
    facts: UnitFacts,
    *,
    parent_id: uuid.UUID | None,
    since: date | None = None,
    by: Actor | None,
    now: datetime,
) -> Unit:
    """Correct, rename or move a unit. With `since` the change is a new validity: the unit as it was stays until the
    day before, and its persons and the units below go on in the new one, which is returned."""
    _check_present(unit)
    _check_code(session, unit.agency_id, facts.code, unit.id)
    _check_parent(session, unit.agency_id, parent_id, unit.id)
    values = asdict(facts) | {"parent_id": parent_id}
    before, after = difference({name: getattr(unit, name) for name in values}, values)
    if not after:
        return unit
    if since is not None:
        return _renewed(session, unit, facts, parent_id, since, by=by, now=now)
    for name, value in values.items():
        setattr(unit, name, value)
    tell(
        session,
        Change("unit:changed", "unit", unit.id, unit.agency_id, before, after),
        by=by,
        now=now,
    )
    return unit


def _renewed(
    session: Session,
    unit: Unit,
    facts: UnitFacts,
    parent_id: uuid.UUID | None,
    since: date,
    *,
    by: Actor | None,
    now: datetime,
) -> Unit:
    if unit.valid_from and since <= unit.valid_from:
        raise Invalid(
            N_("Tanggal berlaku harus sesudah %(day)s, saat unit ini mulai berlaku."),
            field="since",
            day=f"{unit.valid_from:%d-%m-%Y}",
        )
    _check_begun(session, unit.agency_id, since, now)
    unit.valid_to = since - timedelta(days=1)
    session.flush()
    new = Unit(agency_id=unit.agency_id, parent_id=parent_id, valid_from=since, **asdict(facts))
    session.add(new)
    session.flush()
    session.execute(sa.update(Person).where(Person.unit_id == unit.id).values(unit_id=new.id))
    below_it = sa.update(Unit).where(Unit.parent_id == unit.id, Unit.valid_to.is_(None))
    session.execute(below_it.values(parent_id=new.id))
    before, after = difference(
        {"name": unit.name, "code": unit.code, "unit_id": unit.id, "valid_from": unit.valid_from},
        {"name": new.name, "code": new.code, "unit_id": new.id, "valid_from": since},
    )
    change = Change("unit:renewed", "unit", new.id, unit.agency_id, before, after)
    tell(session, change, by=by, now=now)
    return new


def close_unit(session: Session, unit: Unit, *, last_day: date, by: Actor | None, now: datetime) -> None:
    """End a unit that nobody works in any more and that has no unit below it."""
    _check_present(unit)
    people = sa.select(sa.func.count()).where(Person.unit_id == unit.id, Person.status == PersonStatus.ACTIVE)
    if count := session.scalar(people):
        raise Invalid(OCCUPIED, field="last_day", count=count)
    children = sa.select(sa.func.count()).where(Unit.parent_id == unit.id, Unit.valid_to.is_(None))
    if count := session.scalar(children):
        raise Invalid(
            N_("Masih ada %(count)s unit di bawah unit ini. Pindahkan atau tutup dulu unit-unit itu."),
            field="last_day",
            count=count,
        )
    if unit.valid_from and last_day < unit.valid_from:
        raise Invalid(N_("Tanggal tutup tidak boleh sebelum unit mulai berlaku."), field="last_day")
    unit.valid_to = last_day
    before, after = difference({"valid_to": None}, {"valid_to": last_day})
    tell(
        session,
        Change("unit:closed", "unit", unit.id, unit.agency_id, before, after),
        by=by,
        now=now,
    )


def _check_present(unit: Unit) -> None:
    if unit.valid_to is not None:
        raise Invalid(N_("Unit ini sudah ditutup dan tidak dapat diubah lagi."), field="name")


def _check_begun(session: Session, agency_id: uuid.UUID, since: date | None, now: datetime) -> None:
    """The tree shows what is valid, without looking at the day: so nothing may be valid from a later day on."""
    if since and since > today(now, session.get_one(Agency, agency_id)):
        raise Invalid(NOT_YET, field="since")


def _check_code(session: Session, agency_id: uuid.UUID, code: str, unit_id: uuid.UUID | None) -> None:
    taken = sa.select(Unit.id).where(Unit.agency_id == agency_id, Unit.code == code, Unit.valid_to.is_(None))
    if session.scalar(taken) not in {None, unit_id}:
        raise Invalid(TAKEN_CODE, field="code", code=code)


def _check_parent(
    session: Session,
    agency_id: uuid.UUID,
    parent_id: uuid.UUID | None,
    unit_id: uuid.UUID | None = None,
) -> None:
    """The parent is a present unit of the same agency and not below the unit itself."""
    if parent_id is None:
        return
    units = units_in(session, agency_id)
    if parent_id not in {unit.id for unit in units}:
        raise Invalid(N_("Unit induk ini tidak ada di instansi Anda."), field="parent_id")
    if unit_id and parent_id in below(units, unit_id):
        raise Invalid(
            N_("Unit tidak dapat berada di bawah dirinya sendiri. Pilih induk yang lain."),
            field="parent_id",
        )
