"""Who may look after the installation."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

OPERATE = Permission(
    "operations:run", N_("Memeriksa sistem dan mengulang pekerjaan yang gagal"), frozenset({Role.OPERATOR})
)
