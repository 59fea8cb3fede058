"""Files and video, as a plug."""

from __future__ import annotations

from lms.feature import Feature
from lms.media.cli import storage_cli
from lms.media.events import MediaStored, RenditionsPlanned
from lms.media.jobs import give_up, prepare, reconcile, render, sweep
from lms.media.listeners import prepare_it, render_them
from lms.media.permissions import OPEN_FILES
from lms.media.views import blueprint

FEATURE = Feature(
    name="media",
    blueprint=blueprint,
    permissions=[OPEN_FILES],
    jobs=[prepare, render, give_up, sweep, reconcile],
    listeners=[(MediaStored, prepare_it), (RenditionsPlanned, render_them)],
    cli=storage_cli,
)
