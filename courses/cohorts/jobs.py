"""Reminding superiors."""

from __future__ import annotations

from courses.cohorts.joining import remind
from lms.jobs.queue import Work, job


@job(cron="5 0 * * *")
def remind_superiors(work: Work) -> None:
    """Every morning (07.05 WIB): requests that have been waiting for three days."""
    with work.transaction() as session:
        remind(session, now=work.now())
