"""Who may open files that others brought."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

OPEN_FILES = Permission(
    "media:open",
    N_("Membuka berkas yang diunggah orang lain di instansinya"),
    frozenset({Role.INSTRUCTOR, Role.ADMIN, Role.AUDITOR}),
    writes=False,
)
