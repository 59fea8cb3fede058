"""Downloads, as a plug."""

from __future__ import annotations

from courses.downloads.views import blueprint
from lms.feature import Feature

FEATURE = Feature(name="downloads", blueprint=blueprint)
