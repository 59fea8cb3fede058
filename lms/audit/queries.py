"""Reading the trail: the newest first, page by page from where the last one ended."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lms.access import Actor
from lms.audit.models import AuditEntry
from lms.audit.permissions import SEE
from lms.audit.wording import MOST_NAMED
from lms.people.models import Agency, EmployeeNumber, Person, Unit, titled
from lms.people.queries import within

PER_PAGE = 50
PORTION = 1000
MOST_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the trail is asked for; days are those of `zone`."""

    act: str = ""
    person: str = ""
    subject: str = ""
    subject_id: uuid.UUID | None = None
    first: date | None = None
    last: date | None = None
    before: int = 0
    zone: str = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act with the names of those concerned, as they are now."""

    row: AuditEntry
    actor: str
    behalf: str
    person: str
    agency: str


def entries(session: Session, actor: Actor, wanted: Filter, *, limit: int = PER_PAGE) -> list[Entry]:
    """One statement, one page. An agency's staff reads its own trail; an operator all of them."""
    subject, behalf = aliased(Person), aliased(Person)
    rows = session.execute(
        sa.select(
            AuditEntry,
            Agency.short_name,
            *(
                getattr(who, part)
                for who in (Person, behalf, subject)
                for part in ("front_title", "full_name", "back_title")
            ),
        )
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .outerjoin(behalf, behalf.id == AuditEntry.on_behalf_of)
        .outerjoin(subject, sa.and_(AuditEntry.subject == "person", subject.id == AuditEntry.subject_id))
        .outerjoin(Agency, Agency.id == AuditEntry.agency_id)
        .where(within(AuditEntry.agency_id, actor, SEE), *_asked(wanted))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [_entry(*row) for row in rows]


def _entry(row: AuditEntry, agency: str | None, *names: str | None) -> Entry:
    """`names` are front title, name and back title of who did it, on whose behalf, and to whom."""
    actor, behalf, person = (
        titled(names[at] or "", names[at + 1] or "", names[at + 2] or "") for at in (0, 3, 6)
    )
    return Entry(row, actor, behalf, person, agency or "")


def _asked(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    asked: list[sa.ColumnElement[bool]] = []
    if wanted.act:
        asked.append(AuditEntry.act == wanted.act)
    if wanted.subject:
        asked.append(AuditEntry.subject == wanted.subject)
    if wanted.subject_id:
        asked.append(AuditEntry.subject_id == wanted.subject_id)
    if wanted.first:
        asked.append(AuditEntry.at >= _midnight(wanted.first, wanted.zone))
    if wanted.last:
        asked.append(AuditEntry.at < _midnight(wanted.last + timedelta(days=1), wanted.zone))
    if wanted.before > 0:
        asked.append(AuditEntry.id < wanted.before)
    if text := wanted.person.strip().replace("\x00", "")[:MOST_CHARACTERS]:
        people = _people(text)
        asked.append(
            sa.or_(
                AuditEntry.actor_id.in_(people),
                AuditEntry.on_behalf_of.in_(people),
                sa.and_(AuditEntry.subject == "person", AuditEntry.subject_id.in_(people)),
            )
        )
    return asked


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _people(text: str) -> sa.Select[uuid.UUID]:
    """Those whose name holds the text, or whose number it is."""
    digits = "".join(mark for mark in text if mark in "0123456789")
    numbered = sa.select(EmployeeNumber.person_id).where(EmployeeNumber.number == digits)
    alike: list[sa.ColumnElement[bool]] = [Person.full_name.icontains(text, autoescape=True)]
    if digits:
        alike.append(Person.id.in_(numbered))
    return sa.select(Person.id).where(sa.or_(*alike))


def everything(session: Session, actor: Actor, wanted: Filter) -> Iterator[Sequence[Entry]]:
    """The whole of what is asked for, in portions that fit into memory."""
    while portion := entries(session, actor, wanted, limit=PORTION):
        yield portion
        wanted = replace(wanted, before=portion[-1].row.id)
        session.expunge_all()


def named(session: Session, entries: Sequence[Entry]) -> dict[str, str]:
    """The names of the units, agencies and persons whose ids stand in these entries, in one statement."""
    texts = {
        text
        for entry in entries
        for values in (entry.row.before, entry.row.after)
        for name, value in (values or {}).items()
        if name.endswith(("_id", "_ids"))
        for text in (value[:MOST_NAMED] if isinstance(value, list) else [value])
    }
    ids = [found for text in texts if isinstance(text, str) and (found := _id(text))]
    if not ids:
        return {}
    several = [
        sa.select(Unit.id.label("id"), Unit.name.label("name")).where(Unit.id.in_(ids)),
        sa.select(Agency.id, Agency.name).where(Agency.id.in_(ids)),
        sa.select(Person.id, Person.full_name).where(Person.id.in_(ids)),
    ]
    return {str(row[0]): row[1] for row in session.execute(sa.union_all(*several))}


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
