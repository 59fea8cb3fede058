"""The job queue: how a feature declares a job, and how a listener defers one inside its transaction."""

from __future__ import annotations

import enum
import functools
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procrastinate import App, JobContext, RetryStrategy
from procrastinate.connector import BaseConnector
from procrastinate.jobs import JobDeferrer, Status
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from procrastinate.tasks import Task
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from lms.config import Settings
from lms.jobs.models import JobFault
from lms.mail import Mailer
from lms.storage.store import ObjectStore

# A job that failed so often is parked in sight of the operator and blocks nobody.
MOST_TRIES = 5
# Lanes and how many jobs of each run at once in a worker: work of hours never stands before a mail.
LANES = {"default": 2, "renditions": 1}
# A worker that was silent for so long (seconds) is taken for dead and its jobs are taken up again.
SILENT_AFTER = 15
LONGEST_FAULT = 300  # characters

log = logging.getLogger("bina.jobs")

Run = Callable[..., None]


class Urgency(enum.IntEnum):
    """Which of the waiting jobs goes first: answers never wait for what can wait."""

    CAN_WAIT = -10
    USUAL = 0
    ANSWERS = 10


queue = App(connector=SyncPsycopgConnector())
_MANAGER = JobManager(SyncPsycopgConnector())


@dataclass(frozen=True, slots=True)
class Work:
    """What a job may use. A job is an edge, like a view: it opens its own transactions, each committed at its end."""

    sessions: sessionmaker[Session]
    store: ObjectStore
    mailer: Mailer
    settings: Settings
    now: Callable[[], datetime]

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.sessions() as session, session.begin():
            yield session


def job(
    *,
    tries: int = MOST_TRIES,
    cron: str | None = None,
    lock: str | None = None,
    urgency: Urgency = Urgency.USUAL,
    lane: str = "default",
    pause: int = 0,
) -> Callable[[Run], Task[..., Any, ...]]:
    """Declare `run(work, **ids)` as a job. It must be idempotent: it may run again after a crash in the middle.

    With `cron` it runs by itself; the moment it was due is not passed on. After a failure it waits ever longer, or always
    `pause` seconds. `lane` is one of LANES.
    """

    def declare(run: Run) -> Task[..., Any, ...]:
        @functools.wraps(run)
        def wrapped(context: JobContext, /, **ids: Any) -> None:
            ids.pop("timestamp", None)  # when a cron job was due; jobs ask work.now()
            work: Work = context.additional_context["work"]
            try:
                run(work, **ids)
            except Exception as error:
                _note_fault(work, context, error)
                raise

        name = f"{run.__module__.removesuffix('.jobs')}.{run.__name__}"
        retry = RetryStrategy(max_attempts=tries, wait=pause, exponential_wait=0 if pause else 4)
        options: Any = {"retry": retry, "lock": lock, "queue": lane, "priority": int(urgency)}
        task: Any = queue.task(name=name, pass_context=True, **options)(wrapped)
        return queue.periodic(cron=cron)(task) if cron else task

    return declare


def _note_fault(work: Work, context: JobContext, error: Exception) -> None:
    """Keep the last error of a job for the operator's page; the job's own failure is what counts."""
    job_id = getattr(getattr(context, "job", None), "id", None)
    if job_id is None:
        return
    fault = {"at": work.now(), "error": summary(error)}
    try:
        with work.transaction() as session:
            row = insert(JobFault).values(job_id=job_id, **fault)
            session.execute(row.on_conflict_do_update(index_elements=[JobFault.job_id], set_=fault))
    except SQLAlchemyError:
        log.warning("the error of a job could not be kept", extra={"job": job_id})


def summary(error: BaseException) -> str:
    """The kind of an error and the beginning of its first line: what was wrong, without a person's data."""
    line = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {line[:LONGEST_FAULT]}" if line else type(error).__name__


def later(
    session: Session,
    task: Task[..., Any, ...],
    *,
    at: datetime | None = None,
    once: str | None = None,
    priority: int | None = None,
    **ids: str,
) -> None:
    """Defer a job on the session's own connection: no row after a rollback, a row after the commit.

    `once` names work that needs to wait only once: while such a job waits, another one is not added.
    Jobs with a higher `priority` are done first (the task's own if None).
    """
    session.flush()
    if once and _waits(session, once):
        return
    options = {} if priority is None else {"priority": priority}
    _deferrer(session, task, schedule_at=at, lock=once, **options).defer(**ids)


def later_each(session: Session, task: Task[..., Any, ...], jobs: Sequence[dict[str, Any]]) -> None:
    """Defer one job for each of these arguments, in one statement however many they are."""
    session.flush()
    _deferrer(session, task).batch_defer(*jobs)


def _deferrer(session: Session, task: Task[..., Any, ...], **options: Any) -> JobDeferrer:
    """Deferring waits for nobody, so it is done on the session's own connection: inside a worker too, whose connector
    is of the other kind and would refuse it."""
    connection = session.connection().connection.driver_connection
    deferrer = task.configure(connection=connection, **options)
    deferrer.job_manager = _MANAGER
    return deferrer


def _waits(session: Session, once: str) -> bool:
    found = session.connection().exec_driver_sql(
        "SELECT 1 FROM procrastinate_jobs WHERE lock = %s AND status = 'todo' LIMIT 1", (once,)
    )
    return found.first() is not None


def listening(conninfo: str) -> AbstractContextManager[App]:
    """The queue on a connector that can listen, for as long as a worker runs."""
    connector: BaseConnector = PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
    return queue.replace_connector(connector)


@queue.periodic(cron="* * * * * */20")
@queue.task(name="lms.jobs.rescue", queueing_lock="rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Take up again what a dead worker left behind, at most MOST_TRIES times."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_AFTER):
        if stalled.attempts < MOST_TRIES:
            await manager.retry_job(stalled)
        else:
            await manager.finish_job(stalled, status=Status.FAILED, delete_job=False)
