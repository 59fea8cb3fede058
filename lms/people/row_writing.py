"""What rows of people and rows of units have in common when they are judged and saved: in statements, not row by row."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.events import publish
from lms.people.events import Change, RecordsChanged
from lms.people.models import Import, Person, RowState, Unit
from lms.people.services import difference
from lms.people.verdicts import Verdict

Found = TypeVar("Found", Person, Unit)
# Somebody or something, what stood above it, what stands above it from now on.
Place = tuple[uuid.UUID, uuid.UUID | None, uuid.UUID]


def compared(
    number: int, found: Found | None, before: Mapping[str, Any], record: Mapping[str, Any]
) -> Verdict[Found]:
    """What a right row would do: `before` is what is known under its key, `record` what the row says."""
    old, new = difference(before, record)
    state = RowState.NEW if found is None else RowState.CHANGED if new else RowState.UNCHANGED
    return Verdict(number, state, found=found, record={**before, **record}, before=old, after=new)


def save(
    session: Session,
    table: type[Person] | type[Unit],
    columns: Sequence[str],
    records: Sequence[dict[str, Any]],
) -> None:
    """One statement for the new and the changed; every record has its id and every column."""
    row = insert(table)
    kept = {name: getattr(row.excluded, name) for name in columns}
    session.execute(row.on_conflict_do_update(index_elements=[table.id], set_=kept), records)


def place(
    session: Session,
    imported: Import,
    column: InstrumentedAttribute[uuid.UUID | None],
    subject: str,
    places: Sequence[Place],
    *,
    now: datetime,
) -> None:
    """The second pass, when everybody is there: put each below another, in one statement, and tell it."""
    if not places:
        return
    table = column.class_
    owns, aboves = (sa.bindparam(name, type_=ARRAY(sa.Uuid)) for name in ("owns", "aboves"))
    pair = sa.func.unnest(owns, aboves).table_valued("own", "above", name="pair").render_derived()
    session.execute(
        sa.update(table)
        .where(table.id == pair.c.own)
        .values({column.key: pair.c.above})
        .execution_options(synchronize_session=False),
        {"owns": [own for own, _, _ in places], "aboves": [above for _, _, above in places]},
    )
    changes = tuple(
        Change(
            f"{subject}:changed",
            subject,
            own,
            imported.agency_id,
            *difference({column.key: old}, {column.key: above}),
        )
        for own, old, above in places
    )
    publish(session, RecordsChanged(changes, imported.created_by, now))
