"""The directory: agencies, units, persons, roles and imports, as a plug."""

from __future__ import annotations

from lms.access import Actor, Role, allows
from lms.errors import N_
from lms.feature import Feature, NavItem
from lms.people import agency_views, import_views, role_views, unit_views
from lms.people.events import ImportConfirmed
from lms.people.jobs import forget_imports, save_import
from lms.people.listeners import save_after_commit
from lms.people.permissions import AGENCIES, GRANT, IMPORT, KEEP, SEE, SEE_ROLES
from lms.people.views import blueprint


def sees(actor: Actor) -> bool:
    return allows(actor, SEE)


def imports(actor: Actor) -> bool:
    return allows(actor, IMPORT)


def operates(actor: Actor) -> bool:
    return Role.OPERATOR in actor.roles


FEATURE = Feature(
    name="people",
    blueprint=blueprint,
    permissions=[SEE, KEEP, IMPORT, SEE_ROLES, GRANT, AGENCIES],
    jobs=[save_import, forget_imports],
    listeners=[(ImportConfirmed, save_after_commit)],
    nav=[
        NavItem(
            "people.show",
            N_("Pegawai"),
            "user",
            sees,
            order=25,
            holds=("auth.access", "auth.hand_over"),
        ),
        NavItem("units.show", N_("Unit kerja"), "building", sees, group="manage", order=10),
        NavItem("imports.show", N_("Impor data"), "upload", imports, group="manage", order=20),
        NavItem("roles.show", N_("Peran"), "shield", sees, group="manage", order=30),
        NavItem("agencies.show", N_("Instansi"), "globe", operates, group="manage", order=60),
    ],
)
# One package, several plugs: each group of pages has its own name in addresses and in the navigation.
FEATURES = [
    FEATURE,
    Feature(name="units", blueprint=unit_views.blueprint),
    Feature(name="imports", blueprint=import_views.blueprint),
    Feature(name="roles", blueprint=role_views.blueprint),
    Feature(name="agencies", blueprint=agency_views.blueprint),
]
