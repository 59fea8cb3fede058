"""Password hashing: Argon2id with 19 MiB, two passes, one lane (OWASP), never many at once."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.low_level import Type, hash_secret_raw

from lms.errors import N_, Busy

TIME_COST, MEMORY_COST = 2, 19 * 1024
HASHER = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_COST, parallelism=1)
# In each web process: so many hash, so many wait. Together fewer than its threads, so that others are still served.
HASHING, WAITING = 2, 3
_AT_ONCE = threading.BoundedSemaphore(HASHING)
_ADMITTED = threading.BoundedSemaphore(HASHING + WAITING)
CROWD = N_("Banyak orang sedang masuk. Tunggu beberapa detik, lalu tulis kata sandi dan coba lagi.")
# Verified when no account was found, so that the answer takes as long as for one that exists.
_NOBODY = HASHER.hash("no such account")


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn to hash. A storm of sign-ins queues here instead of taking 19 MiB and a core for each.

    Take it before the first statement: whoever waits here must not hold a database connection meanwhile. When too many
    wait already it raises Busy at once: an answer that is being saved in the same process must find a free thread.
    """
    if not _ADMITTED.acquire(blocking=False):
        raise Busy(CROWD)
    try:
        with _AT_ONCE:
            yield
    finally:
        _ADMITTED.release()


def hash_password(password: str) -> str:
    """The hash to keep. Ask for a `turn()` first."""
    return HASHER.hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes equally long when there is no hash to compare with. Ask for a `turn()` first."""
    try:
        HASHER.verify(password_hash or _NOBODY, _normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def hash_code(code: str, salt: bytes) -> str:
    """A recovery code's hash under a salt of at least 8 bytes; the same code and salt give the same hash."""
    raw = hash_secret_raw(
        code.encode(),
        salt,
        time_cost=TIME_COST,
        memory_cost=MEMORY_COST,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )
    return raw.hex()


def _normal(password: str) -> str:
    """One form for letters that can be written in two, so that every keyboard types the same (NIST SP 800-63B-4)."""
    return unicodedata.normalize("NFKC", password)
