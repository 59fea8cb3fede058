"""How days and numbers are written in the two languages. Pure.

Babel knows it too, but from tables of every calendar and script: 7 MB in each process and a millisecond in many pages.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

MONTHS = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_SHORT = {
    "id": ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
_INDONESIAN = str.maketrans(",.", ".,")


def day(value: date, language: str) -> str:
    """21 November 2026."""
    return f"{value.day} {MONTHS[language][value.month - 1]} {value.year}"


def short_day(value: date, language: str) -> str:
    """28 Nov."""
    return f"{value.day} {_SHORT[language][value.month - 1]}"


def number(value: float | Decimal, digits: int, language: str) -> str:
    """1.234,5 in Indonesian, 1,234.5 in English; half goes to even, and zeros at the end are left out."""
    text = f"{round(Decimal(str(value)), digits):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.translate(_INDONESIAN) if language == "id" else text
