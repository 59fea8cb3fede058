"""Giving a parked job another chance, or letting it go."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Conflict
from lms.jobs.models import JobFault

GONE = N_("Pekerjaan ini tidak lagi menunggu Anda. Muat ulang halaman untuk melihat keadaan terakhir.")
_TAKE = sa.text("SELECT task_name FROM procrastinate_jobs WHERE id = :id AND status = 'failed' FOR UPDATE")
# The queue's own function, so that its events and its notification to the workers follow.
_RETRY = sa.text("SELECT procrastinate_retry_job_v2(:id, :now, NULL, NULL, NULL)")


def retry(session: Session, job_id: int, *, by: Actor | None, now: datetime) -> str:
    """Put a parked job back into the queue and return its name. Raises Conflict when it is not parked."""
    name = _taken(session, job_id)
    session.execute(_RETRY, {"id": job_id, "now": now})
    note(session, "job:retried", "job", None, by=by, now=now, after={"job": job_id, "task": name})
    return name


def delete(session: Session, job_id: int, *, by: Actor | None, now: datetime) -> str:
    """Forget a parked job for good. Raises Conflict when it is not parked."""
    name = _taken(session, job_id)
    session.execute(sa.delete(JobFault).where(JobFault.job_id == job_id))
    session.execute(sa.text("DELETE FROM procrastinate_periodic_defers WHERE job_id = :id"), {"id": job_id})
    session.execute(sa.text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": job_id})
    note(session, "job:deleted", "job", None, by=by, now=now, before={"job": job_id, "task": name})
    return name


def _taken(session: Session, job_id: int) -> str:
    name = session.scalar(_TAKE, {"id": job_id}) if job_id < 2**63 else None
    if name is None:
        raise Conflict(GONE)
    return str(name)
