"""Turning documents into lesson text."""

from __future__ import annotations

import uuid
from importlib import import_module

from lms.jobs.queue import Work, job


@job()
def take_text(work: Work, *, activity_id: str, media_id: str) -> None:
    """Add what a document says to its lesson; what was taken already is not taken again."""
    # By name: the readers of Office files belong into the worker, and only once there is a document.
    import_module("courses.lessons.documents").take(work, uuid.UUID(activity_id), uuid.UUID(media_id))
