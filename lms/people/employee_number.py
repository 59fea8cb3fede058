"""Employee numbers of civil servants: the NIP of a PNS and the NI PPPK, 18 digits each (domain 1.1, 1.2).

    19860314 201001 2 003      birth date, month of appointment, sex, serial: PNS
    19901105 202321 1 007      birth date, year and agreement code, sex, serial: PPPK

There is no check digit, so this finds what cannot be, never what is true.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from lms.errors import N_
from lms.problems import Problem

Kind = Literal["pns", "pppk", "unknown"]
Sex = Literal["man", "woman"]
Part = Literal["born", "appointed", "sex", "serial"]

LENGTH = 18
EARLIEST_BIRTH = datetime.date(1930, 1, 1)
YOUNGEST = 17  # years
YOUNGEST_APPOINTED = 16  # years between the year of birth and that of appointment

_FIELD = "employee_number"
_SPREADSHEET = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+|[0-9]{15,}[.,]0+")
_FORMATTING = re.compile(r"[\s.\-\u2010-\u2015\u2212]")
_AGREEMENT_CODES = range(20, 40)  # 21 is the first agreement, 24 was seen for part-time; never one fixed code

_WRONG_LENGTH: dict[Part, str] = {
    "born": N_("NIP berisi %(count)s angka, seharusnya 18. Periksa bagian tanggal lahir."),
    "appointed": N_(
        "NIP berisi %(count)s angka, seharusnya 18. Periksa bagian tahun dan bulan pengangkatan."
    ),
    "sex": N_(
        "NIP berisi %(count)s angka, seharusnya 18. Periksa angka jenis kelamin sesudah tahun pengangkatan."
    ),
    "serial": N_("NIP berisi %(count)s angka, seharusnya 18. Periksa tiga angka nomor urut di ujung."),
}
_WRONG_PART: dict[Part, str] = {
    "born": N_(
        "Delapan angka pertama NIP (%(found)s) bukan tanggal lahir yang mungkin. Periksa tahun, bulan, dan hari."
    ),
    "appointed": N_("Angka ke-9 sampai ke-12 NIP (%(found)s) bukan tahun pengangkatan yang mungkin."),
    "sex": N_("Angka ke-15 NIP adalah %(found)s, seharusnya 1 (laki-laki) atau 2 (perempuan)."),
    "serial": N_(
        "Tiga angka terakhir NIP adalah 000. Excel membulatkan angka panjang; ubah kolomnya menjadi teks, lalu isi ulang dari data asli."
    ),
}
_DESTROYED = N_(
    "NIP ini sudah diubah Excel menjadi %(found)s, sehingga angka belakangnya hilang. Ubah kolomnya menjadi teks, lalu isi ulang dari data asli."
)


@dataclass(frozen=True)
class EmployeeNumber:
    """A number that can be, and what its digits say; the record of the person may say otherwise."""

    digits: str
    kind: Kind
    born: datetime.date
    appointed_year: int
    appointed_month: int | None  # None unless PNS
    agreement_code: str | None  # None unless PPPK
    sex: Sex
    serial: str

    @property
    def doubt(self) -> Problem | None:
        """Something odd that must not stop an import: digits 13-14 are neither a month nor an agreement code."""
        if self.kind != "unknown":
            return None
        sentence = N_(
            "Angka ke-13 dan ke-14 NIP (%(found)s) bukan bulan pengangkatan dan bukan kode perjanjian kerja PPPK."
        )
        return Problem(sentence, _FIELD, {"found": self.digits[12:14]})


def parse(text: str, *, today: datetime.date) -> EmployeeNumber | Problem:
    """Read a number as people write it, with spaces, dots or hyphens; what cannot be is a problem naming the odd part."""
    typed = unicodedata.normalize("NFKC", text).strip().lstrip("'").strip("\u200b\u200e\ufeff ")
    if _SPREADSHEET.fullmatch(typed):
        return Problem(_DESTROYED, _FIELD, {"found": typed[:40]})
    digits = _FORMATTING.sub("", typed)
    problem = _sign_problem(digits) or _length_problem(digits, today) or _part_problem(digits, today)
    return problem or _read(digits)


def grouped(digits: str) -> str:
    """8-6-1-3 with spaces, as it is printed; another number, such as an NRP, stays as it is."""
    if len(digits) != LENGTH:
        return digits
    return f"{digits[:8]} {digits[8:14]} {digits[14]} {digits[15:]}"


def named(digits: str) -> str:
    """What a number is called on paper and on pages: a PPPK has no NIP but an NI PPPK (domain 1.2, 3.2)."""
    if len(digits) != LENGTH or not digits.isdecimal():
        return "NIP/NRP/NI PPPK"
    return "NI PPPK" if int(digits[12:14]) in _AGREEMENT_CODES else "NIP"


def masked(digits: str) -> str:
    """Only the last three digits, for pages that everybody may open (domain 3.4)."""
    return f"•••{digits[-3:]}" if len(digits) > 3 else "•••"


def disagreements(number: EmployeeNumber, *, born: datetime.date | None, sex: Sex | None) -> list[Problem]:
    """Where the digits and the personnel record differ: a warning only, for official data has such cases."""
    found = []
    if born is not None and born != number.born:
        found.append(Problem(N_("Tanggal lahir di data pegawai berbeda dari tanggal lahir di NIP."), "born"))
    if sex is not None and sex != number.sex:
        found.append(Problem(N_("Jenis kelamin di data pegawai berbeda dari jenis kelamin di NIP."), "sex"))
    return found


def _sign_problem(digits: str) -> Problem | None:
    if not digits:
        return Problem(N_("NIP belum diisi."), _FIELD)
    odd = next((mark for mark in digits if mark not in "0123456789"), None)
    if odd is None:
        return None
    return Problem(
        N_("NIP hanya berisi angka, tetapi ada “%(found)s”. Periksa huruf O dan I yang mirip angka 0 dan 1."),
        _FIELD,
        {"found": odd},
    )


def _length_problem(digits: str, today: datetime.date) -> Problem | None:
    count = len(digits)
    if count == LENGTH:
        return None
    if count == 9:
        return Problem(
            N_("NIP 9 angka berasal dari sebelum 2009. Isi NIP baru yang berisi 18 angka."), _FIELD
        )
    if count == 16 and digits[:2] not in {"19", "20"}:
        return Problem(
            N_("Ini tampak seperti NIK (16 angka). Isi NIP yang berisi 18 angka; NIK tidak diperlukan."),
            _FIELD,
        )
    return Problem(_WRONG_LENGTH[_odd_part(digits, today) or "serial"], _FIELD, {"count": count})


def _part_problem(digits: str, today: datetime.date) -> Problem | None:
    part = _odd_part(digits, today)
    if part is None:
        return None
    shown = {"born": digits[:8], "appointed": digits[8:12], "sex": digits[14], "serial": digits[15:]}
    return Problem(_WRONG_PART[part], _FIELD, {"found": shown[part]})


def _odd_part(digits: str, today: datetime.date) -> Part | None:
    """The first part from the left that cannot be, which is also where a digit is missing or too many."""
    born = _date(digits[:8])
    if born is None or not EARLIEST_BIRTH <= born <= _years_before(today, YOUNGEST):
        return "born"
    year = digits[8:12]
    if len(year) < 4 or not born.year + YOUNGEST_APPOINTED <= int(year) <= today.year + 1:
        return "appointed"
    if digits[14:15] not in {"1", "2"}:
        return "sex"
    return "serial" if digits[15:] == "000" else None


def _read(digits: str) -> EmployeeNumber:
    code = int(digits[12:14])
    kind: Kind = "pns" if 1 <= code <= 12 else "pppk" if code in _AGREEMENT_CODES else "unknown"
    return EmployeeNumber(
        digits=digits,
        kind=kind,
        born=datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])),
        appointed_year=int(digits[8:12]),
        appointed_month=code if kind == "pns" else None,
        agreement_code=digits[12:14] if kind == "pppk" else None,
        sex="man" if digits[14] == "1" else "woman",
        serial=digits[15:],
    )


def _date(digits: str) -> datetime.date | None:
    try:
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _years_before(day: datetime.date, years: int) -> datetime.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
