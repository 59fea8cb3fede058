"""What an officer means by the words of a cell or a form: one value, or the problem and its cure (domain 1, 7.3)."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from lms.errors import N_
from lms.people import employee_number, grades
from lms.people.models import EmploymentType, PersonStatus, PositionType
from lms.problems import Problem

Meaning = TypeVar("Meaning")

_EMPLOYMENT = {
    EmploymentType.PNS: ("pns", "pegawai negeri sipil"),
    EmploymentType.CPNS: ("cpns", "calon pns", "calon pegawai negeri sipil"),
    EmploymentType.PPPK: ("pppk", "p3k", "pegawai pemerintah dengan perjanjian kerja"),
    EmploymentType.PPPK_PART_TIME: ("pppk pw", "pppk paruh waktu", "p3k paruh waktu", "pppk part time"),
    EmploymentType.OTHER: ("non asn", "nonasn", "honorer", "tenaga kontrak", "tni", "polri", "tni polri"),
}
# BKN's echelons and position kinds, and the words of UU 5/2014 that files still use (domain 1.6).
_POSITIONS = {
    PositionType.JPT_UTAMA: ("jpt utama", "jabatan pimpinan tinggi utama", "pimpinan tinggi utama"),
    PositionType.JPT_MADYA: ("jpt madya", "jabatan pimpinan tinggi madya", "pimpinan tinggi madya", "i b"),
    PositionType.JPT_PRATAMA: (
        "jpt pratama",
        "jabatan pimpinan tinggi pratama",
        "pimpinan tinggi pratama",
        "ii",
        "ii a",
        "ii b",
    ),
    PositionType.ADMINISTRATOR: ("administrator", "jabatan administrator", "iii", "iii a", "iii b"),
    PositionType.PENGAWAS: ("pengawas", "jabatan pengawas", "iv", "iv a", "iv b"),
    PositionType.FUNGSIONAL: (
        "fungsional",
        "jabatan fungsional",
        "jf",
        "jft",
        "fungsional tertentu",
        "jabatan fungsional tertentu",
    ),
    PositionType.PELAKSANA: (
        "pelaksana",
        "jabatan pelaksana",
        "jfu",
        "fungsional umum",
        "jabatan fungsional umum",
        "staf",
        "staff",
    ),
}
_STATUS = {
    PersonStatus.ACTIVE: ("aktif", "active"),
    PersonStatus.RETIRED: ("pensiun", "pensiunan", "retired"),
    PersonStatus.MOVED: ("pindah", "mutasi keluar", "pindah instansi", "moved"),
}
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_MAIL = re.compile(r"[^@\s<>,;:\"'()\\]+@[^@\s<>,;:\"'()\\.]+(?:\.[^@\s<>,;:\"'()\\.]+)+")
_ODD_NUMBER = re.compile(r"[0-9]{4,18}")
_KEMENDAGRI = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?")
_BPS = re.compile(r"\d{2}|\d{4}|\d{7}|\d{10}")
_BKN = re.compile(r"\d{4}")
LONGEST_MAIL = 254  # RFC 5321, 4.5.3.1.3 less the brackets


def _folded(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKC", text).lower()))


def _table(words: Mapping[Meaning, tuple[str, ...]]) -> dict[str, Meaning]:
    return {word: meaning for meaning, several in words.items() for word in several}


_EMPLOYMENT_WORDS, _POSITION_WORDS, _STATUS_WORDS = _table(_EMPLOYMENT), _table(_POSITIONS), _table(_STATUS)


def employment(text: str) -> EmploymentType | Problem:
    """PNS, "P3K", "PPPK-PW" …"""
    found = _EMPLOYMENT_WORDS.get(_folded(text))
    sentence = N_("Jenis pegawai “%(found)s” tidak dikenal. Isi PNS, CPNS, PPPK, PPPK-PW, atau Non-ASN.")
    return found or Problem(sentence, "employment_type", {"found": text[:60]})


def position(text: str) -> PositionType | Problem:
    """The kind of a position, from today's words or from "eselon", JFT, JFU and staf."""
    word = _folded(text)
    bare = re.sub(r"^(?:eselon|esl)\s+", "", word)
    found = _POSITION_WORDS.get(bare)
    if found:
        return found
    if bare == "i a":
        sentence = N_("Eselon I.a dapat berarti JPT utama atau JPT madya. Tulis salah satunya.")
        return Problem(sentence, "position_type")
    return Problem(
        N_(
            "Jenis jabatan “%(found)s” tidak dikenal. Isi JPT utama, JPT madya, JPT pratama, administrator, pengawas, fungsional, atau pelaksana."
        ),
        "position_type",
        {"found": text[:60]},
    )


