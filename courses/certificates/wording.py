"""What a certificate says, in Indonesian whatever its reader's language: dates, the sentence, who signs, the subjects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from lms import written
from lms.errors import N_
from lms.problems import Problem

USUAL_BODY = "telah mengikuti {kursus} ({kelas}) yang diselenggarakan oleh {penyelenggara} pada {tanggal} selama {jp} jam pelajaran."
MOST_BODY = 600
MOST_SUBJECTS = 20  # what the back page holds beside a signature

# Plt. post vacant, Plh. holder absent, Pj. acting head of a region (domain 1.6).
PREFIXES = ("", "Plt.", "Plh.", "Pj.")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
NAMES = ("kursus", "kelas", "penyelenggara", "tanggal", "jp", "unit", "instansi")


def day(on: date) -> str:
    """21 November 2026."""
    return written.day(on, "id")


def span(starts: date, ends: date) -> str:
    """5–23 Oktober 2026; the month and the year are said once when both days share them."""
    if starts == ends:
        return day(ends)
    if (starts.year, starts.month) == (ends.year, ends.month):
        return f"{starts.day}–{day(ends)}"
    if starts.year == ends.year:
        return f"{starts.day} {written.MONTHS['id'][starts.month - 1]} – {day(ends)}"
    return f"{day(starts)} – {day(ends)}"


def check_body(text: str) -> list[Problem]:
    """Why the sentence of a template cannot be used; empty when it can."""
    if len(text) > MOST_BODY:
        return [Problem(N_("Kalimat paling panjang %(most)s huruf."), "body", {"most": MOST_BODY})]
    if set(_PLACEHOLDER.sub("", text)) & set("{}"):
        return [Problem(N_("Kurung kurawal pada kalimat tidak berpasangan."), "body")]
    known = ", ".join(f"{{{name}}}" for name in NAMES)
    return [
        Problem(
            N_("{%(name)s} tidak dikenal. Yang dapat dipakai: %(known)s."),
            "body",
            {"name": name, "known": known},
        )
        for name in _PLACEHOLDER.findall(text)
        if name not in NAMES
    ]


def fill(text: str, values: Mapping[str, str]) -> str:
    """The sentence with its values, put in once; an empty one is the usual sentence."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text or USUAL_BODY)


def grouped_number(number: str) -> str:
    """19850312 201001 2 004, as NIP and NI PPPK are printed; anything else as it is, nothing as "-"."""
    if not re.fullmatch(r"\d{18}", number):
        return number or "-"
    return f"{number[:8]} {number[8:14]} {number[14]} {number[15:]}"


def masked_number(number: str) -> str:
    """The last three digits, for a public page (domain 3.4)."""
    return f"••••• ••••• ••••• {number[-3:]}" if number else "-"


def rank_row(rank: str, grade: str) -> tuple[str, str]:
    """Label and words: "Pangkat, golongan/ruang", "Penata, III/c"; a PPPK has a grade only (domain 1.5); "-" without either."""
    if grade and not rank:
        return "Golongan", grade
    return "Pangkat, golongan/ruang", ", ".join(part for part in (rank, grade) if part) or "-"


@dataclass(frozen=True)
class Signatory:
    """Who signs: `on_behalf` is the office for which they sign ("a.n." is put before it)."""

    position: str
    name: str
    rank: str = ""
    number: str = ""
    prefix: str = ""
    on_behalf: str = ""

    @property
    def title(self) -> str:
        """Plt. Kepala Badan …"""
        return f"{self.prefix} {self.position}".strip()

    def facts(self) -> dict[str, str]:
        """As templates and facts keep it."""
        return asdict(self)


def signatories_of(facts: Mapping[str, Any]) -> list[Signatory]:
    """Who signed, of frozen facts; the back page may bear a second one."""
    return [Signatory(**stored) for stored in facts["signatories"]]


def shared_hours(minutes: Sequence[int], jp: int) -> list[int | None]:
    """The hours of a course given to its modules by their minutes, adding up to `jp`; largest remainders first.

    None for all when a module would go without any: then only the sum is printed.
    """
    total = sum(minutes)
    if not total or jp < len(minutes):
        return [None] * len(minutes)
    exact = [part * jp for part in minutes]
    hours = [part // total for part in exact]
    by_remainder = sorted(range(len(minutes)), key=lambda at: (-(exact[at] % total), at))
    for at in by_remainder[: jp - sum(hours)]:
        hours[at] += 1
    return list(hours) if all(hours) else [None] * len(minutes)
