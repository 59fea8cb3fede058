"""Who may open and run cohorts."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

RUN = Permission("cohorts:run", N_("Membuka dan mengelola kelas"), frozenset({Role.ADMIN}))
SEE = Permission(
    "cohorts:see",
    N_("Melihat semua kelas instansi"),
    frozenset({Role.ADMIN, Role.AUDITOR, Role.ISSUER}),
    writes=False,
)
TEACH = Permission(
    "cohorts:teach",
    N_("Melihat kelas yang diajar"),
    frozenset({Role.INSTRUCTOR, Role.ADMIN, Role.AUDITOR}),
    writes=False,
)
LIST = Permission("cohorts:list", N_("Melihat daftar kelas"), SEE.roles | TEACH.roles, writes=False)
ANNOUNCE = Permission(
    "cohorts:announce", N_("Mengumumkan kepada peserta kelas"), frozenset({Role.INSTRUCTOR, Role.ADMIN})
)
