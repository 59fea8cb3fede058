"""The reference numbers of training in the national civil-service record (SIASN), for the file that goes there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lms.errors import N_

# id: name and the letter of the certificate in the history (domain 7.2): F functional, T technical, P attendance.
TRAINING = {
    1: (N_("Diklat struktural"), "T"),
    2: (N_("Diklat fungsional"), "F"),
    3: (N_("Diklat teknis"), "T"),
    4: (N_("Workshop"), "P"),
    5: (N_("Pelatihan manajerial"), "T"),
    6: (N_("Pelatihan sosial kultural"), "T"),
    7: (N_("Sosialisasi"), "P"),
    8: (N_("Bimbingan teknis"), "T"),
    9: (N_("Seminar"), "P"),
    10: (N_("Magang"), "T"),
    11: (N_("Kursus"), "T"),
    12: (N_("Penataran"), "T"),
    13: (N_("Klasikal lainnya"), "T"),
    14: (N_("Coaching"), "T"),
    15: (N_("Mentoring"), "T"),
    16: (N_("E-learning"), "T"),
    17: (N_("Pelatihan jarak jauh"), "T"),
    18: (N_("Detasering"), "T"),
    19: (N_("Outbound"), "T"),
    20: (N_("Patok banding"), "T"),
    21: (N_("Pertukaran"), "T"),
    22: (N_("Belajar mandiri"), "T"),
    23: (N_("Komunitas belajar"), "T"),
    24: (N_("Bimbingan di tempat kerja"), "T"),
    25: (N_("Nonklasikal lainnya"), "T"),
}
USUAL = 3

COLUMNS = (
    "nip",
    "nama",
    "jenis_diklat_id",
    "jenis_diklat",
    "nama_diklat",
    "institusi_penyelenggara",
    "nomor_sertifikat",
    "tanggal_mulai",
    "tanggal_selesai",
    "tahun",
    "jumlah_jam",
    "jenis_sertifikat",
    "berkas",
)


def row(facts: Mapping[str, Any]) -> list[str | int]:
    """One line of the file, in the order of COLUMNS. Dates are dd-mm-yyyy, as SIASN takes them."""
    name, letter = TRAINING[facts["training"]]
    return [
        facts["employee_number"],
        facts["name"],
        facts["training"],
        name,
        facts["course"],
        facts["organiser"],
        facts["number"],
        _day(facts["starts_on"]),
        _day(facts["ends_on"]),
        int(facts["ends_on"][:4]),
        facts["jp"],
        letter,
        file_name(facts),
    ]


def file_name(facts: Mapping[str, Any]) -> str:
    """`{nip}_{clean number}.pdf` (domain 7.3); without a NIP the clean number alone."""
    number = re.sub(r"[^0-9A-Za-z]+", "-", facts["number"]).strip("-")
    return f"{facts['employee_number']}_{number}.pdf".lstrip("_")


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}-{month}-{year}"
