"""What one reads and watches, as a plug."""

from __future__ import annotations

from courses.catalogue.events import CourseCopied
from courses.lessons import captioning, listeners, sending
from courses.lessons.events import DocumentAttached
from courses.lessons.jobs import take_text
from courses.progress.events import ActivityFinished
from lms.feature import Feature
from lms.media.events import MediaReady, MediaRendered
from lms.sending import Operation, one_by_one

FEATURE = Feature(
    name="lessons",
    # The last of four modules with pages: the others are imported by it.
    blueprint=captioning.blueprint,
    jobs=[take_text],
    operations=[
        Operation("lessons:watched", one_by_one(sending.watched)),
        Operation("lessons:done", one_by_one(sending.done)),
    ],
    listeners=[
        (ActivityFinished, listeners.grant_wishes),
        (CourseCopied, listeners.copy),
        (DocumentAttached, listeners.take_text_later),
        (MediaReady, listeners.refresh),
        (MediaRendered, listeners.refresh),
    ],
)
