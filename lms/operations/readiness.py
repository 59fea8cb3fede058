"""Whether this process may get requests: database, migrations, disk, jobs, store. Each answers yes or no, and never raises."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.storage.store import ObjectStore, StoreDown

# The codes of authenticator apps stop fitting at about so much.
MOST_SECONDS_APART = 30
LEAST_DISK = 500 * 1024 * 1024
OLDEST_JOB = timedelta(minutes=15)
REVISION = re.compile(r"^revision = [\"'](\w+)[\"']", re.MULTILINE)
DOWN = re.compile(r"^down_revision = [\"'](\w+)[\"']", re.MULTILINE)


def expected_head(root: Path) -> str:
    """The newest revision among the migration files: the one that no other follows."""
    texts = [file.read_text(encoding="utf-8") for file in (root / "migrations").glob("*.py")]
    revisions = {found[1] for text in texts if (found := REVISION.search(text))}
    followed = {found[1] for text in texts if (found := DOWN.search(text))}
    (head,) = revisions - followed
    return head


def database(session: Session, root: Path) -> bool:
    """Whether the database answers and has the tables that this code expects."""
    try:
        found: Any = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except sa.exc.SQLAlchemyError:
        session.rollback()
        return False
    return bool(found == expected_head(root))


def free_disk(folder: Path) -> int:
    """Bytes left where files and temporary work go."""
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def disk(folder: Path) -> bool:
    return free_disk(folder) > LEAST_DISK


def jobs(session: Session, *, now: datetime) -> bool:
    """Whether no job waits unreasonably long for a worker."""
    oldest = sa.text(
        "SELECT 1 FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
        " WHERE j.status = 'todo' AND j.attempts = 0 AND coalesce(j.scheduled_at, e.at) < :limit LIMIT 1"
    )
    try:
        return session.execute(oldest, {"limit": now - OLDEST_JOB}).first() is None
    except sa.exc.SQLAlchemyError:
        session.rollback()
        return False


def clock(ahead: float) -> bool:
    """Whether this process and the machine's clock agree; they do not when it was set after the start."""
    return abs(ahead) < MOST_SECONDS_APART


def files(store: ObjectStore) -> bool:
    try:
        store.stat("readiness")
    except StoreDown:
        return False
    return True
