"""`/healthz`: alive, asks nothing. `/readyz`: database, migrations, disk, jobs; a store that is down only degrades."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, current_app, jsonify
from werkzeug.wrappers import Response

from lms.access import ANYONE, needs
from lms.clock import now
from lms.shell.migrations import expected_head
from lms.storage.store import StoreDown
from lms.web import session, settings, store

blueprint = Blueprint("shell", __name__)

LEAST_DISK = 500 * 1024 * 1024
OLDEST_JOB = timedelta(minutes=15)


@blueprint.get("/healthz")
@needs(ANYONE)
def alive() -> str:
    return "ok"


@blueprint.get("/readyz")
@needs(ANYONE)
def ready() -> tuple[Response, int]:
    """200 when this process may get requests. The names of what is wrong are shown, never details."""
    wrong = [name for name, test in {"database": at_head, "disk": _disk, "jobs": _jobs}.items() if not test()]
    degraded = [] if _store() else ["store"]
    state = "unready" if wrong else "degraded" if degraded else "ready"
    return jsonify(state=state, wrong=wrong, degraded=degraded), 503 if wrong else 200


def at_head() -> bool:
    """Whether the database answers and has the migrations that this code expects."""
    try:
        found: Any = session().scalar(sa.text("SELECT version_num FROM alembic_version"))
    except sa.exc.SQLAlchemyError:
        session().rollback()
        return False
    return bool(found == expected_head(Path(current_app.root_path)))


def _disk() -> bool:
    folder = Path(settings().data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free > LEAST_DISK


def _jobs() -> bool:
    """Whether no job waits unreasonably long for a worker."""
    oldest = sa.text(
        "SELECT 1 FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
        " WHERE j.status = 'todo' AND j.attempts = 0 AND coalesce(j.scheduled_at, e.at) < :limit LIMIT 1"
    )
    try:
        return session().execute(oldest, {"limit": now() - OLDEST_JOB}).first() is None
    except sa.exc.SQLAlchemyError:
        session().rollback()
        return False


def _store() -> bool:
    try:
        store().stat("readiness")
    except StoreDown:
        return False
    return True
