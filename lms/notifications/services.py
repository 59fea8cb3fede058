"""Telling people things: in the application, and by mail through the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.database import new_id
from lms.events import publish
from lms.notifications.events import MailsWritten
from lms.notifications.models import MailChoice, Notification, NotificationSetting, OutgoingMail
from lms.notifications.queries import Reader, notification_of, readers
from lms.notifications.wording import line, whole
from lms.web import settings

KEPT_READ = timedelta(days=90)
KEPT_UNREAD = timedelta(days=365)
KEPT_MAIL = timedelta(days=30)


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

    `<template>.txt` is the sentence in the list, `<template>.subject.txt` and `<template>.mail.txt` (which extends
    notifications/mail/frame.txt) are the mail for those who have an address and want each. Templates get `values`,
    `reader` (name, zone) and `link` (absolute); `path` is a path of ours, or empty when there is nothing to open.
    """
    told = readers(session, person_ids)
    if told:
        session.execute(sa.insert(Notification), _notifications(told, kind, template, path, now, values))
    link = settings().base_url + path
    mails = [
        _row(
            reader.email,
            line(f"{template}.subject.txt", reader.locale, reader=reader, link=link, **values),
            whole(f"{template}.mail.txt", reader.locale, reader=reader, link=link, **values),
            now,
        )
        for reader in told
        if reader.wants_each
    ]
    queue_mails(session, mails)


def _notifications(
    told: Sequence[Reader], kind: str, template: str, path: str, now: datetime, values: dict[str, Any]
) -> list[dict[str, Any]]:
    link = settings().base_url + path
    return [
        {
            "id": new_id(),
            "person_id": reader.id,
            "kind": kind,
            "text": line(f"{template}.txt", reader.locale, reader=reader, link=link, **values),
            "path": path,
            "created_at": now,
        }
        for reader in told
    ]


def mail(session: Session, *, to: str, subject: str, text: str, html: str = "", now: datetime) -> None:
    """Put one mail into the outbox; it leaves after the commit."""
    queue_mails(session, [_row(to, subject, text, now, html)])


def queue_mails(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Put written mails (columns of OutgoingMail) into the outbox, in one statement."""
    if not rows:
        return
    session.execute(sa.insert(OutgoingMail), rows)
    publish(session, MailsWritten(tuple(row["id"] for row in rows)))


def _row(to: str, subject: str, text: str, now: datetime, html: str = "") -> dict[str, Any]:
    return {"id": new_id(), "to": to, "subject": subject, "text": text, "html": html, "created_at": now}


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


def choose_mail(session: Session, actor: Actor, choice: MailChoice, *, now: datetime) -> None:
    """Keep how somebody wants their mail. A digest begins with what arrives from now on."""
    row = insert(NotificationSetting).values(person_id=actor.id, mail=choice, digested_at=now)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[NotificationSetting.person_id],
            set_={"mail": choice, "digested_at": now},
            where=NotificationSetting.mail != choice,
        )
    )


def prune(session: Session, *, now: datetime) -> None:
    """Forget read messages after 90 days, unread ones after a year, and mails a month after they were sent."""
    session.execute(
        sa.delete(Notification).where(
            sa.or_(Notification.read_at < now - KEPT_READ, Notification.created_at < now - KEPT_UNREAD)
        )
    )
    session.execute(sa.delete(OutgoingMail).where(OutgoingMail.sent_at < now - KEPT_MAIL))
