"""Who may make and change courses."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

AUTHOR = Permission("catalogue:author", N_("Menyusun kursus"), frozenset({Role.INSTRUCTOR, Role.ADMIN}))
BROWSE = Permission(
    "catalogue:browse",
    N_("Melihat semua kursus instansi"),
    frozenset({Role.INSTRUCTOR, Role.ADMIN, Role.AUDITOR, Role.ISSUER}),
    writes=False,
)
EDIT_ALL = Permission(
    "catalogue:edit-all", N_("Mengubah kursus siapa pun di instansi"), frozenset({Role.ADMIN})
)
