"""Who may issue and end certificates, and who says how they look and what earns them."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

ISSUE = Permission("certificates:issue", N_("Menerbitkan dan mencabut sertifikat"), frozenset({Role.ISSUER}))
LIST = Permission(
    "certificates:list",
    N_("Melihat sertifikat instansi"),
    frozenset({Role.ISSUER, Role.ADMIN, Role.AUDITOR}),
    writes=False,
)
DESIGN = Permission(
    "certificates:design",
    N_("Mengatur templat, syarat, dan isi sertifikat"),
    frozenset({Role.ISSUER, Role.ADMIN}),
)
