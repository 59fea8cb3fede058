"""What one reads and watches, as a plug."""

from __future__ import annotations

from courses.catalogue.events import CourseCopied
from courses.lessons import filing, listeners
from courses.lessons.events import DocumentAttached
from courses.lessons.jobs import take_text
from lms.feature import Feature
from lms.media.events import MediaReady, MediaRendered

FEATURE = Feature(
    name="lessons",
    # The last of three modules with pages: the others are imported by it.
    blueprint=filing.blueprint,
    jobs=[take_text],
    listeners=[
        (CourseCopied, listeners.copy),
        (DocumentAttached, listeners.take_text_later),
        (MediaReady, listeners.refresh),
        (MediaRendered, listeners.refresh),
    ],
)
