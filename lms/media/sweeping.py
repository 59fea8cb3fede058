"""Keeping rows and objects in step: what was given up is forgotten, what got lost is said.

A row comes first and its object second, so an object without a row is left over from something that was undone.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby, islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.media.models import PREFIX, Media, MediaState
from lms.media.services import ABSENT, again, fail
from lms.storage.store import ObjectStore, Stored

# An upload on which nobody has worked for so long is given up.
ABANDONED = timedelta(days=3)
# A refused file is remembered for so long, for whoever looks at the page again.
REFUSED = timedelta(days=1)
# Preparation that has said nothing for so long, and for which no job waits, has died.
STUCK = timedelta(hours=2)
# Nothing younger is taken for a leftover: its row may be about to be committed.
YOUNG = timedelta(days=1)
_BATCH = 500

_AT_WORK = sa.text(
    "SELECT args->>'media_id' FROM procrastinate_jobs "
    "WHERE task_name IN ('lms.media.prepare', 'lms.media.render') AND status IN ('todo', 'doing')"
)


def sweep(session: Session, store: ObjectStore, *, now: datetime) -> int:
    """Forget uploads that were given up, and files refused a while ago; returns how many."""
    given_up = sa.and_(Media.state == MediaState.PENDING, Media.active_at < now - ABANDONED)
    refused = sa.and_(
        Media.state == MediaState.FAILED, Media.stored_at.is_(None), Media.active_at < now - REFUSED
    )
    rows = session.scalars(
        sa.select(Media).where(sa.or_(given_up, refused)).limit(_BATCH).with_for_update(skip_locked=True)
    ).all()
    for media in rows:
        if media.upload_id:
            store.abort_parts(media.key, media.upload_id)
        store.delete(media.key)
        session.delete(media)
    session.flush()
    return len(rows)


def wake(session: Session, *, now: datetime) -> int:
    """Prepare again what no job cares for any more; returns how many."""
    busy = [uuid.UUID(found) for found in session.scalars(_AT_WORK)]
    stuck = session.scalars(
        sa.select(Media)
        .where(Media.state == MediaState.STORED, Media.active_at < now - STUCK, Media.id.not_in(busy))
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for media in stuck:
        tries = media.facts.get("tries", 0)
        again(session, media, now=now)
        media.facts = {"tries": tries}
    return len(stuck)


def forget_leftovers(session: Session, store: ObjectStore, *, now: datetime) -> int:
    """Delete objects and uploads in parts that belong to no row; returns how many."""
    count = 0
    for batch in _batches(store.keys(PREFIX)):
        known = _known_keys(session, batch.keys())
        for media_id, objects in batch.items():
            for made in objects:
                if made.changed_at < now - YOUNG and made.key not in known.get(media_id, ()):
                    store.delete(made.key)
                    count += 1
    uploads = set(session.scalars(sa.select(Media.upload_id).where(Media.upload_id.is_not(None))))
    for upload in list(store.unfinished(PREFIX)):
        if upload.upload_id not in uploads and upload.began_at < now - YOUNG:
            store.abort_parts(upload.key, upload.upload_id)
            count += 1
    return count


def say_losses(session: Session, store: ObjectStore, *, now: datetime) -> int:
    """Rows whose objects are gone: without the original they fail, without a rendition they are prepared again."""
    there = {made.key for made in store.keys(PREFIX)}
    count = 0
    rows = sa.select(Media).where(Media.stored_at < now - YOUNG).execution_options(yield_per=_BATCH)
    for media in session.scalars(rows):
        gone = media.keys - {media.key} - there
        if media.key not in there and media.problem != ABSENT:
            fail(session, media, ABSENT, {}, now=now)
            count += 1
        elif gone and media.state is MediaState.READY and media.key in there:
            again(session, media, now=now)
            count += 1
    return count


def work_folder(data_dir: Path) -> Path:
    """Where files lie while they are prepared."""
    return data_dir / "work"


def clear_work(data_dir: Path, *, now: datetime) -> int:
    """Delete what a worker that died left in its working folder, and what stopped arriving; returns how many."""
    places = [*work_folder(data_dir).glob("*"), *data_dir.glob("files/arriving/*")]
    oldest = (now - YOUNG).timestamp()
    old = [place for place in places if place.stat().st_mtime < oldest]
    for place in old:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
    return len(old)


def _batches(objects: Iterable[Stored]) -> Iterator[dict[uuid.UUID, list[Stored]]]:
    groups = groupby(objects, key=lambda made: _media_id(made.key))
    ours = ((media_id, list(group)) for media_id, group in groups if media_id)
    while batch := dict(islice(ours, _BATCH)):
        yield batch


def _media_id(key: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(key.removeprefix(PREFIX).partition("/")[0])
    except ValueError:
        return None


def _known_keys(session: Session, media_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    rows = session.scalars(sa.select(Media).where(Media.id.in_(list(media_ids))))
    return {media.id: media.keys for media in rows}
