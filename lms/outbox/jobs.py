"""Forgetting receipts that no phone may send again."""

from __future__ import annotations

from lms.jobs.queue import Work, job
from lms.outbox.services import PORTION, forget


@job(cron="20 19 * * *")
def forget_receipts(work: Work) -> None:
    gone = PORTION
    while gone == PORTION:
        with work.transaction() as session:
            gone = forget(session, now=work.now())
