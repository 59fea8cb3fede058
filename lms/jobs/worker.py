"""The library that runs the jobs. Only the worker loads it: a web process that defers one does without (lms.jobs.queue)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

from procrastinate import App, JobContext, RetryStrategy, periodic
from procrastinate.connector import BaseConnector
from procrastinate.jobs import Status
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector

from lms import clock
from lms.jobs.queue import MOST_TRIES, SILENT_AFTER, TASKS, Task


def listening(conninfo: str) -> AbstractContextManager[App]:
    """Every declared job on a connector that can listen, for as long as a worker runs."""
    keep_steady_time()
    queue = App(connector=SyncPsycopgConnector())
    for task in TASKS.values():
        _take_up(queue, task)
    rescuing = queue.task(name="lms.jobs.rescue", queueing_lock="rescue", pass_context=True)(rescue)
    queue.periodic(cron="* * * * * */20")(rescuing)
    connector: BaseConnector = PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
    return queue.replace_connector(connector)


def keep_steady_time() -> None:
    """Give the library's cron our clock: by the machine's own it would be silent for as long as that is set back.

    The library has no other way to be given one.
    """
    periodic.time = SimpleNamespace(time=lambda: clock.CLOCK.now())  # type: ignore[attr-defined, assignment]


def _take_up(queue: App, task: Task) -> None:
    retry = RetryStrategy(max_attempts=task.tries, wait=task.pause, exponential_wait=0 if task.pause else 4)
    options: Any = {"retry": retry, "lock": task.lock, "queue": task.lane, "priority": int(task.urgency)}
    taken: Any = queue.task(name=task.name, pass_context=True, **options)(task.func)
    if task.cron:
        queue.periodic(cron=task.cron)(taken)


async def rescue(context: JobContext, timestamp: int) -> None:
    """Take up again what a dead worker left behind, at most MOST_TRIES times."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_AFTER):
        if stalled.attempts < MOST_TRIES:
            await manager.retry_job(stalled)
        else:
            await manager.finish_job(stalled, status=Status.FAILED, delete_job=False)
