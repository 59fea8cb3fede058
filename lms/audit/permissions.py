"""Who may read the trail."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

SEE = Permission(
    "audit:see",
    N_("Membaca jejak audit"),
    frozenset({Role.ADMIN, Role.AUDITOR, Role.OPERATOR}),
    writes=False,
)
