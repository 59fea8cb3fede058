"""The queue and the database in numbers, and the jobs that need somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

MOST_SHOWN = 100
# A worker says so often that it lives (`flask jobs work`); after three missed times it is taken for dead.
SILENT_AFTER = timedelta(seconds=15)

_PARKED = sa.text(
    "SELECT j.id, j.task_name, j.attempts, f.error, coalesce(f.at, e.at) AS failed_at"
    " FROM procrastinate_jobs j LEFT JOIN job_fault f ON f.job_id = j.id"
    " LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id AND type = 'failed') e ON true"
    " WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT :most"
)
_STATES = sa.text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
_WAITING = sa.text(
    "SELECT j.task_name, count(*) AS count, min(coalesce(j.scheduled_at, e.at)) AS oldest"
    " FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
    " WHERE j.status IN ('todo', 'doing') GROUP BY j.task_name ORDER BY oldest, j.task_name"
)
_WORKERS = sa.text("SELECT id, last_heartbeat FROM procrastinate_workers ORDER BY id")
_COUNTS = sa.text(
    "SELECT (SELECT count(*) FROM agency) AS agencies, (SELECT count(*) FROM person WHERE status = 'active') AS people,"
    " (SELECT count(*) FROM sign_in WHERE ended_at IS NULL AND expires_at > :now) AS sessions,"
    " (SELECT count(*) FROM outgoing WHERE state = 'waiting') AS messages,"
    " pg_database_size(current_database()) AS bytes"
)


@dataclass(frozen=True, slots=True)
class Parked:
    """A job that failed too often and waits for an operator."""

    id: int
    name: str
    attempts: int
    error: str
    failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Jobs of one name that wait or run."""

    name: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs jobs."""

    id: int
    seen: datetime
    lives: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue at a glance."""

    states: Mapping[str, int]
    waiting: Sequence[Waiting]
    parked: Sequence[Parked]
    workers: Sequence[Worker]


def queue(session: Session, *, now: datetime) -> Queue:
    states = {row[0]: row[1] for row in session.execute(_STATES)}
    waiting = [Waiting(*row) for row in session.execute(_WAITING)]
    parked = parked_jobs(session)
    workers = [
        Worker(row.id, row.last_heartbeat, now - row.last_heartbeat < SILENT_AFTER)
        for row in session.execute(_WORKERS)
    ]
    return Queue(states, waiting, parked, workers)


def parked_jobs(session: Session) -> list[Parked]:
    rows = session.execute(_PARKED, {"most": MOST_SHOWN})
    return [Parked(r.id, r.task_name, r.attempts, r.error or "", r.failed_at) for r in rows]


def counts(session: Session, *, now: datetime) -> Mapping[str, Any]:
    """Agencies, active people, open sessions, waiting messages, and the size of the database in bytes."""
    return dict(session.execute(_COUNTS, {"now": now}).mappings().one())
