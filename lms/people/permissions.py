"""Who may see and keep the directory. An operator serves every agency (`lms.people.queries.within`)."""

from __future__ import annotations

from lms.access import Permission, Role
from lms.errors import N_

KEEPERS = frozenset({Role.ADMIN, Role.OPERATOR})
READERS = KEEPERS | {Role.AUDITOR}

SEE = Permission("people:see", N_("Melihat data pegawai dan unit kerja instansi"), READERS, writes=False)
KEEP = Permission("people:keep", N_("Menambah dan mengubah data pegawai dan unit kerja"), KEEPERS)
IMPORT = Permission("people:import", N_("Mengimpor pegawai dan unit kerja dari berkas"), KEEPERS)
SEE_ROLES = Permission("people:see-roles", N_("Melihat siapa memegang peran apa"), READERS, writes=False)
GRANT = Permission("people:grant", N_("Memberi dan mencabut peran"), KEEPERS)
AGENCIES = Permission("people:agencies", N_("Mendaftarkan dan mengubah instansi"), frozenset({Role.OPERATOR}))
