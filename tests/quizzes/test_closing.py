"""A word to whoever has put the phone away while a long attempt stands open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.quizzes.closing import KIND, warn_closing
from courses.quizzes.models import Attempt, AttemptState
from lms.clock import now as real_now
from lms.jobs.queue import TASKS
from lms.notifications.models import Notification, Outgoing
from lms.shell.cli import work_here
from tests.conftest import Client
from tests.quizzes.room import MARKED_BY_MACHINE, Room


@pytest.fixture
def attempt(session: Session, client_of: Client) -> Attempt:
    """An attempt that may take two hours."""
    room = Room(session, real_now(), *MARKED_BY_MACHINE, time_limit_minutes=120)
    assert client_of(room.ayu).post(f"{room.here}/mulai").status_code == 303
    return session.scalars(sa.select(Attempt)).one()


@pytest.fixture
def warn(app: Flask, session: Session) -> Callable[[], list[Notification]]:
    def run() -> list[Notification]:
        session.commit()
        with app.test_request_context(base_url="http://localhost"):
            context = type("Context", (), {"additional_context": {"work": work_here()}})()
            TASKS[warn_closing.name].func(context)
        return list(session.scalars(sa.select(Notification).where(Notification.kind == KIND)))

    return run


Warn = Callable[[], list[Notification]]


def ends_in(attempt: Attempt, minutes: int, *, lasts: int = 120) -> None:
    attempt.deadline = real_now() + timedelta(minutes=minutes)
    attempt.started_at = attempt.deadline - timedelta(minutes=lasts)


def test_a_quarter_of_an_hour_before_the_end_one_message_goes_out_at_once(
    attempt: Attempt, session: Session, warn: Warn
) -> None:
    ends_in(attempt, 16)
    assert warn() == []
    ends_in(attempt, 14)
    (told,) = warn()
    assert told.path.endswith(f"/percobaan/{attempt.id}")
    assert "berakhir pukul" in told.text
    mail = session.scalars(sa.select(Outgoing).where(Outgoing.kind == KIND)).one()
    assert mail.urgent
    assert not mail.held
    assert warn() == [told]


@pytest.mark.parametrize(("minutes", "lasts"), [(-1, 120), (14, 59)])
def test_what_is_over_or_short_is_not_announced(
    minutes: int, lasts: int, attempt: Attempt, warn: Warn
) -> None:
    ends_in(attempt, minutes, lasts=lasts)
    assert warn() == []


def test_what_was_handed_in_is_not_announced(attempt: Attempt, warn: Warn) -> None:
    ends_in(attempt, 14)
    attempt.state = AttemptState.MARKED
    assert warn() == []
