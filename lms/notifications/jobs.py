"""Carrying out what waits in the outbox, and forgetting what is old."""

from __future__ import annotations

import uuid

from lms.jobs.queue import Urgency, Work, job, later_each
from lms.notifications.delivery import begin, carry
from lms.notifications.devices import forget_ended
from lms.notifications.merging import take_due
from lms.notifications.services import prune


@job(urgency=Urgency.CAN_WAIT)
def deliver(work: Work, *, message_id: str) -> None:
    """Carry one message out. The try is counted first, in a transaction of its own."""
    with work.transaction() as session:
        is_waiting = begin(session, uuid.UUID(message_id), now=work.now())
    if is_waiting:
        with work.transaction() as session:
            carry(work, session, uuid.UUID(message_id))


@job(cron="* * * * *", lock="notifications:due", urgency=Urgency.CAN_WAIT)
def deliver_due(work: Work) -> None:
    """Every minute: what was held and is due, what is to be tried again, and what a lost job left behind."""
    has_more = True
    while has_more:
        with work.transaction() as session:
            due, has_more = take_due(session, now=work.now())
            if due:
                later_each(session, deliver, [{"message_id": str(message_id)} for message_id in due])


@job(cron="40 18 * * *", urgency=Urgency.CAN_WAIT)
def forget_old(work: Work) -> None:
    with work.transaction() as session:
        prune(session, now=work.now())
        forget_ended(session, now=work.now())
