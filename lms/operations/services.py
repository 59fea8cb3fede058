"""Giving a parked job or a failed message another chance, or letting it go."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Conflict
from lms.jobs.models import JobFault
from lms.notifications.models import Outgoing, OutgoingState
from lms.notifications.services import send_again

GONE = N_("Pekerjaan ini tidak lagi menunggu Anda. Muat ulang halaman untuk melihat keadaan terakhir.")
NOT_FAILED = N_("Kiriman ini tidak lagi gagal. Muat ulang halaman untuk melihat keadaan terakhir.")
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


def resend(session: Session, message_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """Try a failed message again, from the first try. Raises Conflict when it is not failed."""
    message = _failed(session, message_id)
    send_again(session, message, now=now)
    note(session, "message:resent", "message", message.id, by=by, now=now, after={"kind": message.kind})


def discard(session: Session, message_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """Leave a failed message unsent; the record of it stays. Raises Conflict when it is not failed."""
    message = _failed(session, message_id)
    message.state = OutgoingState.DROPPED
    note(session, "message:discarded", "message", message.id, by=by, now=now, before={"kind": message.kind})


def _failed(session: Session, message_id: uuid.UUID) -> Outgoing:
    found = sa.select(Outgoing).where(Outgoing.id == message_id, Outgoing.state == OutgoingState.FAILED)
    message = session.scalars(found.with_for_update()).one_or_none()
    if message is None:
        raise Conflict(NOT_FAILED)
    return message
