"""The renditions of a file as rows: planned, begun, made, failed, asked for again.

Every try has a number, and only the try that began last may say what became of a rendition: a worker that was taken for
dead and comes back changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.errors import N_, Conflict, NotFound
from lms.events import publish
from lms.media.events import MediaFailed, MediaReady, MediaRendered, RenditionsPlanned
from lms.media.models import Making, Media, MediaState, Rendering

MOST_TRIES = 5

EXHAUSTED = N_("Lima kali terhenti sebelum selesai. Berkas asli aman; coba lagi, atau hubungi operator.")
OPEN = (Making.WAITING, Making.WORKING)
# Nothing younger is taken for forgotten: its job may be about to be committed.
FORGOTTEN = timedelta(minutes=2)
_NO_JOB = sa.text(
    "NOT EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.task_name = 'lms.media.render'"
    " AND j.status IN ('todo', 'doing') AND j.args->>'media_id' = media_rendering.media_id::text"
    " AND j.args->>'name' = media_rendering.name)"
)


def plan(session: Session, media: Media, names: Sequence[str], *, now: datetime) -> None:
    """These renditions are to be made, from the beginning whatever became of them before."""
    if not names:
        return
    fresh = {
        "state": Making.WAITING,
        "percent": 0,
        "tries": 0,
        "problem": "",
        "playlist": "",
        "active_at": now,
    }
    rows = insert(Rendering).values([{"media_id": media.id, "name": name, **fresh} for name in names])
    session.execute(rows.on_conflict_do_update(index_elements=["media_id", "name"], set_=fresh))
    publish(session, RenditionsPlanned(media.id, tuple(names)))


def begin(session: Session, media_id: uuid.UUID, name: str, *, now: datetime) -> int | None:
    """Begin a try; returns its number, or None when there is nothing (more) to try. Tries are counted before the work,
    because a file may kill its worker. What has failed begins anew: an operator took its parked job up again."""
    row = _locked(session, media_id, name)
    if row is None or row.state is Making.READY:
        return None
    if row.state is Making.FAILED:
        row.tries, row.problem = 0, ""
    if row.tries >= MOST_TRIES:
        _fail(session, row, EXHAUSTED, now)
        return None
    row.tries, row.state, row.percent, row.active_at = row.tries + 1, Making.WORKING, 0, now
    return row.tries


def say(
    session: Session, media_id: uuid.UUID, name: str, attempt: int, percent: int, *, now: datetime
) -> bool:
    """How far a try is, and that it lives; False if it is not the one that counts any more."""
    mine = sa.and_(Rendering.media_id == media_id, Rendering.name == name, Rendering.tries == attempt)
    said: Any = session.execute(
        sa.update(Rendering)
        .where(mine, Rendering.state == Making.WORKING)
        .values(percent=percent, active_at=now)
    )
    return bool(said.rowcount)


def made(
    session: Session,
    media_id: uuid.UUID,
    name: str,
    attempt: int,
    facts: Mapping[str, Any],
    playlist: str,
    *,
    now: datetime,
) -> None:
    """Everything of it is in the store: from now on it is shown."""
    media, row = _both(session, media_id, name)
    if row is None or row.tries != attempt or row.state is not Making.WORKING:
        return
    row.state, row.percent, row.problem, row.playlist, row.active_at = Making.READY, 100, "", playlist, now
    media.renditions = {**media.renditions, name: dict(facts)}
    media.active_at = now
    if media.state is MediaState.STORED and _plays(facts):
        media.state, media.problem = MediaState.READY, ""
        publish(session, MediaReady(media_id))
    publish(session, MediaRendered(media_id))


def failed(
    session: Session, media_id: uuid.UUID, name: str, attempt: int, problem: str, *, now: datetime
) -> None:
    """It cannot be made, for a reason that another try would meet again."""
    row = _locked(session, media_id, name)
    if row is not None and row.tries == attempt and row.state is Making.WORKING:
        _fail(session, row, problem, now)


def stopped(session: Session, media_id: uuid.UUID, name: str, attempt: int, *, now: datetime) -> None:
    """A try was ended from outside: it waits for the next one, or gives up after the last."""
    row = _locked(session, media_id, name)
    if row is None or row.tries != attempt or row.state is not Making.WORKING:
        return
    row.state, row.percent, row.active_at = Making.WAITING, 0, now
    if attempt >= MOST_TRIES:
        _fail(session, row, EXHAUSTED, now)


def retry(session: Session, media: Media, name: str, *, now: datetime) -> None:
    """Make a failed rendition again. Raises NotFound, and Conflict when there is nothing to try."""
    row = _locked(session, media.id, name)
    if row is None:
        raise NotFound
    if row.state is Making.READY:
        raise Conflict
    if row.state is Making.FAILED:
        if media.state is MediaState.FAILED:
            media.state, media.problem = MediaState.STORED, ""
        plan(session, media, [name], now=now)


def give_up(session: Session, *, now: datetime) -> int:
    """Renditions that no job cares for although they are open: theirs was parked. They have failed; returns how many."""
    rows = session.scalars(
        sa.select(Rendering)
        .where(Rendering.state.in_(OPEN), Rendering.active_at < now - FORGOTTEN, _NO_JOB)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        _fail(session, row, EXHAUSTED, now)
    return len(rows)


def _plays(facts: Mapping[str, Any]) -> bool:
    return str(facts["type"]).startswith(("video/", "audio/"))


def _both(session: Session, media_id: uuid.UUID, name: str) -> tuple[Media, Rendering | None]:
    media = session.scalars(sa.select(Media).where(Media.id == media_id).with_for_update()).one()
    return media, _locked(session, media_id, name)


def _locked(session: Session, media_id: uuid.UUID, name: str) -> Rendering | None:
    found = sa.select(Rendering).where(Rendering.media_id == media_id, Rendering.name == name)
    return session.scalars(found.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _fail(session: Session, row: Rendering, problem: str, now: datetime) -> None:
    """A file of which nothing at all can be played has failed with its last rendition."""
    row.state, row.problem, row.active_at = Making.FAILED, problem, now
    session.flush()
    media = session.get_one(Media, row.media_id)
    still = sa.select(Rendering.name).where(Rendering.media_id == row.media_id, Rendering.state.in_(OPEN))
    if media.state is MediaState.STORED and session.scalar(still.limit(1)) is None:
        media.state, media.problem, media.active_at = MediaState.FAILED, problem, now
        publish(session, MediaFailed(media.id))
