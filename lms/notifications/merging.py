"""Putting together what was held: for the morning, or until somebody's quiet hours were over."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import NOWHERE
from lms.database import new_id
from lms.notifications.models import Channel, Notification, Outgoing, OutgoingState
from lms.notifications.queries import Reader, readers
from lms.notifications.services import LEASE, queue
from lms.notifications.wording import line, whole, word
from lms.web import settings

# Messages, and people with held ones, in one sweep.
AT_ONCE = 500
MOST_LINES = {Channel.MAIL: 20, Channel.PUSH: 3}
TEMPLATE = "notifications/mail/digest"
LIST = "/pemberitahuan"


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it stands among others."""

    text: str
    path: str


def take_due(session: Session, *, now: datetime) -> tuple[list[uuid.UUID], bool]:
    """Whose time has come: the ids of messages to be carried out now, and whether there may be more.

    What was held for one mailbox or device becomes one message, without what was read meanwhile.
    """
    waiting = sa.and_(Outgoing.state == OutgoingState.WAITING, Outgoing.due_at <= now)
    alone = _locked(session, waiting, Outgoing.held.is_(False), limit=AT_ONCE)
    people = session.scalars(
        sa.select(Outgoing.person_id).where(waiting, Outgoing.held).distinct().limit(AT_ONCE)
    ).all()
    held = (
        _locked(session, waiting, Outgoing.held.is_(True), Outgoing.person_id.in_(people)) if people else []
    )
    for message in (*alone, *held):
        message.due_at = now + LEASE
    leaving = [message.id for message in (*alone, *_single(session, held, now))]
    session.flush()
    return leaving, AT_ONCE in (len(alone), len(people))


def _locked(session: Session, *which: sa.ColumnElement[bool], limit: int | None = None) -> Sequence[Outgoing]:
    found = sa.select(Outgoing).where(*which).order_by(Outgoing.created_at, Outgoing.id).limit(limit)
    return session.scalars(found.with_for_update(skip_locked=True)).all()


def _single(session: Session, held: Sequence[Outgoing], now: datetime) -> list[Outgoing]:
    """Those of the held that leave as they are; the others are merged, or dropped."""
    people = {one.person_id for one in held if one.person_id}
    told = {reader.id: reader for reader in readers(session, people)}
    listed = _listed(session, held)
    groups = defaultdict(list)
    for message in held:
        reader, about = told.get(message.person_id or NOWHERE), listed.get(message.notification_id)
        if reader is None or (about and about.read_at):
            message.state, message.outcome = OutgoingState.DROPPED, "read" if reader else "left"
        else:
            groups[reader.id, message.channel, message.device_id].append(message)
    alone = [group[0] for group in groups.values() if len(group) == 1]
    for message in alone:
        message.held = False
    for (person_id, _channel, _device), group in groups.items():
        if len(group) > 1:
            _merge(session, told[person_id], group, [_line(message, listed) for message in group], now)
    return alone


def _listed(session: Session, held: Sequence[Outgoing]) -> dict[uuid.UUID | None, Notification]:
    ids = [one.notification_id for one in held if one.notification_id]
    found = session.scalars(sa.select(Notification).where(Notification.id.in_(ids))) if ids else ()
    return {notification.id: notification for notification in found}


def _line(message: Outgoing, listed: dict[uuid.UUID | None, Notification]) -> Line:
    about = listed.get(message.notification_id)
    return Line(about.text if about else message.subject, message.path)


def _merge(
    session: Session, reader: Reader, group: Sequence[Outgoing], lines: Sequence[Line], now: datetime
) -> None:
    first = group[0]
    row = {
        "id": new_id(),
        "channel": first.channel,
        "kind": "notifications:digest",
        "person_id": reader.id,
        "device_id": first.device_id,
        "to": first.to,
        "path": LIST,
        "created_at": now,
        "due_at": now,
    }
    words = _as_mail(reader, lines) if first.channel is Channel.MAIL else _as_push(reader, lines)
    (merged_id,) = queue(session, [row | words])
    for message in group:
        message.state, message.merged_into = OutgoingState.MERGED, merged_id


def _as_mail(reader: Reader, lines: Sequence[Line]) -> dict[str, Any]:
    most = MOST_LINES[Channel.MAIL]
    values = {
        "reader": reader,
        "items": lines[:most],
        "count": len(lines),
        "more": max(0, len(lines) - most),
        "base": settings().base_url,
        "link": settings().base_url + LIST,
    }
    return {
        "subject": line(f"{TEMPLATE}.subject.txt", reader.locale, **values),
        "text": whole(f"{TEMPLATE}.mail.txt", reader.locale, **values),
    }


def _as_push(reader: Reader, lines: Sequence[Line]) -> dict[str, Any]:
    most = MOST_LINES[Channel.PUSH]
    shown = [one.text for one in lines[:most]]
    if len(lines) > most:
        shown.append(word("dan %(count)s lainnya.", reader.locale, count=len(lines) - most))
    return {
        "subject": line(f"{TEMPLATE}.subject.txt", reader.locale, count=len(lines)),
        "text": "\n".join(shown),
    }
