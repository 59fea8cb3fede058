"""The columns that an import knows (domain 7.3, nos. 1 and 2), and which of them a header means."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lms.errors import N_

# A column of the file that is left out because somebody said so.
IGNORED = "-"
_ALIKE = 0.8
# What our own result files add to a sheet, so that a mended one can be sent again as it is.
RESULT = (N_("Baris asal"), N_("Hasil"), N_("Masalah dan cara memperbaiki"))
_OURS = {"baris asal", "hasil", "masalah dan cara memperbaiki", "original row", "result", "problem and cure"}


@dataclass(frozen=True)
class Column:
    """A field that a column may fill. `name` stands in our template's header."""

    field: str
    name: str
    label: str
    required: bool = False
    synonyms: tuple[str, ...] = ()


PEOPLE = (
    Column(
        "number",
        "nip",
        N_("NIP atau NI PPPK"),
        True,
        ("nip baru", "nip_baru", "ni pppk", "nip/ni pppk", "nipppk", "nomor induk", "nomor induk pegawai"),
    ),
    Column(
        "full_name",
        "nama",
        N_("Nama tanpa gelar"),
        True,
        ("nama lengkap", "nama pegawai", "nama asn", "nama tanpa gelar"),
    ),
    Column("front_title", "gelar_depan", N_("Gelar depan"), False, ("glr depan", "gelar dpn")),
    Column("back_title", "gelar_belakang", N_("Gelar belakang"), False, ("glr belakang", "gelar blk")),
    Column(
        "employment_type",
        "jenis_asn",
        N_("Jenis pegawai"),
        True,
        ("jenis pegawai", "status kepegawaian", "kedudukan", "jenis kepegawaian"),
    ),
    Column("grade", "golongan", N_("Golongan"), False, ("gol", "gol ruang", "golongan ruang", "gol/ruang")),
    Column("rank_name", "pangkat", N_("Pangkat"), False, ("nama pangkat", "pangkat terakhir")),
    Column(
        "position_type",
        "jenis_jabatan",
        N_("Jenis jabatan"),
        True,
        ("jenis jab", "eselon", "tipe jabatan", "kelompok jabatan"),
    ),
    Column("position", "nama_jabatan", N_("Nama jabatan"), True, ("jabatan", "nama jab", "jabatan terakhir")),
    Column("position_level", "jenjang", N_("Jenjang jabatan"), False, ("jenjang jabatan", "jenjang jf")),
    Column(
        "unit_code",
        "kode_unit",
        N_("Kode unit kerja"),
        True,
        ("kode unor", "kode unit kerja", "id unor", "kode opd", "kode satker"),
    ),
    Column(
        "unit_name",
        "nama_unit",
        N_("Nama unit kerja"),
        False,
        ("unit kerja", "unor", "nama unor", "opd", "unit organisasi", "satuan kerja"),
    ),
    Column(
        "superior",
        "nip_atasan",
        N_("NIP atasan langsung"),
        False,
        ("nip atasan langsung", "atasan", "nip pejabat penilai"),
    ),
    Column("email", "email", N_("Surel"), False, ("e-mail", "surel", "alamat email", "email pegawai")),
    Column(
        "phone", "hp", N_("Nomor ponsel"), False, ("no hp", "nomor hp", "telepon", "no telp", "ponsel", "wa")
    ),
    Column(
        "position_since",
        "tmt_jabatan",
        N_("Mulai menjabat"),
        False,
        ("tmt jab", "tmt", "tanggal mulai jabatan", "mulai jabatan"),
    ),
    Column("status", "status", N_("Status"), True, ("status pegawai", "status aktif", "keaktifan")),
)
UNITS = (
    Column(
        "code", "kode_unit", N_("Kode unit kerja"), True, ("kode", "kode unor", "kode unit kerja", "kode opd")
    ),
    Column(
        "name", "nama", N_("Nama unit kerja"), True, ("nama unit", "nama unor", "unit kerja", "nama_unit")
    ),
    Column("kind", "jenis", N_("Jenis unit"), True, ("jenis unit", "jenis unor", "tipe")),
    Column(
        "parent",
        "kode_induk",
        N_("Kode unit induk"),
        False,
        ("induk", "kode unit induk", "kode atasan", "parent"),
    ),
    Column(
        "kemendagri_code",
        "kemendagri_code",
        N_("Kode wilayah Kemendagri"),
        False,
        ("kode kemendagri", "kode wilayah", "kode wilayah kemendagri"),
    ),
    Column("valid_from", "berlaku_dari", N_("Berlaku dari"), False, ("berlaku mulai", "tmt", "mulai")),
    Column("valid_to", "berlaku_sampai", N_("Berlaku sampai"), False, ("berlaku s.d.", "sampai", "berakhir")),
)


def folded(text: str) -> str:
    """Lower case, words separated by one space: "NIP  *" and "nip" are the same header."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def guess(header: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """For each header the field it most likely means, or "" when that is not clear. No field is given twice."""
    known = {folded(word): c.field for c in columns for word in (c.name, c.label, *c.synonyms)}
    wanted = [folded(text) for text in header]
    found = [IGNORED if word in _OURS else known.get(word, "") for word in wanted]
    for at, word in enumerate(wanted):
        if word and not found[at]:
            close = difflib.get_close_matches(word, known, n=1, cutoff=_ALIKE)
            found[at] = known[close[0]] if close and known[close[0]] not in found else ""
    return [field if field == IGNORED or field not in found[:at] else "" for at, field in enumerate(found)]


def missing(mapping: Sequence[str], columns: Sequence[Column]) -> list[Column]:
    """The required columns that no column of the file fills."""
    return [column for column in columns if column.required and column.field not in mapping]
