"""The morning mail of those who do not want each message by itself."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.notifications.models import Notification, NotificationSetting
from lms.notifications.queries import Reader, due_for_digest
from lms.notifications.services import queue_mails
from lms.notifications.wording import line, whole
from lms.web import settings

AT_HOUR = 7
# What somebody may still be about to read by themselves is left for tomorrow.
OLDER_THAN = timedelta(hours=2)
AT_ONCE = 500
MOST_LINES = 20
TEMPLATE = "notifications/mail/digest"


def write_digests(session: Session, *, now: datetime) -> int:
    """Write the digests that are due, at most AT_ONCE; returns how many people were looked at.

    Each message stands in one digest at most: those between the last digest and this one, both less OLDER_THAN.
    """
    due = due_for_digest(session, now=now, at_hour=AT_HOUR, limit=AT_ONCE)
    ids = [reader.id for reader in due]
    unread = _unread(session, ids, now)
    queue_mails(session, [_mail(reader, unread[reader.id], now) for reader in due if reader.id in unread])
    session.execute(
        sa.update(NotificationSetting).where(NotificationSetting.person_id.in_(ids)).values(digested_at=now)
    )
    return len(due)


def _unread(
    session: Session, person_ids: Sequence[uuid.UUID], now: datetime
) -> dict[uuid.UUID, list[Notification]]:
    found = session.scalars(
        sa.select(Notification)
        .join(NotificationSetting, NotificationSetting.person_id == Notification.person_id)
        .where(
            Notification.person_id.in_(person_ids),
            Notification.read_at.is_(None),
            Notification.created_at <= now - OLDER_THAN,
            sa.or_(
                NotificationSetting.digested_at.is_(None),
                Notification.created_at > NotificationSetting.digested_at - OLDER_THAN,
            ),
        )
        .order_by(Notification.created_at)
    )
    grouped = defaultdict(list)
    for notification in found:
        grouped[notification.person_id].append(notification)
    return dict(grouped)


def _mail(reader: Reader, unread: Sequence[Notification], now: datetime) -> dict[str, object]:
    values = {
        "reader": reader,
        "items": unread[:MOST_LINES],
        "count": len(unread),
        "more": max(0, len(unread) - MOST_LINES),
        "base": settings().base_url,
        "link": settings().base_url + "/pemberitahuan",
    }
    return {
        "id": new_id(),
        "to": reader.email,
        "subject": line(f"{TEMPLATE}.subject.txt", reader.locale, **values),
        "text": whole(f"{TEMPLATE}.mail.txt", reader.locale, **values),
        "html": "",
        "created_at": now,
    }
