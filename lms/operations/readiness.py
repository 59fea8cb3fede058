"""Whether this process may get requests: database, migrations, disk, jobs, store. Each says yes or no, and never raises."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.storage.store import ObjectStore, StoreDown

# The codes of authenticator apps stop fitting at about so much.
MOST_SECONDS_APART = 30
LEAST_DISK = 500 * 1024 * 1024
OLDEST_JOB = timedelta(minutes=15)
# What makes PostgreSQL faster, and forgetful.
TRADED = ("fsync", "full_page_writes", "synchronous_commit")
REVISION = re.compile(r"^revision = [\"'](\w+)[\"']", re.MULTILINE)
DOWN = re.compile(r"^down_revision = [\"'](\w+)[\"']", re.MULTILINE)


def expected_head(root: Path) -> str:
    """The newest revision among the migration files: the one that no other follows."""
    texts = [file.read_text(encoding="utf-8") for file in (root / "migrations").glob("*.py")]
    revisions = {found[1] for text in texts if (found := REVISION.search(text))}
    followed = {found[1] for text in texts if (found := DOWN.search(text))}
    (head,) = revisions - followed
    return head


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """`migrated`: it answers and has the tables that this code expects.

    `durable`: what it acknowledges is on its disk and outlives a power cut, as answers are promised to. PostgreSQL does so
    unless somebody traded it for speed (its manual, "Write Ahead Log", "Asynchronous Commit").
    """

    migrated: bool
    durable: bool


NO_DATABASE = DatabaseFacts(migrated=False, durable=False)


def database(session: Session, root: Path) -> DatabaseFacts:
    asked = sa.select(sa.column("version_num"), *map(sa.func.current_setting, TRADED)).select_from(
        sa.table("alembic_version")
    )
    try:
        version, *traded = session.execute(asked).one()
    except sa.exc.SQLAlchemyError:
        session.rollback()
        return NO_DATABASE
    return DatabaseFacts(version == expected_head(root), "off" not in traded)


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
