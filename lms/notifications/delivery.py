"""Carrying one message out: by which way, what came of it, and when it is tried again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.jobs.queue import MOST_TRIES, Work
from lms.lazy import lazy
from lms.mail import compose
from lms.notifications.models import Channel, Outgoing, OutgoingState
from lms.notifications.queries import device, readers
from lms.notifications.quiet import until

if TYPE_CHECKING:
    import smtplib

    from lms.notifications import pushing
else:
    smtplib = lazy("smtplib")
    pushing = lazy("lms.notifications.pushing")

# The longest that a push service may ask us to wait: then the message would be old news.
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a try: `sent`; `gone`, nobody takes it there any more; `refused` for good; or `later`, at the earliest
    after `wait`. `says` is for the operator: what the other side answered, never what the message says."""

    what: Literal["sent", "gone", "refused", "later"]
    says: str = ""
    wait: timedelta = timedelta()


def begin(session: Session, message_id: uuid.UUID, *, now: datetime) -> bool:
    """Count a try before it is made, so that a message that kills its worker is not tried for ever."""
    message = _waiting(session, message_id)
    if message is None:
        return False
    message.tried_at = now
    message.tries += 1
    if message.tries > MOST_TRIES:
        message.state, message.outcome = OutgoingState.FAILED, message.outcome or "no answer"
    return message.state is OutgoingState.WAITING


def carry(work: Work, session: Session, message_id: uuid.UUID) -> None:
    """Hand one message over and note what came of it. Its row stays locked meanwhile."""
    message = _waiting(session, message_id)
    if message is not None:
        settle(session, message, _handed_over(work, session, message), now=work.now())


def _waiting(session: Session, message_id: uuid.UUID) -> Outgoing | None:
    """The row, locked, if it still waits; one that another worker holds is left to it."""
    found = sa.select(Outgoing).where(Outgoing.id == message_id, Outgoing.state == OutgoingState.WAITING)
    return session.scalars(found.with_for_update(skip_locked=True)).one_or_none()


def settle(session: Session, message: Outgoing, result: Result, *, now: datetime) -> None:
    """Note what came of a try, and when the next one is due."""
    message.outcome = result.says
    if result.what == "sent":
        message.state, message.sent_at = OutgoingState.SENT, now
    elif result.what == "gone":
        message.state = OutgoingState.DROPPED
    elif result.what == "refused" or message.tries >= MOST_TRIES:
        message.state = OutgoingState.FAILED
    else:
        message.due_at = _next_try(session, message, result.wait, now)


def _next_try(session: Session, message: Outgoing, wait: timedelta, now: datetime) -> datetime:
    """After 1, 4, 16, 64 minutes, or what the other side asked for when that is longer; never in quiet hours."""
    due = now + min(max(pause(message.tries), wait), LONGEST_WAIT)
    told = readers(session, [message.person_id] if message.person_id and not message.urgent else [])
    return until(due, told[0].zone, told[0].wishes.quiet) if told else due


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries."""
    return timedelta(minutes=4 ** max(0, tries - 1))


def _handed_over(work: Work, session: Session, message: Outgoing) -> Result:
    try:
        return _mailed(work, message) if message.channel is Channel.MAIL else _pushed(work, session, message)
    except (OSError, smtplib.SMTPException, HTTPException) as error:
        return Result("later", type(error).__name__)


def _mailed(work: Work, message: Outgoing) -> Result:
    """A crash between handing over and commit sends it again under the same Message-ID, so mailboxes show it once."""
    letter = compose(
        sender=work.settings.mail_from,
        to=message.to,
        subject=message.subject,
        text=message.text,
        html=message.html,
    )
    letter.replace_header("Message-ID", f"<{message.id}@bina.invalid>")
    try:
        work.mailer.send(letter)
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _words in refusal.recipients.values()]
        for_good = all(code >= 500 for code in codes)
        return Result("refused" if for_good else "later", f"SMTP {max(codes)}")
    return Result("sent")


def _pushed(work: Work, session: Session, message: Outgoing) -> Result:
    """A device that the push service knows no more gets nothing until its browser brings a new endpoint."""
    to = device(session, message.device_id, now=work.now())
    if to is None:
        return Result("gone", "signed out")
    result = pushing.push(work.settings, to, message, now=work.now())
    if result.what == "gone":
        to.lost_at = work.now()
    return result
