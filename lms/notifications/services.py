"""Telling people things: in the application, and by mail and to their phones through the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.database import new_id
from lms.events import publish
from lms.feature import Topic
from lms.notifications.events import MessagesWritten
from lms.notifications.models import (
    Channel,
    MailChoice,
    Notification,
    NotificationSetting,
    Outgoing,
    OutgoingState,
    PushDevice,
)
from lms.notifications.queries import Reader, devices_of, notification_of, readers
from lms.notifications.quiet import Quiet, next_at, until
from lms.notifications.topics import topic_of
from lms.notifications.wording import line, whole, word
from lms.web import settings

KEPT_READ = timedelta(days=90)
KEPT_UNREAD = timedelta(days=365)
KEPT_OUTGOING = timedelta(days=30)
KEPT_FAILED = timedelta(days=90)
# The job of a message that leaves at once is over by then, or was lost: the sweep takes the message up.
LEASE = timedelta(minutes=10)
MORNING = time(7)

Row = dict[str, Any]


def notify(
    session: Session,
    person_ids: Iterable[uuid.UUID],
    *,
    kind: str,
    template: str,
    path: str,
    now: datetime,
    **values: Any,
) -> None:
    """Tell people something; the number of statements does not grow with the number of people.

    `<template>.txt` is the sentence in the list and on the phone, `<template>.subject.txt` and `<template>.mail.txt` (which
    extends notifications/mail/frame.txt) are the mail. Templates get `values`, `reader` (name, zone) and `link` (absolute);
    `path` is a path of ours, or empty when there is nothing to open. What does not leave at once waits in the outbox.
    """
    told = readers(session, person_ids)
    if not told:
        return
    link = settings().base_url + path
    listed: dict[uuid.UUID, Row] = {}
    mails: list[Row] = []
    for reader in told:
        given = {"reader": reader, "link": link, **values}
        listed[reader.id] = {
            "id": new_id(),
            "person_id": reader.id,
            "kind": kind,
            "text": line(f"{template}.txt", reader.locale, **given),
            "path": path,
            "created_at": now,
        }
        mails += _mail_of(reader, listed[reader.id], template, given)
    session.execute(sa.insert(Notification), list(listed.values()))
    queue(session, [*mails, *_pushes(session, told, listed, now)])


def _mail_of(reader: Reader, listed: Row, template: str, given: Mapping[str, Any]) -> list[Row]:
    """The mail about a message, or none."""
    topic = topic_of(listed["kind"])
    choice = reader.wishes.mail(topic)
    if not reader.email or choice is MailChoice.NEVER:
        return []
    return [
        _about(listed, topic)
        | _when(reader, topic, choice, listed["created_at"])
        | {
            "channel": Channel.MAIL,
            "to": reader.email,
            "subject": line(f"{template}.subject.txt", reader.locale, **given),
            "text": whole(f"{template}.mail.txt", reader.locale, **given),
        }
    ]


def _pushes(
    session: Session, told: Sequence[Reader], listed: Mapping[uuid.UUID, Row], now: datetime
) -> list[Row]:
    """One message for each device of those who want it there; none while the installation has no key."""
    topic = topic_of(next(iter(listed.values()))["kind"])
    wanting = {reader.id: reader for reader in told if reader.wishes.push(topic)}
    if not settings().push_key:
        return []
    return [
        _about(listed[device.person_id], topic)
        | _when(wanting[device.person_id], topic, MailChoice.EACH, now)
        | push_to(
            device, word(topic.label, wanting[device.person_id].locale), listed[device.person_id]["text"]
        )
        for device in devices_of(session, wanting, now=now)
    ]


def push_to(device: PushDevice, title: str, text: str) -> Row:
    """What a device will show: two lines."""
    return {"channel": Channel.PUSH, "device_id": device.id, "subject": title, "text": text}


def _about(listed: Row, topic: Topic) -> Row:
    return {
        "kind": listed["kind"],
        "person_id": listed["person_id"],
        "notification_id": listed["id"],
        "path": listed["path"],
        "urgent": topic.urgent,
        "created_at": listed["created_at"],
    }


def _when(reader: Reader, topic: Topic, choice: MailChoice, now: datetime) -> Row:
    """When a message leaves: at once, in the morning, or when the reader's quiet hours are over."""
    morning = choice is MailChoice.DIGEST
    due = next_at(now, reader.zone, MORNING) if morning else now
    if not topic.urgent:
        due = until(due, reader.zone, reader.wishes.quiet)
    return {"due_at": due, "held": due > now}


