"""Decimal numbers as people in Indonesia type and read them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_LONGEST = 40
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")
_PLAIN = re.compile(r"[0-9]+")
_SIGNS = "+-−–"


def read_number(text: str, unit: str = "") -> Decimal | None:
    """What the typed text says, with or without its unit; None when it is not one number.

    Both marks present: the last one is the decimal mark, so "1.234,5" and "1,234.5" are the same number.
    One mark only: read the Indonesian way. A comma is the decimal mark ("12,5"; also "1,234", which is a bit more than
    one). A point before exactly three digits groups thousands ("1.234" is one thousand and more), because that is how
    every form and letter of the readers writes it; elsewhere it can only be a decimal mark ("12.5", "0.125",
    "1234.567"). One reading, never two: accepting both would forgive a mistake of factor 1000. Show written() of what
    was read, so that the learner sees it before it counts.
    """
    body = _without_unit(" ".join(unicodedata.normalize("NFKC", text).split()), unit)
    signed = body[:1] in _SIGNS
    digits = _without_spaces(body[1:].lstrip() if signed else body)
    if not digits or len(digits) > _LONGEST:
        return None
    value = _read(digits)
    # copy_negate keeps every digit, where a product would round to the context's precision.
    return value.copy_negate() if value is not None and signed and body[0] != "+" else value


def written(number: Decimal) -> str:
    """The number as Indonesian text: 1.234,5; read_number() reads it back."""
    text = f"{number:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def _without_unit(text: str, unit: str) -> str:
    text = text.rstrip(" .,")  # the end of a sentence
    named = " ".join(unicodedata.normalize("NFKC", unit).split()).casefold().rstrip(" .,")
    folded = text.casefold()
    # Folding may change a length ("ß"), so cut only where it did not.
    if not named or len(folded) != len(text):
        return text
    if folded.endswith(named):
        return text[: -len(named)].rstrip()
    return text[len(named) :].lstrip(" .") if folded.startswith(named) else text


def _without_spaces(text: str) -> str | None:
    """Spaces may group thousands, as in "1 234,5"; anywhere else they are not part of a number."""
    if " " not in text:
        return text
    grouped = re.fullmatch(r"([0-9]{1,3}(?: [0-9]{3})+)([.,][0-9]+)?", text)
    if not grouped:
        return None
    # A lone point before three digits would now read as thousands, but here the spaces already group.
    return grouped[1].replace(" ", "") + (grouped[2] or "").replace(".", ",")


def _read(digits: str) -> Decimal | None:
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0 or _thousands(digits):
        whole, part = re.sub(r"[.,]", "", digits), "0"
    else:
        whole, part = digits[:last] or "0", digits[last + 1 :]
        other = "," if digits[last] == "." else "."
        match = _GROUPED.fullmatch(whole)
        if match and match[1] == other:
            whole = whole.replace(other, "")
    return Decimal(f"{whole}.{part}") if _PLAIN.fullmatch(whole) and _PLAIN.fullmatch(part) else None


def _thousands(digits: str) -> bool:
    match = _GROUPED.fullmatch(digits)
    return match is not None and (match[1] == "." or digits.count(",") > 1)
