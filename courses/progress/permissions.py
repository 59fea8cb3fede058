"""Who may follow a class."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

FOLLOW = Permission(
    "progress:follow",
    N_("Melihat kemajuan peserta"),
    frozenset({Role.INSTRUCTOR, Role.ADMIN, Role.AUDITOR, Role.ISSUER}),
    writes=False,
)
REMIND = Permission(
    "progress:remind", N_("Mengirim pengingat kepada peserta"), frozenset({Role.INSTRUCTOR, Role.ADMIN})
)