def status(text: str) -> PersonStatus | Problem:
    found = _STATUS_WORDS.get(_folded(text))
    sentence = N_("Status “%(found)s” tidak dikenal. Isi aktif, pensiun, atau pindah.")
    return found or Problem(sentence, "status", {"found": text[:60]})


def day(text: str, field: str) -> datetime.date | Problem:
    """31-12-2026, 31/12/2026, 2026-12-31 or a real date cell."""
    wrong = Problem(
        N_("Tanggal “%(found)s” tidak terbaca. Tulis hari-bulan-tahun, misalnya 31-12-2026."),
        field,
        {"found": text[:40]},
    )
    first, last = _DAY_FIRST.fullmatch(text.strip()), _YEAR_FIRST.fullmatch(text.strip())
    parts = (first[3], first[2], first[1]) if first else (last[1], last[2], last[3]) if last else None
    try:
        found = datetime.date(*map(int, parts)) if parts else None
    except ValueError:
        return wrong
    return found if found and 1900 <= found.year <= 2100 else wrong


def email(text: str) -> str | Problem:
    """An address in lower case."""
    address = unicodedata.normalize("NFC", text.strip()).lower()
    if len(address) <= LONGEST_MAIL and _MAIL.fullmatch(address) and address.isprintable():
        return address
    sentence = N_("Alamat surel “%(found)s” tidak lengkap. Tulis seperti nama@contoh.go.id.")
    return Problem(sentence, "email", {"found": text[:60]})


def phone(text: str) -> str | Problem:
    """Digits with an optional plus; a zero that a spreadsheet took away is put back."""
    digits = re.sub(r"[\s().\-]", "", text)
    if re.fullmatch(r"8[0-9]{8,11}", digits):
        digits = f"0{digits}"
    if re.fullmatch(r"\+?[0-9]{8,15}", digits):
        return digits
    sentence = N_("Nomor ponsel “%(found)s” tidak terbaca. Tulis angkanya saja, misalnya 081234567890.")
    return Problem(sentence, "phone", {"found": text[:40]})


def number(
    text: str, kind: EmploymentType, *, today: datetime.date, field: str = "number"
) -> tuple[str, str] | Problem:
    """The digits of an employee number and their kind. Who is no civil servant may have another number (NRP)."""
    read = employee_number.parse(text, today=today)
    if not isinstance(read, Problem):
        return read.digits, read.kind
    digits = re.sub(r"[\s.\-]", "", text)
    if kind is EmploymentType.OTHER and len(digits) != 16 and _ODD_NUMBER.fullmatch(digits):
        return digits, "other"
    return Problem(read.message, field, read.values)


def grade(text: str, kind: EmploymentType | None) -> grades.Grade | Problem:
    """A grade that fits the sort of employment: golongan/ruang for PNS, I to XVII for PPPK."""
    found = grades.find(text)
    if found is None:
        sentence = N_("Golongan “%(found)s” tidak dikenal. Isi seperti III/a untuk PNS atau IX untuk PPPK.")
        return Problem(sentence, "grade", {"found": text[:40]})
    scheme = "pppk" if kind in {EmploymentType.PPPK, EmploymentType.PPPK_PART_TIME} else "pns"
    if kind not in {None, EmploymentType.OTHER} and found.scheme != scheme:
        sentence = N_("Golongan %(found)s tidak dipakai untuk jenis pegawai ini. Periksa keduanya.")
        return Problem(sentence, "grade", {"found": found.code})
    return found


def kemendagri_code(text: str) -> str | Problem:
    """A region in the code system of Kemendagri, with its dots: 96.71. Never to be mixed with BPS (domain 1.8)."""
    if _KEMENDAGRI.fullmatch(text.strip()):
        return text.strip()
    sentence = N_("Kode Kemendagri “%(found)s” belum benar. Tulis dengan titik, misalnya 96.71.")
    return Problem(sentence, "kemendagri_code", {"found": text[:40]})


def bps_code(text: str) -> str | Problem:
    """A region in the code system of BPS, without dots: 3373."""
    if _BPS.fullmatch(text.strip()):
        return text.strip()
    sentence = N_("Kode BPS “%(found)s” belum benar. Tulis 2, 4, 7, atau 10 angka tanpa titik.")
    return Problem(sentence, "bps_code", {"found": text[:40]})


def bkn_code(text: str) -> str | Problem:
    """An agency in the quick codes of BKN (kodeCepat): 6472."""
    if _BKN.fullmatch(text.strip()):
        return text.strip()
    sentence = N_("Kode BKN “%(found)s” belum benar. Tulis 4 angka kode cepat instansi.")
    return Problem(sentence, "bkn_code", {"found": text[:40]})
