"""The server's clock is set by hours while an attempt runs: its time goes on as if nothing had happened (quality F6)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.quizzes.jobs import close_overdue
from courses.quizzes.models import LateAnswer, Lateness
from lms import clock
from lms.clock import APPROACH, Clock, milliseconds
from lms.shell.logs import JsonLines
from tests.conftest import Client
from tests.quizzes.room import NUMBER, SHORT, Room, attempts, saved
from tests.quizzes.sending import hand_in, keep, receipts, ticket_at
from tests.quizzes.test_attempts import _run, begin
from tests.quizzes.test_late import late_answers

STEPS = [timedelta(hours=2), timedelta(hours=-2)]
MINUTE = 60.0


class Machine:
    """A machine with its two clocks."""

    def __init__(self, wall: float) -> None:
        self.wall, self.steady = wall, 5000.0

    def passes(self, seconds: float) -> None:
        self.wall, self.steady = self.wall + seconds, self.steady + seconds

    def is_set(self, by: timedelta) -> None:
        self.wall += by.total_seconds()

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The machine on which the whole application runs."""
    made = Machine(clock.now().timestamp())
    monkeypatch.setattr(clock, "CLOCK", made.clock())
    return made


@pytest.fixture
def room(session: Session, machine: Machine) -> Room:
    return Room(session, clock.now(), NUMBER, SHORT, time_limit_minutes=20)


@pytest.mark.parametrize("step", STEPS)
def test_an_attempt_keeps_its_time_when_the_clock_is_set(
    step: timedelta,
    room: Room,
    machine: Machine,
    client_of: Client,
    session: Session,
    app: Any,
    run_jobs: Callable[[], int],
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    ticket = ticket_at(ayu, at)
    started, deadline = attempts(session)[0].started_at, attempts(session)[0].deadline
    assert deadline == started + timedelta(minutes=20)
    machine.passes(5 * MINUTE)
    machine.is_set(step)

    def beat() -> None:
        _run(close_overdue, app)
        run_jobs()

    beat()
    machine.passes(10 * MINUTE)
    beat()
    assert attempts(session)[0].is_open
    assert "Waktu habis" in ayu.get(at).text
    told = keep(ayu, at, {"1": "9"}, made=clock.now(), ticket=ticket)
    assert receipts(told)[0]["status"] == "saved"
    left = (milliseconds(deadline) - told.get_json()["now"]) / 1000
    assert left == pytest.approx(5 * MINUTE, abs=2)
    # A proof from before the step is worth as much as one from after it, also within the grace.
    given = clock.now()
    machine.passes(8 * MINUTE)
    beat()
    assert attempts(session)[0].is_open
    assert receipts(keep(ayu, at, {"2": "SKM"}, made=given, ticket=ticket))[0]["status"] == "saved"
    machine.passes(6 * MINUTE)
    # Past the deadline no answer counts, however early the clock on the wall says that it is; past the grace it is closed.
    assert receipts(keep(ayu, at, {"1": "12"}, made=clock.now(), ticket=ticket))[0]["status"] == "kept"
    assert saved(session) == {1: "9", 2: "SKM"}
    machine.passes(3 * MINUTE)
    beat()
    (attempt,) = attempts(session)
    assert (attempt.is_open, attempt.closed_by_clock) == (False, True)
    assert attempt.percent == 100
    assert attempt.submitted_at is not None
    assert attempt.submitted_at - started == pytest.approx(timedelta(minutes=32), abs=timedelta(seconds=3))


@pytest.mark.parametrize("step", STEPS)
def test_handing_in_after_the_clock_was_set_is_the_learners_own(
    step: timedelta, room: Room, machine: Machine, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    ticket = ticket_at(ayu, at)
    machine.is_set(step)
    machine.passes(19 * MINUTE)
    assert hand_in(ayu, at, made=clock.now(), ticket=ticket)["answer"]["open"] is False
    assert not attempts(session)[0].closed_by_clock


def test_a_process_that_starts_after_the_step_closes_nothing_for_good(
    room: Room,
    machine: Machine,
    client_of: Client,
    session: Session,
    app: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What no clock can know: whether the machine was off for two hours. Even then nothing is lost."""
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"1": "9"})
    machine.is_set(timedelta(hours=2))
    monkeypatch.setattr(clock, "CLOCK", machine.clock())
    assert receipts(keep(ayu, at, {"2": "SKM"}))[0]["status"] == "kept"
    late: list[LateAnswer] = late_answers(session)
    assert [(one.value, one.reason) for one in late] == [("SKM", Lateness.AFTER_GRACE)]


def test_readiness_says_that_the_clock_was_set_and_stays_up(machine: Machine, client_of: Client) -> None:
    client = client_of(None)
    assert "clock" not in client.get("/readyz").get_json()["degraded"]
    machine.is_set(timedelta(minutes=-5))
    assert "clock" in client.get("/readyz").get_json()["degraded"]


def test_the_log_stays_in_order(machine: Machine) -> None:
    line = logging.makeLogRecord({"msg": "x"})
    before = json.loads(JsonLines().format(line))["at"]
    machine.passes(1)
    machine.is_set(timedelta(hours=-2))
    assert json.loads(JsonLines().format(line))["at"] > before


# Less than four hours in all.
times = st.lists(st.tuples(st.floats(0, 450), st.floats(-1e5, 1e5)), max_size=30)


@given(times)
def test_the_time_never_goes_back_and_is_off_by_a_thousandth_of_what_passed(
    moves: list[tuple[float, float]],
) -> None:
    machine = Machine(1e9)
    ours = machine.clock()
    start, passed, last = ours.now(), 0.0, ours.now()
    for seconds, step in moves:
        machine.passes(seconds)
        machine.is_set(timedelta(seconds=step))
        passed += seconds
        told = ours.now()
        assert told >= last
        assert abs(told - start - passed) <= passed * APPROACH + 1e-3
        last = told


@pytest.mark.parametrize("step", STEPS)
def test_a_clock_that_stays_set_for_longer_than_any_exam_is_believed(step: timedelta) -> None:
    machine = Machine(1e9)
    ours = machine.clock()
    machine.is_set(step)
    for _ in range(239):
        machine.passes(MINUTE)
        ours.now()
    assert abs(ours.ahead()) > 7000
    machine.passes(2 * MINUTE)
    assert ours.ahead() == pytest.approx(0)
    machine.passes(5)
    assert ours.ahead() == pytest.approx(0)


@given(st.floats(-100, 100))
def test_a_clock_that_stays_set_is_followed_in_the_end(step: float) -> None:
    machine = Machine(1e9)
    ours = machine.clock()
    machine.is_set(timedelta(seconds=step))
    for _ in range(40):
        machine.passes(3600)
        ours.now()
    assert ours.ahead() == pytest.approx(0, abs=0.01)
