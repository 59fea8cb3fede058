"""Certificates, as a plug."""

from __future__ import annotations

from courses.certificates.permissions import ISSUE, LIST
from courses.certificates.views import blueprint
from lms.errors import N_
from lms.feature import Feature, NavItem

FEATURE = Feature(
    name="certificates",
    blueprint=blueprint,
    permissions=[ISSUE, LIST],
    nav=[NavItem("certificates.show", N_("Sertifikat"), "award", lambda actor: not actor.is_staff, order=30)],
)
