"""What one reads and watches, as a plug."""

from __future__ import annotations

from courses.catalogue.events import CourseCopied
from courses.lessons import listeners
from courses.lessons.editing import blueprint
from courses.lessons.events import DocumentAttached
from courses.lessons.jobs import take_text
from lms.feature import Feature
from lms.media.events import MediaReady

FEATURE = Feature(
    name="lessons",
    blueprint=blueprint,
    jobs=[take_text],
    listeners=[
        (CourseCopied, listeners.copy),
        (DocumentAttached, listeners.take_text_later),
        (MediaReady, listeners.refresh),
    ],
)
