"""Bringing 10,000 people in by a workbook: trying it out, and saving it as the job does."""

from __future__ import annotations

import io
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from courses.cohorts.models import Cohort
from lms.clock import now
from lms.people import importing, sheets
from lms.people.models import Import, ImportKind, Unit
from tests.bench.figures import Figure
from tests.people.scene import HEADER, row

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

ROWS = 10_000
MOST_PREVIEW, MOST_APPLY = 10.0, 60.0


def measure(bench: Bench) -> Iterator[Figure]:
    data, moment = _workbook(), now()
    began = time.perf_counter()
    import_id = _tried_out(bench, data, moment)
    yield Figure("people_preview_10000", time.perf_counter() - began, "s", MOST_PREVIEW)
    began = time.perf_counter()
    saved = _saved(bench, import_id, moment)
    yield Figure("people_apply_10000", time.perf_counter() - began, "s", MOST_APPLY)
    yield Figure("people_saved", saved, "rows", ROWS, least=True)


def roll() -> list[list[str]]:
    """10,000 people in the columns of an import. Everybody's superior is the first, who is in the same file."""
    first = _number(0)
    return [row(_number(n), f"Pegawai Nomor {n:05}", nip_atasan=first if n else "") for n in range(ROWS)]


def _workbook() -> bytes:
    target = io.BytesIO()
    sheets.write_xlsx(target, [HEADER, *roll()])
    return target.getvalue()


def _number(n: int) -> str:
    """A valid invented NIP: born in 1980, in service since January 2010."""
    return f"1980{n // 500 % 12 + 1:02}{n // 6000 * 10 + 11}2010011{n % 500 + 1:03}"


def _tried_out(bench: Bench, data: bytes, moment: datetime) -> uuid.UUID:
    with bench.session() as session:
        agency_id = session.get_one(Cohort, uuid.UUID(bench.scene.cohort_id)).agency_id
        session.add(Unit(agency_id=agency_id, code="U1", name="Dinas Kesehatan"))
        imported = importing.take_in(
            session, agency_id, ImportKind.PEOPLE, filename="pegawai.xlsx", data=data, by=None, now=moment
        )
        importing.name_columns(session, imported, imported.mapping, now=moment)
        importing.confirm(session, imported, whole=False, invites=False, by=None, now=moment)
        return imported.id


def _saved(bench: Bench, import_id: uuid.UUID, moment: datetime) -> int:
    going = True
    while going:
        with bench.session() as session:
            going = importing.save_portion(session, import_id, now=moment)
    with bench.session() as session:
        imported = session.get_one(Import, import_id)
        return int(imported.counts["new"])
