"""Who marks, who looks, and who gives more time."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

MARK = Permission("quizzes:mark", N_("Menilai uraian di kelas"), frozenset({Role.INSTRUCTOR, Role.ADMIN}))
MARK_ALL = Permission("quizzes:mark-all", N_("Menilai uraian semua kelas instansi"), frozenset({Role.ADMIN}))
RESULTS = Permission(
    "quizzes:results",
    N_("Melihat hasil kuis kelas"),
    frozenset({Role.INSTRUCTOR, Role.ADMIN, Role.AUDITOR}),
    writes=False,
)
