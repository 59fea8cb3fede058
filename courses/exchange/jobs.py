"""Taking archives in after the answer."""

from __future__ import annotations

import uuid
from importlib import import_module

from lms.jobs.queue import Work, job


@job(tries=2)
def take_archive(work: Work, *, import_id: str) -> None:
    """Take one archive of courses in; a second run finds it done."""
    # By name: it brings what prepares files, which only the worker needs.
    import_module("courses.exchange.runs").take(work, uuid.UUID(import_id))
