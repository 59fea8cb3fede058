"""Grades and ranks: golongan/ruang of PNS with their pangkat, golongan of PPPK without one (domain 1.4, 1.5)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Scheme = Literal["pns", "pppk"]

_RANKS = (
    (11, "I/a", "Juru Muda"),
    (12, "I/b", "Juru Muda Tingkat I"),
    (13, "I/c", "Juru"),
    (14, "I/d", "Juru Tingkat I"),
    (21, "II/a", "Pengatur Muda"),
    (22, "II/b", "Pengatur Muda Tingkat I"),
    (23, "II/c", "Pengatur"),
    (24, "II/d", "Pengatur Tingkat I"),
    (31, "III/a", "Penata Muda"),
    (32, "III/b", "Penata Muda Tingkat I"),
    (33, "III/c", "Penata"),
    (34, "III/d", "Penata Tingkat I"),
    (41, "IV/a", "Pembina"),
    (42, "IV/b", "Pembina Tingkat I"),
    (43, "IV/c", "Pembina Utama Muda"),
    (44, "IV/d", "Pembina Utama Madya"),
    (45, "IV/e", "Pembina Utama"),
)
_PPPK = (
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
)

_CODE = re.compile(r"(?:^|[\s,(])(III|II|IV|I|[1-4])[\s/.\-]{0,3}([A-E])\)?$")
_WORD = re.compile(r"^(?:GOLONGAN|GOL)?[\s./:]*(?:RUANG)?[\s./:]*")


@dataclass(frozen=True)
class Grade:
    """One grade. `bkn_id` is the reference number of PNS grades; PPPK grades have none, and no rank."""

    scheme: Scheme
    code: str
    rank: str | None
    sort_key: tuple[str, int]  # PNS before PPPK, lowest first: "IV/a" sorts wrongly as text
    bkn_id: int | None = None

    @property
    def printed(self) -> str:
        """Pangkat, golongan/ruang, as on letters and certificates."""
        return f"{self.rank}, {self.code}" if self.rank else f"Golongan {self.code}"


PNS_GRADES = tuple(Grade("pns", code, rank, ("pns", bkn), bkn) for bkn, code, rank in _RANKS)
PPPK_GRADES = tuple(Grade("pppk", code, None, ("pppk", order)) for order, code in enumerate(_PPPK, start=1))
GRADES = PNS_GRADES + PPPK_GRADES


def _fold(text: str) -> str:
    """Upper case, single spaces, and "Tk. I", "Tkt I" or "Tk.1" as "TINGKAT I"."""
    plain = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    return re.sub(r"\bT(?:K|KT|INGKAT)\b[\s.]*(?:I|1)\b", "TINGKAT I", plain)


_BY_CODE = {grade.code.upper(): grade for grade in GRADES}
_BY_RANK = {_fold(grade.rank): grade for grade in PNS_GRADES if grade.rank}
_ARABIC = dict(zip("1234", ("I", "II", "III", "IV"), strict=True))


def find(text: str) -> Grade | None:
    """The grade that an officer wrote: "III/a", "3a", "III-A", "Penata Muda Tk. I (III/b)", "Gol. IX"; None if unclear.

    A rank and a code that contradict each other are unclear; so is a bare Arabic number, which may be a PPPK grade
    as well as a reference number.
    """
    folded = _WORD.sub("", _fold(text))
    match = _CODE.search(folded)
    if not match:
        return _BY_CODE.get(folded) or _BY_RANK.get(folded.rstrip(" ,"))
    found = _BY_CODE.get(f"{_ARABIC.get(match[1], match[1])}/{match[2]}")
    rank = folded[: match.start()].strip(" ,(/-")
    return found if not rank or _BY_RANK.get(rank) is found else None
