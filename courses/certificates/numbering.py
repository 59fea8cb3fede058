"""Certificate numbers as the agency writes them, and codes by which anybody can check a certificate."""

from __future__ import annotations

import datetime
import re
import secrets
from dataclasses import dataclass

from lms.errors import N_
from lms.problems import Problem

MAX_PATTERN = 120
ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

# Letters and digits without I, L, O and U: 32 marks that survive a bad print, a phone call and a hurried hand.
_MARKS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")
_CODE_LENGTH = 16  # 5 bits each: 80 random bits (domain 3.3)

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_WIDTH = re.compile(r"0([1-9])")
_NAMES = frozenset({"klasifikasi", "urut", "unit", "bulan", "bulan_romawi", "tahun"})


@dataclass(frozen=True)
class Numbered:
    """What one certificate puts into the pattern; `sequence` starts at 1 each year."""

    sequence: int
    classification: str
    unit: str
    on: datetime.date


def check(pattern: str) -> list[Problem]:
    """Why this is not a pattern for numbers; empty when it is.

    The running number and the year must be in it, because the count restarts each year and no number may come twice.
    """
    found = []
    if not 0 < len(pattern) <= MAX_PATTERN or pattern != pattern.strip() or not pattern.isprintable():
        found.append(
            Problem(
                N_("Format nomor berisi 1 sampai %(most)s tanda tanpa spasi di ujung."),
                "pattern",
                {"most": MAX_PATTERN},
            )
        )
    if set(_PLACEHOLDER.sub("", pattern)) & set("{}"):
        found.append(Problem(N_("Kurung kurawal pada format nomor tidak berpasangan."), "pattern"))
    inside = _PLACEHOLDER.findall(pattern)
    found += [problem for text in inside if (problem := _placeholder_problem(text))]
    present = {text.partition(":")[0] for text in inside}
    for name in ("urut", "tahun"):
        if name not in present:
            found.append(Problem(N_("Format nomor harus memuat {%(name)s}."), "pattern", {"name": name}))
    return found


def _placeholder_problem(text: str) -> Problem | None:
    name, colon, width = text.partition(":")
    if name not in _NAMES:
        known = ", ".join(f"{{{one}}}" for one in sorted(_NAMES))
        return Problem(
            N_("{%(name)s} tidak dikenal. Yang dapat dipakai: %(known)s."),
            "pattern",
            {"name": name, "known": known},
        )
    if colon and (name != "urut" or not _WIDTH.fullmatch(width)):
        return Problem(
            N_("Lebar hanya untuk nomor urut, misalnya {urut:04}; {%(text)s} tidak dapat dipakai."),
            "pattern",
            {"text": text},
        )
    return None


def render(pattern: str, values: Numbered) -> str:
    """The number of one certificate; Invalid when the pattern is not one. Values are put in as they are, once.

    The pattern is the agency's text, so it is matched against six known names and never handed to str.format.
    """
    for problem in check(pattern):
        raise problem.refusal()
    if values.sequence < 1:
        raise ValueError("the running number starts at 1")
    return _PLACEHOLDER.sub(lambda match: _value(match[1], values), pattern)


def _value(text: str, values: Numbered) -> str:
    name, _, width = text.partition(":")
    known = {
        "klasifikasi": values.classification,
        "urut": str(values.sequence).zfill(int(width or 1)),
        "unit": values.unit,
        "bulan": f"{values.on.month:02}",
        "bulan_romawi": ROMAN_MONTHS[values.on.month - 1],
        "tahun": f"{values.on.year:04}",
    }
    return known[name]


def verification_code() -> str:
    """Sixteen random marks: nobody can guess one from a number or a NIP."""
    return "".join(secrets.choice(_MARKS) for _ in range(_CODE_LENGTH))


def grouped(code: str) -> str:
    """XXXX-XXXX-XXXX-XXXX, as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def normalised(text: str) -> str | None:
    """The code that somebody typed from paper; O is read as 0, I and L as 1. None when it cannot be a code."""
    bare = re.sub(r"[\s\u2010-\u2015\u2212_.-]", "", text[:200]).upper().translate(_LOOKALIKES)
    return bare if len(bare) == _CODE_LENGTH and set(bare) <= set(_MARKS) else None


def verification_address(base: str, code: str) -> str:
    """The short public address that the QR code carries."""
    return f"{base}/v/{code}"
