"""The directory: agencies, units, persons, roles and imports, as a plug."""

from __future__ import annotations

from lms.feature import Feature
from lms.people.events import ImportConfirmed
from lms.people.jobs import forget_imports, save_import
from lms.people.listeners import save_after_commit
from lms.people.permissions import AGENCIES, GRANT, IMPORT, KEEP, SEE, SEE_ROLES

FEATURE = Feature(
    name="people",
    permissions=[SEE, KEEP, IMPORT, SEE_ROLES, GRANT, AGENCIES],
    jobs=[save_import, forget_imports],
    listeners=[(ImportConfirmed, save_after_commit)],
)
