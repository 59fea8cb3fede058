"""Rows of units against the tree of an agency: what each would do, and doing it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import N_
from lms.events import publish
from lms.people import person_rows, readings
from lms.people.columns import UNITS
from lms.people.events import Change, RecordsChanged
from lms.people.models import Import, RowState, Unit
from lms.people.person_rows import EMPTY, short_text
from lms.people.queries import heads, named_pairs, units_in
from lms.people.records import UnitFacts
from lms.people.row_writing import compared, place, save
from lms.people.services import NOT_YET
from lms.people.structure import OCCUPIED, edit_unit
from lms.people.tree import circles
from lms.people.verdicts import Verdict
from lms.problems import Problem

Values = Mapping[str, str]
FIELDS: dict[str, Any] = {
    "code": str,
    "name": str,
    "kind": str,
    "kemendagri_code": str,
    "valid_from": date.fromisoformat,
    "valid_to": date.fromisoformat,
}
KEPT = [*FIELDS, "agency_id", "parent_id", "zone"]
REQUIRED = {column.field: column.label for column in UNITS if column.required}


@dataclass(frozen=True)
class Known:
    """The present units of the agency, and who works where."""

    agency_id: uuid.UUID
    units: Mapping[str, Unit]
    codes: Mapping[uuid.UUID, str]
    ended: Collection[tuple[str, date]]
    heads: Mapping[uuid.UUID, int]


UnitVerdict = Verdict[Unit]


def read(cells: Mapping[str, str], today: date) -> tuple[dict[str, str], list[Problem]]:
    """Values by field as text. An empty cell gives no value and therefore changes nothing."""
    values: dict[str, str] = {}
    problems = [
        Problem(EMPTY, name, {"label": label}) for name, label in REQUIRED.items() if not cells.get(name)
    ]
    for name, text in cells.items():
        meaning = _meaning(name, text) if text else ""
        if isinstance(meaning, Problem):
            problems.append(meaning)
        elif meaning:
            values[name] = meaning.isoformat() if isinstance(meaning, dt.date) else meaning
    return values, problems + _date_problems(values, today)


def _meaning(name: str, text: str) -> str | date | Problem:
    if name in {"valid_from", "valid_to"}:
        return readings.day(text, name)
    return readings.kemendagri_code(text) if name == "kemendagri_code" else short_text(text, name)


def _date_problems(values: Values, today: date) -> list[Problem]:
    last = values.get("valid_to")
    if values.get("valid_from", "") > today.isoformat():
        return [Problem(NOT_YET, "valid_from")]
    if last is None:
        return []
    if last < values.get("valid_from", ""):
        sentence = N_("Tanggal “berlaku sampai” lebih awal daripada “berlaku dari”. Periksa keduanya.")
        return [Problem(sentence, "valid_to")]
    if last > today.isoformat():
        sentence = N_(
            "Tanggal “berlaku sampai” belum lewat. Kosongkan dulu, lalu tutup unit ini pada harinya."
        )
        return [Problem(sentence, "valid_to")]
    return []


def repeated(rows: Mapping[int, Values]) -> dict[int, Problem]:
    """Rows whose code also stands in another row; a unit that was may share its code with the one that is."""
    present = {row: values.get("code", "") for row, values in rows.items() if "valid_to" not in values}
    codes = person_rows.repeated(present)
    sentence = N_("Kode unit ini juga ada di baris %(row)s. Hapus salah satunya.")
    return {row: Problem(sentence, "code", {"row": other}) for row, other in codes.items()}


def judge(
    session: Session, agency_id: uuid.UUID, rows: Mapping[int, Values], *, now: datetime
) -> list[UnitVerdict]:
    """What each row would do."""
    here = known(session, agency_id)
    verdicts = [_judged(here, number, values) for number, values in rows.items()]
    _place_parents(here, rows, verdicts)
    return verdicts


def known(session: Session, agency_id: uuid.UUID, *, lock: bool = False) -> Known:
    if lock:
        own = sa.select(Unit.id).where(Unit.agency_id == agency_id)
        session.execute(own.order_by(Unit.id).with_for_update())
    units = units_in(session, agency_id, past=True)
    present = [unit for unit in units if unit.valid_to is None]
    return Known(
        agency_id,
        {unit.code: unit for unit in present},
        {unit.id: unit.code for unit in present},
        {(unit.code, unit.valid_to) for unit in units if unit.valid_to},
        heads(session, agency_id),
    )


def _judged(here: Known, number: int, values: Values) -> UnitVerdict:
    unit = here.units.get(values["code"])
    last = FIELDS["valid_to"](values["valid_to"]) if "valid_to" in values else None
    if unit is None and (values["code"], last) in here.ended:
        return Verdict(number, RowState.UNCHANGED)
    if unit and last and here.heads.get(unit.id):
        problem = Problem(OCCUPIED, "valid_to", {"count": here.heads[unit.id]})
        return Verdict(number, RowState.WRONG, [problem])
    record = {name: FIELDS[name](values[name]) for name in FIELDS if name in values}
    before = {name: getattr(unit, name) for name in KEPT} if unit else {"agency_id": here.agency_id}
    return compared(number, unit, before, record)


def _place_parents(here: Known, rows: Mapping[int, Values], verdicts: Sequence[UnitVerdict]) -> None:
    """Judge the places in the tree: the parent is there or comes with this file, and nobody is their own ancestor."""
    named = {values["code"] for values in rows.values()}
    parents: dict[str, str | None] = {
        code: here.codes.get(unit.parent_id) if unit.parent_id else None for code, unit in here.units.items()
    }
    placed = [
        v
        for v in verdicts
        if "parent" in rows[v.number] and (v.state is RowState.NEW or (v.found and not v.is_wrong))
    ]
    for verdict in placed:
        code, parent = rows[verdict.number]["code"], rows[verdict.number]["parent"]
        if parent not in named and parent not in here.units:
            sentence = N_("Unit induk “%(found)s” tidak dikenal dan tidak ada di berkas ini.")
            verdict.refuse(Problem(sentence, "parent", {"found": parent[:60]}))
        elif parents.get(code) != parent:
            verdict.differs("parent", parents.get(code), parent)
            parents[code] = parent
    odd = circles(parents)
    for verdict in (v for v in placed if not v.is_wrong and rows[v.number]["code"] in odd):
        sentence = N_("Unit ini berada di bawah dirinya sendiri melalui unit induknya. Periksa kode induk.")
        verdict.refuse(Problem(sentence, "parent"))


def write(
    session: Session, imported: Import, rows: Mapping[int, Values], now: datetime
) -> Sequence[UnitVerdict]:
    """Judge these rows again, as things are now, and save what differs; an unchanged row is not written."""
    here = known(session, imported.agency_id, lock=True)
    verdicts = [_judged(here, number, values) for number, values in rows.items()]
    for verdict in (v for v in verdicts if v.found and _is_renewal(v)):
        _renew(session, imported, verdict, now)
    ids = {v.number: v.found.id if v.found else new_id() for v in verdicts}
    plainly = [v for v in verdicts if v.writes and not (v.found and _is_renewal(v))]
    if plainly:
        blank = dict.fromkeys(KEPT) | {"kind": ""}
        save(session, Unit, KEPT, [blank | v.record | {"id": ids[v.number]} for v in plainly])
        changes = tuple(_change(imported, v, ids[v.number]) for v in plainly)
        publish(session, RecordsChanged(changes, imported.created_by, now))
    return verdicts


def _is_renewal(verdict: UnitVerdict) -> bool:
    """A new name from a later day on: the unit as it was stays."""
    starts, was = str(verdict.after.get("valid_from") or ""), str(verdict.before.get("valid_from") or "")
    return "name" in verdict.after and starts > was


def _renew(session: Session, imported: Import, verdict: UnitVerdict, now: datetime) -> None:
    unit, record = verdict.found, verdict.record
    assert unit is not None
    facts = UnitFacts(**{name: record[name] for name in ("code", "name", "kind", "zone", "kemendagri_code")})
    edit_unit(
        session,
        unit,
        facts,
        parent_id=unit.parent_id,
        since=record["valid_from"],
        by=None,
        now=now,
    )


def _change(imported: Import, verdict: UnitVerdict, unit_id: uuid.UUID) -> Change:
    act = "unit:added" if verdict.found is None else "unit:changed"
    return Change(act, "unit", unit_id, imported.agency_id, verdict.before, verdict.after)


def finish(session: Session, imported: Import, now: datetime) -> None:
    """The second pass: places in the tree, in one statement, when every unit is there."""
    units = {unit.code: unit for unit in units_in(session, imported.agency_id)}
    named = named_pairs(session, imported.id, "code", "parent")
    found = [(units[own], units[above]) for own, above in named.items() if {own, above} <= units.keys()]
    pairs = [
        (own.id, own.parent_id, above.id)
        for own, above in found
        if own is not above and own.parent_id != above.id
    ]
    place(session, imported, Unit.parent_id, "unit", pairs, now=now)
