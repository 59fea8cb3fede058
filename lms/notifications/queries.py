"""Finding messages, and the people who are to get them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.errors import NotFound
from lms.notifications.models import MailChoice, Notification, NotificationSetting
from lms.people.models import Agency, Person, PersonStatus, Unit, titled

PER_PAGE = 20
_ZONE = sa.func.coalesce(Unit.zone, Agency.zone, "Asia/Jakarta")
_CHOICE = sa.func.coalesce(NotificationSetting.mail, MailChoice.EACH)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets a message: how to address them, in which language and zone, and where."""

    id: uuid.UUID
    name: str
    email: str
    locale: str
    zone: str
    choice: MailChoice

    @property
    def wants_each(self) -> bool:
        return bool(self.email) and self.choice is MailChoice.EACH


def readers(session: Session, person_ids: Iterable[uuid.UUID]) -> list[Reader]:
    """Those of these people who are still here, in one statement however many they are."""
    wanted = sa.cast(list(person_ids), ARRAY(sa.Uuid))
    return _read(session, Person.id == sa.any_(wanted))


def due_for_digest(session: Session, *, now: datetime, at_hour: int, limit: int) -> list[Reader]:
    """Those who chose a digest, for whom it is `at_hour` or later, and who have had none today (in their own zone)."""
    here = sa.func.timezone(_ZONE, now)
    last = sa.func.timezone(_ZONE, NotificationSetting.digested_at)
    due = sa.and_(
        NotificationSetting.mail == MailChoice.DIGEST,
        Person.email.is_not(None),
        sa.extract("hour", here) >= at_hour,
        sa.or_(last.is_(None), sa.cast(last, sa.Date) < sa.cast(here, sa.Date)),
    )
    return _read(session, due, limit=limit)


def _read(session: Session, where: sa.ColumnElement[bool], *, limit: int | None = None) -> list[Reader]:
    rows = session.execute(
        sa.select(
            Person.id,
            Person.front_title,
            Person.full_name,
            Person.back_title,
            Person.email,
            Person.locale,
            _ZONE.label("zone"),
            sa.cast(_CHOICE, sa.Text).label("choice"),
        )
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(NotificationSetting, NotificationSetting.person_id == Person.id)
        .where(where, Person.status == PersonStatus.ACTIVE)
        .order_by(Person.id)
        .limit(limit)
    )
    return [
        Reader(
            r.id,
            titled(r.front_title, r.full_name, r.back_title),
            r.email or "",
            r.locale,
            r.zone,
            MailChoice(r.choice),
        )
        for r in rows
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of somebody's messages, the newest first."""

    items: Sequence[Notification]
    has_next: bool


def page_of(session: Session, actor: Actor, page: int) -> Listed:
    found = session.scalars(
        sa.select(Notification)
        .where(Notification.person_id == actor.id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return Listed(found[:PER_PAGE], len(found) > PER_PAGE)


def notification_of(session: Session, actor: Actor, notification_id: uuid.UUID) -> Notification:
    """One of the actor's own messages; somebody else's does not exist."""
    found = session.get(Notification, notification_id)
    if found is None or found.person_id != actor.id:
        raise NotFound
    return found


def mail_choice(session: Session, actor: Actor) -> MailChoice:
    setting = session.get(NotificationSetting, actor.id)
    return setting.mail if setting else MailChoice.EACH
