"""Codes of an authenticator app (RFC 6238: six digits, 30 seconds, SHA-1, which every app understands) and recovery codes."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from lms.lazy import lazy

if TYPE_CHECKING:
    import pyotp
    import segno
else:
    pyotp, segno = lazy("pyotp"), lazy("segno")

STEP = 30
RECOVERY_CODES = 10
RECOVERY_DIGITS = 12  # 40 bits, and the limiter stands before it


def new_key() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32()


def address(key: str, name: str) -> str:
    """The otpauth:// address that an app reads from the QR code."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name="Bina")


def picture(text: str) -> str:
    """A QR code as an <svg> element without style or script; black on white in dark mode too, for the sake of cameras."""
    drawn: str = segno.make(text, error="m").svg_inline(
        border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return drawn


def matching_step(key: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """The time step whose code this is, one step before or after now included, but never one used before."""
    here = int(now.timestamp()) // STEP
    generator = pyotp.TOTP(key)
    found = None
    for step in (here - 1, here, here + 1):
        if hmac.compare_digest(generator.at(step * STEP).encode(), code.encode()) and (
            after is None or step > after
        ):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of twelve digits; digits because a phone's number pad types the six-digit code as well."""
    return [f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}" for _ in range(RECOVERY_CODES)]


def spaced(text: str) -> str:
    """In groups of four, to read aloud and to type from paper."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
