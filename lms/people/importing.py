"""An import's way: a sheet is taken in, its columns are named, it is tried out, confirmed, and saved in portions."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.database import Model
from lms.errors import N_, Conflict, Invalid, NotFound
from lms.events import publish
from lms.people import person_import, sheets, unit_import
from lms.people.cells import Row
from lms.people.columns import IGNORED, PEOPLE, UNITS, Column, folded, guess, missing
from lms.people.events import Change, ImportConfirmed
from lms.people.models import Agency, Import, ImportKind, ImportRow, ImportState, RowState
from lms.people.queries import rows_of
from lms.people.services import tell, today
from lms.people.verdicts import Verdict
from lms.problems import Problem

COLUMNS: dict[ImportKind, Sequence[Column]] = {ImportKind.PEOPLE: PEOPLE, ImportKind.UNITS: UNITS}
# Each reads, judges, writes and finishes the rows of its kind.
SCHEMES: dict[ImportKind, ModuleType] = {ImportKind.PEOPLE: person_import, ImportKind.UNITS: unit_import}
PORTION = 500  # rows saved in one transaction
KEPT = timedelta(days=30)
_EMPTY = {"", "-", "–", "—"}
_LONGEST_NAME = 200
DESTROYED = N_(
    "Excel sudah membulatkan angka panjang di sel ini, sehingga angka belakangnya hilang. Ubah kolomnya menjadi teks, lalu isi ulang dari data asli."
)


class RowsWentWrong(Exception):
    """An import that was to be saved as a whole has rows that are wrong by now."""


def take_in(
    session: Session,
    agency_id: uuid.UUID,
    kind: ImportKind,
    *,
    filename: str,
    data: bytes,
    by: Actor | None,
    now: datetime,
) -> Import:
    """Keep the rows of an uploaded sheet and guess its columns. Raises Invalid (field "file")."""
    head, *rows = sheets.read(data)
    if not rows:
        raise Invalid(N_("Berkas hanya berisi baris judul. Isi datanya, lalu unggah lagi."), field="file")
    width = max(len(row.cells) for row in (head, *rows))
    header = [*head.cells, *[""] * (width - len(head.cells))]
    imported = Import(
        agency_id=agency_id,
        kind=kind,
        filename=" ".join(filename.split())[-_LONGEST_NAME:],
        header=header,
        mapping=guess(header, COLUMNS[kind]),
        total=len(rows),
        created_by=by.id if by else None,
        created_at=now,
    )
    session.add(imported)
    session.flush()
    _keep_cells(session, imported.id, rows)
    return imported


def _keep_cells(session: Session, import_id: uuid.UUID, rows: Sequence[Row]) -> None:
    """Keep many rows in one statement."""
    sent = _records(number=sa.Integer, cells=JSONB, destroyed=JSONB)
    blank = sa.cast({}, JSONB)
    kept = sa.insert(Model.metadata.tables[ImportRow.__tablename__]).from_select(
        ["import_id", "number", "cells", "destroyed", "state", "values", "detail"],
        sa.select(
            sa.literal(import_id),
            sent.c.number,
            sent.c.cells,
            sent.c.destroyed,
            sa.literal(RowState.OPEN.value),
            blank,
            blank,
        ),
    )
    records = [{"number": row.number, "cells": row.cells, "destroyed": sorted(row.destroyed)} for row in rows]
    session.execute(kept, {"records": records})


def _records(**columns: Any) -> Any:
    """Many rows as one parameter, "records", which the database reads as a table.

    Its value is given beside the statement: what stands inside one stays in the memory of compiled statements.
    """
    table = sa.func.jsonb_to_recordset(sa.bindparam("records", type_=JSONB)).table_valued(
        *(sa.column(name, kind) for name, kind in columns.items()), name="sent"
    )
    return table.render_derived(with_types=True)


def name_columns(session: Session, imported: Import, mapping: Sequence[str], *, now: datetime) -> None:
    """Say which column fills which field ("-": none), and try the import out. Raises Invalid, "column-3" as field."""
    if imported.state not in {ImportState.MAPPING, ImportState.CHECKED}:
        raise Conflict
    _check_columns(imported, mapping)
    imported.mapping = list(mapping)
    try_out(session, imported, now=now)


def _check_columns(imported: Import, mapping: Sequence[str]) -> None:
    columns = COLUMNS[imported.kind]
    if len(mapping) != len(imported.header):
        raise Conflict
    for at, name in enumerate(mapping):
        if name not in {IGNORED, *(column.field for column in columns)}:
            raise Invalid(
                N_("Pilih arti kolom ini, atau pilih “abaikan” bila tidak diperlukan."), field=f"column-{at}"
            )
        if name != IGNORED and name in mapping[:at]:
            raise Invalid(
                N_("Arti ini sudah dipakai kolom lain. Satu arti hanya untuk satu kolom."),
                field=f"column-{at}",
            )
    if absent := missing(mapping, columns):
        raise Invalid(
            N_("Kolom wajib “%(name)s” belum ada. Pilih kolomnya di bawah, atau lengkapi berkas Anda."),
            field="column-0",
            name=absent[0].name,
        )


def try_out(session: Session, imported: Import, *, now: datetime) -> None:
    """Judge every row against the directory as it is; nothing of it is saved but the verdicts."""
    agency = session.get_one(Agency, imported.agency_id)
    scheme = SCHEMES[imported.kind]
    rows = rows_of(session, imported.id)
    verdicts: dict[int, dict[str, Any]] = {}
    right: dict[int, dict[str, str]] = {}
    for row in rows:
        values, problems = _read(imported, row, today(now, agency))
        verdicts[row.number] = _wrong(row.number, problems, values)
        right |= {} if problems else {row.number: values}
    for number, problem in scheme.repeated(right).items():
        verdicts[number] = _wrong(number, [problem], right.pop(number))
    for verdict in scheme.judge(session, imported.agency_id, right, now=now):
        verdicts[verdict.number] = _row(verdict, right[verdict.number])
    _keep(session, imported.id, list(verdicts.values()))
    _count(imported, verdicts.values())
    imported.state = ImportState.CHECKED


def _read(imported: Import, row: ImportRow, day: date) -> tuple[dict[str, str], list[Problem]]:
    cells = {
        name: "" if text in _EMPTY else text
        for name, text in zip(imported.mapping, row.cells, strict=False)
        if name != IGNORED
    }
    values, problems = SCHEMES[imported.kind].read(cells, day)
    lost = [imported.mapping[at] for at in row.destroyed if imported.mapping[at] != IGNORED]
    kept = [problem for problem in problems if problem.field not in lost]
    return values, [*(Problem(DESTROYED, name) for name in lost), *kept]


def _wrong(number: int, problems: Sequence[Problem], values: Mapping[str, str]) -> dict[str, Any]:
    return _row(Verdict[object](number, RowState.WRONG, list(problems)), values)


def _row(verdict: Verdict[Any], values: Mapping[str, str]) -> dict[str, Any]:
    detail = {
        "problems": [
            {"message": p.message, "field": p.field, "values": dict(p.values)} for p in verdict.problems
        ],
        "before": verdict.before,
        "after": verdict.after,
    }
    return {
        "number": verdict.number,
        "state": verdict.state.value,
        "values": dict(values),
        "detail": {name: value for name, value in detail.items() if value},
    }


def _keep(session: Session, import_id: uuid.UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many verdicts in one statement."""
    sent = _records(number=sa.Integer, state=sa.Text, values=JSONB, detail=JSONB)
    kept = (
        sa.update(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.number == sent.c.number)
        .values(
            state=sa.cast(sent.c.state, sa.Text),
            values=sent.c["values"],
            detail=sent.c.detail,
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(kept, {"records": list(rows)})
    session.expire_all()


def _count(imported: Import, rows: Any) -> None:
    counts = Counter(row["state"] for row in rows)
    imported.counts = {state.value: counts[state.value] for state in RowState if state is not RowState.OPEN}


def to_save(imported: Import) -> int:
    """How many rows would be written."""
    return int(imported.counts["new"]) + int(imported.counts["changed"])


def confirm(
    session: Session, imported: Import, *, whole: bool, invites: bool, by: Actor | None, now: datetime
) -> None:
    """Have it saved by a job: the right rows, or (`whole`) all rows or none. A second time changes nothing."""
    if imported.state is not ImportState.CHECKED:
        return
    if whole and imported.counts["wrong"]:
        raise Invalid(
            N_(
                "Masih ada %(count)s baris bermasalah, jadi belum ada yang disimpan. Perbaiki baris itu di berkas, lalu unggah lagi."
            ),
            field="whole",
            count=imported.counts["wrong"],
        )
    if not to_save(imported):
        raise Invalid(N_("Tidak ada baris baru atau berubah, jadi tidak ada yang perlu disimpan."))
    imported.state, imported.whole, imported.invites = ImportState.SAVING, whole, invites
    after = {"filename": imported.filename, "kind": imported.kind.value, **imported.counts}
    change = Change("import:confirmed", "import", imported.id, imported.agency_id, {}, after)
    tell(session, change, by=by, now=now)
    publish(session, ImportConfirmed(imported.id))


def cancel(session: Session, imported: Import, *, now: datetime) -> None:
    """Leave an import that was not confirmed, and forget its rows at once."""
    if imported.state not in {ImportState.MAPPING, ImportState.CHECKED}:
        raise Conflict
    imported.state, imported.finished_at = ImportState.CANCELLED, now
    session.execute(sa.delete(ImportRow).where(ImportRow.import_id == imported.id))


def save_portion(session: Session, import_id: uuid.UUID, *, now: datetime) -> bool:
    """Save the next rows; False when there are none left. Whoever takes over after a crash goes on where it stood."""
    imported = session.scalars(
        sa.select(Import).where(Import.id == import_id).with_for_update()
    ).one_or_none()
    if imported is None or imported.state is not ImportState.SAVING:
        return False
    states = (RowState.NEW, RowState.CHANGED)
    rows = rows_of(session, import_id, *states, after=imported.saved_to, limit=PORTION)
    if not rows:
        _finish(session, imported, now=now)
        return False
    values = {row.number: row.values for row in rows}
    verdicts = SCHEMES[imported.kind].write(session, imported, values, now)
    late = [_row(verdict, values[verdict.number]) for verdict in verdicts if verdict.is_wrong]
    if late and imported.whole:
        raise RowsWentWrong
    if late:
        _keep(session, import_id, late)
    imported.saved_to = rows[-1].number
    return True


def _finish(session: Session, imported: Import, *, now: datetime) -> None:
    SCHEMES[imported.kind].finish(session, imported, now)
    rows = session.execute(
        sa.select(ImportRow.state, sa.func.count())
        .where(ImportRow.import_id == imported.id)
        .group_by(ImportRow.state)
    )
    imported.counts = imported.counts | {"wrong": 0} | {state.value: count for state, count in rows}
    imported.state, imported.finished_at = ImportState.DONE, now


def refuse(session: Session, import_id: uuid.UUID, *, now: datetime) -> None:
    """Nothing was saved, because not everything could be: try it out again, so that the reasons show."""
    imported = session.get_one(Import, import_id)
    try_out(session, imported, now=now)
    imported.state, imported.finished_at = ImportState.REFUSED, now


def saved_rows(session: Session, imported: Import) -> int:
    """How many of the rows to write are behind us."""
    return (
        session.scalar(
            sa.select(sa.func.count()).where(
                ImportRow.import_id == imported.id,
                ImportRow.number <= imported.saved_to,
                ImportRow.state.in_([RowState.NEW, RowState.CHANGED]),
            )
        )
        or 0
    )


def forget_old(session: Session, *, now: datetime) -> None:
    """Imports hold personal data twice: they are kept for thirty days."""
    session.execute(sa.delete(Import).where(Import.created_at < now - KEPT))


def original(imported: Import, row: ImportRow, field: str) -> str:
    """What stood in the cell that a field was read from."""
    at = imported.mapping.index(field) if field in imported.mapping else -1
    return str(row.cells[at]) if 0 <= at < len(row.cells) else ""


def template_rows(kind: ImportKind) -> Iterator[Sequence[str]]:
    """The header that we know, as a sheet to fill in."""
    yield [f"{column.name}*" if column.required else column.name for column in COLUMNS[kind]]


def kind_of(text: str) -> ImportKind:
    """The kind named in an address."""
    if folded(text) not in set(ImportKind):
        raise NotFound
    return ImportKind(folded(text))
