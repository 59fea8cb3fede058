"""Rows of people against the directory: what each would do, and doing it, in statements that do not grow with the rows."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from lms.access import Role
from lms.database import new_id
from lms.errors import N_
from lms.events import publish
from lms.people import person_rows
from lms.people.events import Change, PersonAdded, RecordsChanged
from lms.people.models import (
    Agency,
    EmployeeNumber,
    EmploymentType,
    Grant,
    Import,
    Person,
    PersonStatus,
    PositionType,
    RowState,
    Unit,
)
from lms.people.queries import named_pairs
from lms.people.row_writing import compared, place, save
from lms.people.services import (
    ELSEWHERE,
    LAST_ADMIN,
    OF_OPERATOR,
    OLD_NUMBER,
    TAKEN_MAIL,
    leave,
    plain,
    today,
)
from lms.people.verdicts import Verdict
from lms.problems import Problem

Values = Mapping[str, str]

# Fields of a row that are columns of a person, and how their text becomes a value.
FIELDS: dict[str, Any] = {
    "full_name": str,
    "front_title": str,
    "back_title": str,
    "email": str,
    "phone": str,
    "employment_type": EmploymentType,
    "grade": str,
    "rank_name": str,
    "position": str,
    "position_type": PositionType,
    "position_level": str,
    "position_since": date.fromisoformat,
    "status": PersonStatus,
}
# Given beside the statement: thousands of numbers inside one would stay in the memory of compiled statements.
_WANTED = sa.bindparam("wanted", type_=ARRAY(sa.Text))
KEPT = [*FIELDS, "unit_id", "agency_id", "superior_id"]


@dataclass(frozen=True)
class Known:
    """What the directory holds about the people and units that rows speak of."""

    agency_id: uuid.UUID
    people: Mapping[str, Person]
    ended: Collection[str]
    units: Mapping[str, uuid.UUID]
    unit_names: Mapping[str, str]
    mails: Mapping[str, uuid.UUID]
    admins: Collection[uuid.UUID]
    operators: Collection[uuid.UUID]


PersonVerdict = Verdict[Person]


def read(cells: Mapping[str, str], today: date) -> tuple[dict[str, str], list[Problem]]:
    return person_rows.read(cells, today=today)


def repeated(rows: Mapping[int, Values]) -> dict[int, Problem]:
    """Rows that name the same person or the same address as another row."""
    numbers = person_rows.repeated({row: values.get("number", "") for row, values in rows.items()})
    mails = person_rows.repeated({row: values.get("email", "") for row, values in rows.items()})
    twice = N_("NIP ini juga ada di baris %(row)s. Hapus salah satunya.")
    shared = N_("Alamat surel ini juga ada di baris %(row)s. Setiap orang memakai alamat sendiri.")
    return {row: Problem(shared, "email", {"row": other}) for row, other in mails.items()} | {
        row: Problem(twice, "number", {"row": other}) for row, other in numbers.items()
    }


def known(session: Session, agency_id: uuid.UUID, rows: Iterable[Values], *, lock: bool = False) -> Known:
    """Everything that judging these rows needs, in four statements however many they are."""
    wanted = {values[name] for values in rows for name in ("number", "superior") if name in values}
    addresses = {values["email"] for values in rows if "email" in values}
    people = sa.select(EmployeeNumber.number, EmployeeNumber.valid_to, Person).join(
        Person, Person.id == EmployeeNumber.person_id
    )
    people = people.where(EmployeeNumber.number == sa.any_(_WANTED))
    if lock:
        people = people.order_by(Person.id).with_for_update(of=Person)
    found = session.execute(people.execution_options(populate_existing=True), {"wanted": list(wanted)}).all()
    units = session.execute(
        sa.select(Unit.code, Unit.id, Unit.name).where(Unit.agency_id == agency_id, Unit.valid_to.is_(None))
    ).all()
    lower = sa.func.lower(Person.email)
    mails = session.execute(
        sa.select(lower, Person.id).where(lower == sa.any_(_WANTED)), {"wanted": list(addresses)}
    ).all()
    guarded = session.execute(
        sa.select(Grant.role, Grant.person_id).where(
            sa.or_(
                sa.and_(Grant.agency_id == agency_id, Grant.role == Role.ADMIN), Grant.role == Role.OPERATOR
            )
        )
    ).all()
    present = {number: person for number, ended, person in found if ended is None}
    return Known(
        agency_id,
        present,
        {number for number, ended, _ in found if ended is not None} - present.keys(),
        {code: unit_id for code, unit_id, _ in units},
        {code: name for code, _, name in units},
        {row[0]: row[1] for row in mails},
        [person_id for role, person_id in guarded if role is Role.ADMIN],
        [person_id for role, person_id in guarded if role is Role.OPERATOR],
    )


def judge(
    session: Session, agency_id: uuid.UUID, rows: Mapping[int, Values], *, now: datetime
) -> list[PersonVerdict]:
    """What each row would do."""
    here = known(session, agency_id, rows.values())
    verdicts = _alone(here, rows)
    _place_superiors(here, rows, verdicts)
    return verdicts


def _alone(here: Known, rows: Mapping[int, Values]) -> list[PersonVerdict]:
    """What each row would do, superiors aside."""
    leaving = {
        here.people[values["number"]].id
        for values in rows.values()
        if values.get("status") in {PersonStatus.RETIRED, PersonStatus.MOVED}
        and values.get("number") in here.people
    }
    none_left = bool(here.admins) and set(here.admins) <= leaving
    return [_judged(here, number, values, none_left) for number, values in rows.items()]


def _judged(here: Known, number: int, values: Values, none_left: bool) -> PersonVerdict:
    person = here.people.get(values["number"])
    problems = [
        *_number_problems(here, values, person),
        *_unit_problems(here, values),
        *_mail_problems(here, values, person),
    ]
    if person and person.id in here.operators and values["status"] != PersonStatus.ACTIVE:
        problems.append(Problem(OF_OPERATOR, "status"))
    if none_left and person and person.id in here.admins:
        problems.append(Problem(LAST_ADMIN, "status", {"name": person.full_name}))
    if problems:
        return Verdict(number, RowState.WRONG, problems)
    record = {name: FIELDS[name](values[name]) for name in FIELDS if name in values}
    record |= {"unit_id": here.units[values["unit_code"]], "agency_id": here.agency_id}
    before = {name: getattr(person, name) for name in KEPT} if person else {}
    if before and before["agency_id"] != here.agency_id:
        record["superior_id"] = None
    return compared(number, person, before, record)


def _number_problems(here: Known, values: Values, person: Person | None) -> list[Problem]:
    if values["number"] in here.ended:
        return [Problem(OLD_NUMBER, "number")]
    if person is None or person.agency_id == here.agency_id:
        return []
    comes = person.status is PersonStatus.MOVED and values["status"] == PersonStatus.ACTIVE
    return [] if comes else [Problem(ELSEWHERE, "number")]


def _unit_problems(here: Known, values: Values) -> list[Problem]:
    code = values["unit_code"]
    if code in here.units:
        return []
    name = values.get("unit_name", "")
    close = difflib.get_close_matches(name or code, here.unit_names.values(), n=1, cutoff=0.75)
    codes = difflib.get_close_matches(code, here.units, n=1, cutoff=0.75)
    if not close and not codes:
        sentence = N_("Kode unit “%(found)s” tidak dikenal. Impor atau tambahkan unit ini lebih dulu.")
        return [Problem(sentence, "unit_code", {"found": code[:60]})]
    likely = next((c for c, n in here.unit_names.items() if close and n == close[0]), None) or codes[0]
    sentence = N_("Kode unit “%(found)s” tidak dikenal. Maksud Anda %(code)s (%(name)s)?")
    return [
        Problem(sentence, "unit_code", {"found": code[:60], "code": likely, "name": here.unit_names[likely]})
    ]


def _mail_problems(here: Known, values: Values, person: Person | None) -> list[Problem]:
    owner = here.mails.get(values.get("email", ""))
    if person and person.id in here.operators and "email" in values and owner != person.id:
        return [Problem(OF_OPERATOR, "email")]
    return [Problem(TAKEN_MAIL, "email")] if owner and (person is None or owner != person.id) else []


def _place_superiors(here: Known, rows: Mapping[int, Values], verdicts: Sequence[PersonVerdict]) -> None:
    """Judge the superiors once it is known which rows are right: one of them may be the superior of another."""
    right = {rows[v.number]["number"] for v in verdicts if not v.is_wrong}
    named = {values["number"] for values in rows.values()}
    for verdict in verdicts:
        superior = rows[verdict.number].get("superior")
        if superior is None or verdict.is_wrong:
            continue
        problem = _superior_problem(here, rows[verdict.number], named)
        if problem:
            verdict.refuse(problem)
        else:
            _place_superior(here, verdict, superior, right)


def _superior_problem(here: Known, values: Values, named: Collection[str]) -> Problem | None:
    superior = values["superior"]
    if superior == values["number"]:
        sentence = N_("Seseorang tidak dapat menjadi atasan dirinya sendiri. Isi NIP atasan.")
        return Problem(sentence, "superior")
    person = here.people.get(superior)
    if superior in named or (person and person.agency_id == here.agency_id):
        return None
    sentence = N_("NIP atasan tidak ditemukan di instansi ini maupun di berkas ini. Periksa angkanya.")
    return Problem(sentence, "superior")


def _place_superior(here: Known, verdict: PersonVerdict, superior: str, right: Collection[str]) -> None:
    person = here.people.get(superior)
    held = verdict.found.superior_id if verdict.found else None
    kept = person is not None and person.agency_id == here.agency_id
    if (kept and person and person.id == held) or not (kept or superior in right):
        return
    verdict.differs("superior", plain(held), superior)


def write(
    session: Session, imported: Import, rows: Mapping[int, Values], now: datetime
) -> Sequence[PersonVerdict]:
    """Judge these rows again, as things are now, and save what differs; an unchanged row is not written."""
    here = known(session, imported.agency_id, rows.values(), lock=True)
    verdicts = _alone(here, rows)
    new = [v for v in verdicts if v.state is RowState.NEW]
    ids = {v.number: v.found.id if v.found else new_id() for v in verdicts}
    changed = [v for v in verdicts if v.writes]
    if changed:
        _save(session, [v.record | {"id": ids[v.number]} for v in changed])
    if new:
        day = today(now, session.get_one(Agency, imported.agency_id))
        _number(session, [(ids[v.number], rows[v.number]) for v in new], day)
    left = [v for v in changed if v.record.get("status", PersonStatus.ACTIVE) is not PersonStatus.ACTIVE]
    gone = [v.found.id for v in left if v.found and v.before.get("status") == PersonStatus.ACTIVE]
    if gone:
        leave(session, gone, now=now)
    added = [ids[v.number] for v in new if v not in left]
    if added:
        publish(session, PersonAdded(tuple(added), imported.invites, now))
    _tell(session, imported, changed, ids, now)
    return verdicts


def _save(session: Session, records: Sequence[dict[str, Any]]) -> None:
    """One statement for the new and the changed; every record has every column."""
    empty: dict[str, Any] = {"front_title": "", "back_title": "", "position": "", "position_level": ""}
    blank = dict.fromkeys(KEPT) | empty | {"status": PersonStatus.ACTIVE}
    save(session, Person, KEPT, [blank | record for record in records])


def _number(session: Session, given: Sequence[tuple[uuid.UUID, Values]], since: date) -> None:
    session.execute(
        sa.insert(EmployeeNumber),
        [
            {
                "person_id": person_id,
                "number": values["number"],
                "kind": values["number_kind"],
                "valid_from": since,
            }
            for person_id, values in given
        ],
    )


def _tell(
    session: Session,
    imported: Import,
    verdicts: Sequence[PersonVerdict],
    ids: Mapping[int, uuid.UUID],
    now: datetime,
) -> None:
    changes = tuple(
        Change(
            "person:added" if v.state is RowState.NEW else "person:changed",
            "person",
            ids[v.number],
            imported.agency_id,
            {k: old for k, old in v.before.items() if old is not None},
            {k: new for k, new in v.after.items() if new not in {None, ""}},
        )
        for v in verdicts
    )
    if changes:
        publish(session, RecordsChanged(changes, imported.created_by, now))


def finish(session: Session, imported: Import, now: datetime) -> None:
    """The second pass: superiors, when everybody is there.

    Rows find their people here and not by a join: of a table that was empty a moment ago the database still believes
    that it is, and plans to compare everybody with everybody.
    """
    named = named_pairs(session, imported.id, "number", "superior")
    people = _numbered(session, imported.agency_id, {*named, *named.values()})
    found = [(people[own], people[above]) for own, above in named.items() if {own, above} <= people.keys()]
    pairs = [
        (own.id, own.superior_id, above.id)
        for own, above in found
        if own.id != above.id and own.superior_id != above.id
    ]
    place(session, imported, Person.superior_id, "person", pairs, now=now)


def _numbered(
    session: Session, agency_id: uuid.UUID, numbers: Collection[str]
) -> dict[str, sa.Row[str, uuid.UUID, uuid.UUID | None]]:
    rows = session.execute(
        sa.select(EmployeeNumber.number, Person.id, Person.superior_id)
        .join(Person, Person.id == EmployeeNumber.person_id)
        .where(
            EmployeeNumber.number == sa.any_(_WANTED),
            EmployeeNumber.valid_to.is_(None),
            Person.agency_id == agency_id,
        ),
        {"wanted": list(numbers)},
    )
    return {row.number: row for row in rows}
