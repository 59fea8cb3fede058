"""Finding messages, the people who are to get them, and how they want them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.errors import NotFound
from lms.feature import Topic
from lms.notifications.models import (
    MailChoice,
    Notification,
    NotificationSetting,
    Outgoing,
    OutgoingState,
    PushDevice,
)
from lms.notifications.quiet import NIGHT, Quiet
from lms.people.models import Agency, Person, PersonStatus, Unit, titled

PER_PAGE = 20
# The sessions of lms.auth, which stands above this feature: a device is as good as its session.
_SIGN_IN = sa.table("sign_in", sa.column("id"), sa.column("ended_at"), sa.column("expires_at"))


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants to be told: when not, and by which ways about what. `last_quiet` are hours that were switched off."""

    quiet: Quiet | None
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    last_quiet: Quiet | None = None

    def mail(self, topic: Topic) -> MailChoice:
        if topic.fixed:
            return MailChoice.EACH
        return MailChoice(self.choices.get(topic.name, {}).get("mail", MailChoice.EACH))

    def push(self, topic: Topic) -> bool:
        return topic.fixed or bool(self.choices.get(topic.name, {}).get("push", True))


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets a message: how to address them, in which language and zone, where, and how they want it."""

    id: uuid.UUID
    name: str
    email: str
    locale: str
    zone: str
    wishes: Wishes


# Given beside the statement: what stands inside one stays in the memory of compiled statements.
_WANTED = sa.bindparam("wanted", type_=ARRAY(sa.Uuid))
_READER = (
    sa.select(
        Person.id,
        Person.front_title,
        Person.full_name,
        Person.back_title,
        Person.email,
        Person.locale,
        sa.func.coalesce(Unit.zone, Agency.zone, "Asia/Jakarta").label("zone"),
        NotificationSetting,
    )
    .outerjoin(Agency, Agency.id == Person.agency_id)
    .outerjoin(Unit, Unit.id == Person.unit_id)
    .outerjoin(NotificationSetting, NotificationSetting.person_id == Person.id)
    .where(Person.status == PersonStatus.ACTIVE)
    .order_by(Person.id)
)


def readers(session: Session, person_ids: Iterable[uuid.UUID]) -> list[Reader]:
    """Those of these people who are still here, in one statement however many they are."""
    rows = session.execute(_READER.where(Person.id == sa.any_(_WANTED)), {"wanted": list(person_ids)})
    return [
        Reader(
            r.id,
            titled(r.front_title, r.full_name, r.back_title),
            r.email or "",
            r.locale,
            r.zone,
            _wishes(r.NotificationSetting),
        )
        for r in rows
    ]


def wishes_of(session: Session, actor: Actor) -> Wishes:
    return _wishes(session.get(NotificationSetting, actor.id))


def _wishes(chosen: NotificationSetting | None) -> Wishes:
    if chosen is None:
        return Wishes(NIGHT)
    quiet = Quiet(chosen.quiet_from, chosen.quiet_until)
    return Wishes(quiet if chosen.is_quiet else None, chosen.choices, quiet)


def devices_of(
    session: Session, person_ids: Iterable[uuid.UUID], *, now: datetime, with_lost: bool = False
) -> list[PushDevice]:
    """The devices of these people that take messages, the newest first."""
    found = _living(now) if with_lost else _reachable(now)
    found = found.where(PushDevice.person_id == sa.any_(_WANTED)).order_by(PushDevice.created_at.desc())
    return list(session.scalars(found, {"wanted": list(person_ids)}))


def device(session: Session, device_id: uuid.UUID | None, *, now: datetime) -> PushDevice | None:
    """The device, or None when it was switched off or lost, or its session ended or expired."""
    return session.scalars(_reachable(now).where(PushDevice.id == device_id)).one_or_none()


def device_here(session: Session, actor: Actor) -> PushDevice | None:
    """The browser of the actor's own session, if they switched it on; also while it is lost."""
    return session.scalars(
        sa.select(PushDevice).where(PushDevice.sign_in_id == actor.sign_in_id)
    ).one_or_none()


def device_of(session: Session, actor: Actor, device_id: uuid.UUID, *, now: datetime) -> PushDevice:
    """One of the actor's own devices; somebody else's does not exist."""
    found = session.scalars(_living(now).where(PushDevice.id == device_id)).one_or_none()
    if found is None or found.person_id != actor.id:
        raise NotFound
    return found


def _living(now: datetime) -> sa.Select[PushDevice]:
    return (
        sa.select(PushDevice)
        .join(_SIGN_IN, _SIGN_IN.c.id == PushDevice.sign_in_id)
        .where(_SIGN_IN.c.ended_at.is_(None), _SIGN_IN.c.expires_at > now)
    )


def _reachable(now: datetime) -> sa.Select[PushDevice]:
    return _living(now).where(PushDevice.lost_at.is_(None))


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


def told_since(
    session: Session, person_ids: Iterable[uuid.UUID], kind: str, path: str, since: datetime
) -> set[uuid.UUID]:
    """Who of these was told something of this kind about this place after a moment."""
    found = sa.select(Notification.person_id).where(
        Notification.person_id.in_(list(person_ids)),
        Notification.created_at > since,
        Notification.kind == kind,
        Notification.path == path,
    )
    return set(session.scalars(found))


def notification_of(session: Session, actor: Actor, notification_id: uuid.UUID) -> Notification:
    """One of the actor's own messages; somebody else's does not exist."""
    found = session.get(Notification, notification_id)
    if found is None or found.person_id != actor.id:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Sendings:
    """One page of what left, or is to leave, the application: the newest first."""

    items: Sequence[Outgoing]
    has_next: bool


def sendings(session: Session, state: OutgoingState | None, page: int, *, per_page: int) -> Sendings:
    """For the operator: without a state all of them."""
    found = sa.select(Outgoing).order_by(Outgoing.created_at.desc(), Outgoing.id.desc())
    if state:
        found = found.where(Outgoing.state == state)
    rows = session.scalars(found.limit(per_page + 1).offset((page - 1) * per_page)).all()
    return Sendings(rows[:per_page], len(rows) > per_page)


def sendings_by_state(session: Session) -> Mapping[OutgoingState, int]:
    rows = session.execute(sa.select(Outgoing.state, sa.func.count()).group_by(Outgoing.state))
    return {state: count for state, count in rows}  # noqa: C416 rows are no pairs to the type checker


def ended_devices(now: datetime) -> sa.Select[uuid.UUID]:
    """The ids of devices whose sessions are over."""
    return sa.select(PushDevice.id).where(PushDevice.id.not_in(_living(now).with_only_columns(PushDevice.id)))
