"""The audit trail, as a plug."""

from __future__ import annotations

from lms.access import allows
from lms.audit.listeners import write_down
from lms.audit.permissions import SEE
from lms.audit.views import blueprint
from lms.errors import N_
from lms.feature import Feature, NavItem
from lms.people.events import RecordsChanged

FEATURE = Feature(
    name="audit",
    blueprint=blueprint,
    permissions=[SEE],
    listeners=[(RecordsChanged, write_down)],
    nav=[
        NavItem(
            "audit.show",
            N_("Jejak audit"),
            "clock",
            lambda actor: allows(actor, SEE),
            group="manage",
            order=40,
        )
    ],
)
