"""Claims about codes: the RFC's own numbers, one use, one step of tolerance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.auth.passwords import hash_code
from lms.auth.totp import address, matching_step, new_key, new_recovery_codes, picture, spaced

# RFC 6238, appendix B: the secret "12345678901234567890", and the last six digits of its codes.
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
BY_THE_BOOK = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]


@pytest.mark.parametrize(("seconds", "code"), BY_THE_BOOK)
def test_the_codes_of_the_rfc_fit(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(KEY, code, now=at, after=None) == seconds // 30


@pytest.mark.asvs("V6.5.5")
@given(st.integers(min_value=600, max_value=4_000_000_000), st.integers(min_value=-300, max_value=300))
def test_a_code_fits_for_one_step_around_now(seconds: int, away: int) -> None:
    code = pyotp.TOTP(KEY).at(seconds)
    found = matching_step(KEY, code, now=datetime.fromtimestamp(seconds + away, UTC), after=None)
    if abs((seconds + away) // 30 - seconds // 30) <= 1:
        assert found is not None
    elif found is not None:  # two steps may share a code, once in a million
        assert pyotp.TOTP(KEY).at(found * 30) == code


@pytest.mark.asvs("V6.5.1")
def test_a_step_that_was_used_is_used() -> None:
    at = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    code = pyotp.TOTP(KEY).at(at)
    step = matching_step(KEY, code, now=at, after=None)
    assert step is not None
    assert matching_step(KEY, code, now=at, after=step) is None
    later = at + timedelta(seconds=30)
    assert matching_step(KEY, pyotp.TOTP(KEY).at(later), now=later, after=step) == step + 1


@pytest.mark.parametrize(
    "code", ["", "0", "28708", "2870822", "abcdef", "２８７０８２", "287082 ", "\x00" * 6]
)
def test_what_is_no_code_is_refused(code: str) -> None:
    at = datetime.fromtimestamp(59, UTC)
    assert matching_step(KEY, code, now=at, after=None) is None


@pytest.mark.asvs("V6.5.2")
@pytest.mark.asvs("V6.5.3")
def test_recovery_codes_are_ten_random_ones_of_forty_bits() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(code) == 12 and code.isdecimal() for code in codes)
    assert hash_code(codes[0], b"sixteen bytes ok") == hash_code(codes[0], b"sixteen bytes ok")
    assert hash_code(codes[0], b"sixteen bytes ok") != hash_code(codes[0], b"another sixteen.")
    assert spaced("123456789012") == "1234 5678 9012"


def test_a_key_has_160_bits() -> None:
    assert len(new_key()) * 5 == 160
    assert new_key() != new_key()


def test_the_picture_is_plain_svg() -> None:
    drawn = picture(address(new_key(), "ayu@contoh.invalid"))
    assert drawn.startswith("<svg ")
    assert "style" not in drawn
    assert "data:" not in drawn
    assert "<script" not in drawn
