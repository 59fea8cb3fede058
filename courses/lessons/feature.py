"""What one reads and watches, as a plug."""

from __future__ import annotations

from courses.lessons.views import blueprint
from lms.feature import Feature

FEATURE = Feature(name="lessons", blueprint=blueprint)
