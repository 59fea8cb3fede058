"""Files and video, as a plug."""

from __future__ import annotations

from lms.feature import Feature
from lms.media.cli import storage_cli
from lms.media.events import MediaStored
from lms.media.jobs import prepare, reconcile, sweep
from lms.media.listeners import prepare_it
from lms.media.permissions import OPEN_FILES
from lms.media.views import blueprint

FEATURE = Feature(
    name="media",
    blueprint=blueprint,
    permissions=[OPEN_FILES],
    jobs=[prepare, sweep, reconcile],
    listeners=[(MediaStored, prepare_it)],
    cli=storage_cli,
)
