"""The operator's page, as a plug."""

from __future__ import annotations

from lms.access import allows
from lms.errors import N_
from lms.feature import Feature, NavItem
from lms.operations.permissions import OPERATE
from lms.operations.views import blueprint

FEATURE = Feature(
    name="operations",
    blueprint=blueprint,
    permissions=[OPERATE],
    nav=[
        NavItem(
            "operations.show",
            N_("Sistem"),
            "bars",
            lambda actor: allows(actor, OPERATE),
            group="manage",
            order=70,
        )
    ],
)
