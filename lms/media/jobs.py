"""Preparing files for phones, and keeping the store tidy."""

from __future__ import annotations

import uuid
from importlib import import_module

from lms.jobs.queue import Work, job
from lms.media import making, sweeping


@job()
def prepare(work: Work, *, media_id: str) -> None:
    """Make the renditions of one file; what is already prepared stays as it is."""
    # By name: Pillow and PDFium belong into the worker, and only once it has a file to prepare.
    import_module("lms.media.prepare").prepare(work, uuid.UUID(media_id))


@job(lane="renditions", pause=10)
def render(work: Work, *, media_id: str, name: str) -> None:
    """Make one rendition of a video or recording."""
    import_module("lms.media.render").render(work, uuid.UUID(media_id), name)


@job(cron="*/5 * * * *")
def give_up(work: Work) -> None:
    """Every five minutes: renditions whose job was parked are said to have failed."""
    with work.transaction() as session:
        making.give_up(session, now=work.now())


@job(cron="17 * * * *")
def sweep(work: Work) -> None:
    """Every hour: uploads that were given up, preparation that died."""
    with work.transaction() as session:
        sweeping.sweep(session, work.store, now=work.now())
    with work.transaction() as session:
        sweeping.wake(session, now=work.now())
    sweeping.clear_work(work.settings.data_dir, now=work.now())


@job(cron="43 18 * * *")
def reconcile(work: Work) -> None:
    """Every night (01.43 WIB): objects without rows, and rows without objects."""
    with work.transaction() as session:
        sweeping.forget_leftovers(session, work.store, now=work.now())
    with work.transaction() as session:
        sweeping.say_losses(session, work.store, now=work.now())
