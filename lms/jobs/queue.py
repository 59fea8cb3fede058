"""The job queue: how a feature declares a job, and how a listener defers one inside its transaction.

Deferring is one call of the queue's own function in the database. The library that runs jobs (lms.jobs.worker) is large
and no web process needs it.
"""

from __future__ import annotations

import enum
import functools
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

# The queue's own function, so that its events and its notification to the workers follow.
_DEFER = """
SELECT procrastinate_defer_jobs_v1(array_agg(
    ROW(%(lane)s, %(name)s, %(priority)s, %(lock)s, NULL, args, %(at)s)::procrastinate_job_to_defer_v1 ORDER BY place))
FROM jsonb_array_elements(%(jobs)s::jsonb) WITH ORDINALITY AS one (args, place)
"""

log = logging.getLogger("bina.jobs")

Run = Callable[..., None]


class Urgency(enum.IntEnum):
    """Which of the waiting jobs goes first: answers never wait for what can wait."""

    CAN_WAIT = -10
    USUAL = 0
    ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Task:
    """A declared job; `func` takes the worker's context (lms.jobs.worker) and the ids. Attempts wait ever longer, or
    always `pause` seconds if that is not 0."""

    name: str
    func: Run
    tries: int
    pause: int
    cron: str | None
    lock: str | None
    lane: str
    urgency: Urgency


# What was declared, by name.
TASKS: dict[str, Task] = {}


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
) -> Callable[[Run], Task]:
    """Declare `run(work, **ids)` as a job. It must be idempotent: it may run again after a crash in the middle.

    With `cron` it runs by itself; the moment it was due is not passed on. After a failure it waits ever longer, or always
    `pause` seconds. `lane` is one of LANES.
    """

    def declare(run: Run) -> Task:
        @functools.wraps(run)
        def wrapped(context: Any, /, **ids: Any) -> None:
            ids.pop("timestamp", None)  # when a cron job was due; jobs ask work.now()
            work: Work = context.additional_context["work"]
            try:
                run(work, **ids)
            except Exception as error:
                _note_fault(work, context, error)
                raise

        name = f"{run.__module__.removesuffix('.jobs')}.{run.__name__}"
        TASKS[name] = Task(name, wrapped, tries, pause, cron, lock, lane, urgency)
        return TASKS[name]

    return declare


def _note_fault(work: Work, context: Any, error: Exception) -> None:
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
    task: Task,
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
    _defer(session, task, [ids], at=at, lock=once, priority=priority)


def later_each(session: Session, task: Task, jobs: Sequence[dict[str, Any]]) -> None:
    """Defer one job for each of these arguments, in one statement however many they are."""
    session.flush()
    if jobs:
        _defer(session, task, jobs)


def _defer(
    session: Session,
    task: Task,
    jobs: Sequence[dict[str, Any]],
    *,
    at: datetime | None = None,
    lock: str | None = None,
    priority: int | None = None,
) -> None:
    values = {
        "lane": task.lane,
        "name": task.name,
        "priority": int(task.urgency) if priority is None else priority,
        "lock": lock or task.lock,
        "at": at,
        "jobs": json.dumps(jobs),
    }
    session.connection().exec_driver_sql(_DEFER, values)


def _waits(session: Session, once: str) -> bool:
    found = session.connection().exec_driver_sql(
        "SELECT 1 FROM procrastinate_jobs WHERE lock = %s AND status = 'todo' LIMIT 1", (once,)
    )
    return found.first() is not None
