"""What runs every minute goes on when the server's clock is set."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from procrastinate import App
from procrastinate.periodic import PeriodicDeferrer, PeriodicRegistry, TaskAtTime
from procrastinate.testing import InMemoryConnector

from lms import clock
from lms.jobs.worker import keep_steady_time
from tests.quizzes.test_clock import Machine


class Over(Exception):
    """Enough was seen."""


class Watched(PeriodicDeferrer):
    """The library's cron on a machine whose clock is set after the third minute."""

    def __init__(self, machine: Machine, step: timedelta) -> None:
        registry = PeriodicRegistry()  # type: ignore[no-untyped-call]
        tick: Any = App(connector=InMemoryConnector()).task(name="tick")(lambda timestamp: None)
        registry.register_task(task=tick, periodic_id="", cron="* * * * *", configure_kwargs={})
        super().__init__(registry)
        self.machine, self.step, self.rounds = machine, step, list[int]()

    async def defer_jobs(self, jobs_to_defer: Iterable[TaskAtTime]) -> None:
        self.rounds.append(len(list(jobs_to_defer)))

    async def wait(self, next_tick: float) -> None:
        self.machine.passes(next_tick + 0.5)
        if len(self.rounds) == 3:
            self.machine.is_set(self.step)
        if len(self.rounds) == 8:
            raise Over


@pytest.mark.parametrize("hours", [2, -2])
def test_every_minute_stays_every_minute(hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(1_800_000_030.0)
    monkeypatch.setattr(clock, "CLOCK", machine.clock())
    keep_steady_time()
    cron = Watched(machine, timedelta(hours=hours))
    with pytest.raises(Over):
        asyncio.run(cron.worker())
    assert cron.rounds[1:] == [1] * 7
