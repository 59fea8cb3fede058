"""What follows when messages are written."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.jobs.queue import later_each
from lms.notifications.events import MessagesWritten
from lms.notifications.jobs import deliver


def send_after_commit(session: Session, fact: MessagesWritten) -> None:
    later_each(session, deliver, [{"message_id": str(message_id)} for message_id in fact.message_ids])
