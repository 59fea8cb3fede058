"""Saying something to everybody in a cohort."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.cohorts.events import Announced
from courses.cohorts.models import Announcement, Cohort
from courses.cohorts.services import locked
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Invalid, NotFound
from lms.events import publish
from lms.people.models import Person, titled
from lms.richtext import from_markdown, text_of

# Within so long the same words are the same announcement: its form was sent again because the answer was lost on the way.
SAME = timedelta(minutes=10)


def announce(
    session: Session, cohort: Cohort, *, title: str, source: str, by: Actor, now: datetime
) -> Announcement:
    """Publish an announcement (Markdown); everybody with a seat is told. Sent twice it is said once."""
    body = from_markdown(source)
    if not text_of(body):
        raise Invalid(N_("Tulis isi pengumuman."), field="source")
    known = _just_said(session, locked(session, cohort), title, source, by=by, now=now)
    if known:
        return known
    announcement = Announcement(
        cohort_id=cohort.id, author_id=by.id, title=title, source=source, body=body, created_at=now
    )
    session.add(announcement)
    session.flush()
    note(
        session,
        "cohort:announced",
        "announcement",
        announcement.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        after={"title": title},
    )
    publish(session, Announced(announcement.id, cohort.id))
    return announcement


def _just_said(
    session: Session, cohort: Cohort, title: str, source: str, *, by: Actor, now: datetime
) -> Announcement | None:
    same = sa.select(Announcement).where(
        Announcement.cohort_id == cohort.id,
        Announcement.author_id == by.id,
        Announcement.title == title,
        Announcement.source == source,
        Announcement.created_at > now - SAME,
    )
    return session.scalars(same).first()


def take_back(
    session: Session, cohort: Cohort, announcement_id: uuid.UUID, *, by: Actor, now: datetime
) -> None:
    """Remove an announcement from the class; mails that left cannot be called back."""
    found = session.get(Announcement, announcement_id)
    if found is None or found.cohort_id != cohort.id:
        raise NotFound
    note(
        session,
        "cohort:announcement-removed",
        "announcement",
        found.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        before={"title": found.title, "source": found.source},
    )
    session.delete(found)


@dataclass(frozen=True, slots=True)
class Said:
    """An announcement as it is read."""

    id: uuid.UUID
    title: str
    body: str
    author: str
    created_at: datetime


_SAID = (
    sa.select(
        Announcement.id,
        Announcement.title,
        Announcement.body,
        Person.front_title,
        Person.full_name,
        Person.back_title,
        Announcement.created_at,
    )
    .join(Person, Person.id == Announcement.author_id)
    .where(Announcement.cohort_id == sa.bindparam("cohort"))
    .order_by(Announcement.created_at.desc(), Announcement.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
    .offset(sa.bindparam("first", type_=sa.Integer))
)


def announcements_of(
    session: Session, cohort_id: uuid.UUID, *, limit: int = 3, offset: int = 0
) -> Sequence[Said]:
    """The newest announcements of a cohort that the caller has already found for its reader."""
    rows = session.execute(_SAID, {"cohort": cohort_id, "most": limit, "first": offset})
    return [
        Said(key, title, body, titled(front, full, back), at)
        for key, title, body, front, full, back, at in rows
    ]
