"""What follows when mails are written."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.jobs.queue import later_each
from lms.notifications.events import MailsWritten
from lms.notifications.jobs import send_mail


def send_after_commit(session: Session, fact: MailsWritten) -> None:
    later_each(session, send_mail, [{"mail_id": str(mail_id)} for mail_id in fact.mail_ids])
