"""Who may form groups, mark projects, and look at both."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

SEE = Permission(
    "projects:see",
    N_("Melihat proyek kelompok"),
    frozenset({Role.INSTRUCTOR, Role.ADMIN, Role.AUDITOR}),
    writes=False,
)
MARK = Permission(
    "projects:mark", N_("Membentuk kelompok dan menilai proyek"), frozenset({Role.INSTRUCTOR, Role.ADMIN})
)
