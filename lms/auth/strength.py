"""Which passwords are taken: long ones that nobody guesses. No rules about capitals or signs (NIST SP 800-63B-4, 3.1.1.2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lms.auth.blocklist import blocked
from lms.errors import N_
from lms.people.employee_number import LENGTH, EmployeeNumber, parse
from lms.problems import Problem

ALONE = 15  # characters when the password is the only factor
WITH_SECOND_FACTOR = 8
LONGEST = 1000
# After somebody's own data is taken out, so much must be left that only they know.
LEAST_OWN = 8

_FIELD = "password"


@dataclass(frozen=True)
class Owner:
    """What everybody may know of the person whose password it is."""

    name: str
    email: str = ""
    numbers: tuple[str, ...] = ()


def problem(password: str, owner: Owner, *, second_factor: bool, today: date) -> Problem | None:
    """Why this password is refused, or None."""
    least = WITH_SECOND_FACTOR if second_factor else ALONE
    if len(password) < least:
        return Problem(
            N_(
                "Kata sandi berisi %(count)s karakter, paling sedikit %(least)s. Rangkai beberapa kata yang mudah Anda ingat."
            ),
            _FIELD,
            {"count": len(password), "least": least},
        )
    if len(password) > LONGEST:
        return Problem(N_("Kata sandi paling panjang %(most)s karakter."), _FIELD, {"most": LONGEST})
    compact = _compact(password)
    if _is_common(compact):
        return Problem(
            N_("Kata sandi ini sering dipakai orang sehingga mudah ditebak. Pilih yang lain."), _FIELD
        )
    if _is_about(compact, owner) or _is_number_or_date(compact, today):
        return Problem(
            N_(
                "Kata sandi memuat NIP, nama, surel, atau tanggal lahir, yang dapat diketahui orang lain. Pilih yang lain."
            ),
            _FIELD,
        )
    return None


def _compact(text: str) -> str:
    """Small letters and digits only, so that capitals, spaces and signs do not hide a common password."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", text).casefold() if mark.isalnum())


def _is_common(compact: str) -> bool:
    """In the list, also when digits were hung on, or a short piece over and over again."""
    if compact in blocked() or re.sub(r"[0-9]+$", "", compact) in blocked():
        return True
    return bool(re.fullmatch(r"(.{1,4})\1+.{0,3}", compact)) or any(
        unit in blocked() for unit in _repeated(compact)
    )


def _repeated(compact: str) -> list[str]:
    found = re.fullmatch(r"(.+?)\1+", compact)
    return [found[1]] if found else []


def _is_about(compact: str, owner: Owner) -> bool:
    """Whether little is left of the password without what the person is known by."""
    rest = compact
    for piece in sorted(_known_pieces(owner), key=len, reverse=True):
        rest = rest.replace(piece, "")
    return rest != compact and len(rest) < LEAST_OWN


def _known_pieces(owner: Owner) -> Iterable[str]:
    words = re.split(r"[\W_]+", f"{owner.name} {owner.email}")
    pieces = {_compact(text) for text in [*words, owner.name, owner.email.partition("@")[0]]}
    for number in owner.numbers:
        year, month, day = number[:4], number[4:6], number[6:8]
        pieces |= {number, number[:8], day + month + year, day + month + year[2:], number[8:14], year}
    return {piece for piece in pieces if len(piece) >= 3}


def _is_number_or_date(compact: str, today: date) -> bool:
    """Somebody's employee number, or nothing but dates such as 17081945."""
    if not compact.isdecimal():
        return False
    if len(compact) == LENGTH and isinstance(parse(compact, today=today), EmployeeNumber):
        return True
    pairs = [compact[start : start + 8] for start in range(0, len(compact), 8)]
    return len(compact) % 8 == 0 and all(_is_date(pair) for pair in pairs)


def _is_date(digits: str) -> bool:
    orders = ((digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[2:4], digits[:2]))
    return any(
        1900 <= int(year) < 2100 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
        for year, month, day in orders
    )