def mail(
    session: Session,
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    now: datetime,
    kind: str = "account:mail",
) -> None:
    """Put one mail into the outbox that leaves after the commit, whatever its reader chose: links to sign in and the like."""
    row = {"channel": Channel.MAIL, "to": to, "subject": subject, "text": text, "html": html, "kind": kind}
    queue(session, [row | {"urgent": True, "due_at": now, "created_at": now}])


# What a row of the outbox may leave out: the insert of many needs the same columns in each.
_BLANK: Row = {
    "person_id": None,
    "notification_id": None,
    "device_id": None,
    "to": "",
    "html": "",
    "path": "",
    "urgent": False,
    "held": False,
}


def queue(session: Session, rows: Sequence[Row]) -> list[uuid.UUID]:
    """Put messages (columns of Outgoing) into the outbox, in one statement; returns their ids."""
    if not rows:
        return []
    written = [_BLANK | {"id": new_id()} | row for row in rows]
    leaving = [row for row in written if not row["held"]]
    for row in leaving:
        row["due_at"] += LEASE
    session.execute(sa.insert(Outgoing), written)
    if leaving:
        publish(session, MessagesWritten(tuple(row["id"] for row in leaving)))
    return [row["id"] for row in written]


def send_again(session: Session, message: Outgoing, *, now: datetime) -> None:
    """Have a failed message carried out once more, from the first try."""
    message.state, message.tries, message.due_at = OutgoingState.WAITING, 0, now + LEASE
    publish(session, MessagesWritten((message.id,)))


def mark_read(session: Session, actor: Actor, notification_id: uuid.UUID, *, now: datetime) -> Notification:
    """Mark one of the actor's messages as read; the first time counts."""
    found = notification_of(session, actor, notification_id)
    found.read_at = found.read_at or now
    return found


def mark_all_read(session: Session, actor: Actor, *, now: datetime) -> None:
    """Mark everything that had arrived by now; what arrives meanwhile stays new."""
    session.execute(
        sa.update(Notification)
        .where(
            Notification.person_id == actor.id, Notification.read_at.is_(None), Notification.created_at <= now
        )
        .values(read_at=now)
    )


def choose(
    session: Session, actor: Actor, quiet: Quiet, *, is_quiet: bool, choices: Mapping[str, Mapping[str, Any]]
) -> None:
    """Keep how somebody wants to be told: from the next message on, what waits already keeps its time."""
    chosen = {
        "is_quiet": is_quiet,
        "quiet_from": quiet.begins,
        "quiet_until": quiet.ends,
        "choices": {name: dict(choice) for name, choice in choices.items()},
    }
    row = insert(NotificationSetting).values(person_id=actor.id, **chosen)
    session.execute(row.on_conflict_do_update(index_elements=[NotificationSetting.person_id], set_=chosen))


def prune(session: Session, *, now: datetime) -> None:
    """Forget read messages after 90 days, unread ones after a year, and what left the application a month after; what
    failed is kept as long as what was read."""
    session.execute(
        sa.delete(Notification).where(
            sa.or_(Notification.read_at < now - KEPT_READ, Notification.created_at < now - KEPT_UNREAD)
        )
    )
    gone = Outgoing.state.in_([OutgoingState.SENT, OutgoingState.MERGED, OutgoingState.DROPPED])
    failed = Outgoing.state == OutgoingState.FAILED
    session.execute(
        sa.delete(Outgoing).where(
            sa.or_(
                sa.and_(gone, Outgoing.created_at < now - KEPT_OUTGOING),
                sa.and_(failed, Outgoing.created_at < now - KEPT_FAILED),
            )
        )
    )
