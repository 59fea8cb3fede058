"""Sending what waits in the outbox, the morning digest, and forgetting old messages."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from lms.jobs.queue import Urgency, Work, job
from lms.mail import compose
from lms.notifications.digest import AT_ONCE, write_digests
from lms.notifications.models import OutgoingMail
from lms.notifications.services import prune


@job(urgency=Urgency.CAN_WAIT)
def send_mail(work: Work, *, mail_id: str) -> None:
    """Hand one mail over, once. The row stays locked meanwhile; one that another worker holds is left to it.

    A crash between handing over and commit sends it again under the same Message-ID, so mailboxes show it once.
    """
    with work.transaction() as session:
        found = sa.select(OutgoingMail).where(
            OutgoingMail.id == uuid.UUID(mail_id), OutgoingMail.sent_at.is_(None)
        )
        mail = session.scalars(found.with_for_update(skip_locked=True)).one_or_none()
        if mail is None:
            return
        message = compose(
            sender=work.settings.mail_from, to=mail.to, subject=mail.subject, text=mail.text, html=mail.html
        )
        message.replace_header("Message-ID", f"<{mail.id}@bina.invalid>")
        work.mailer.send(message)
        mail.sent_at = work.now()


@job(cron="*/10 * * * *", urgency=Urgency.CAN_WAIT)
def send_digests(work: Work) -> None:
    """Every ten minutes, so that nobody misses it because the worker slept at seven; portions end when one is not full."""
    looked_at = AT_ONCE
    while looked_at == AT_ONCE:
        with work.transaction() as session:
            looked_at = write_digests(session, now=work.now())


@job(cron="40 18 * * *", urgency=Urgency.CAN_WAIT)
def forget_old(work: Work) -> None:
    with work.transaction() as session:
        prune(session, now=work.now())
