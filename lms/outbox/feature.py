"""The outbox's other end, as a plug."""

from __future__ import annotations

from lms.feature import Feature
from lms.outbox import views
from lms.outbox.jobs import forget_receipts

FEATURE = Feature(name="outbox", blueprint=views.blueprint, jobs=[forget_receipts])
