"""Claims about which of the waiting jobs goes first."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.quizzes.jobs import close_attempt
from lms.jobs.queue import later
from lms.notifications.jobs import deliver


def next_job(session: Session) -> str:
    """The job that a worker would take now."""
    taken = "SELECT (found).task_name FROM (SELECT procrastinate_fetch_job_v2(NULL, NULL) AS found) AS one"
    return str(session.scalar(sa.text(taken)))


def test_an_attempt_is_closed_before_a_thousand_mails_are_sent(session: Session, now: datetime) -> None:
    for _ in range(3):
        later(session, deliver, message_id=str(uuid4()))
    later(session, close_attempt, attempt_id=str(uuid4()))
    assert next_job(session) == "courses.quizzes.close_attempt"


def test_among_equals_the_oldest_goes_first(session: Session, now: datetime) -> None:
    later(session, deliver, message_id="first")
    later(session, deliver, message_id="second")
    next_job(session)
    found = session.scalar(
        sa.text("SELECT args->>'message_id' FROM procrastinate_jobs WHERE status = 'doing'")
    )
    assert found == "first"
