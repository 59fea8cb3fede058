"""Bina without a network, as a plug."""

from __future__ import annotations

from lms.feature import Feature
from lms.offline.views import blueprint

FEATURE = Feature(name="offline", blueprint=blueprint)
