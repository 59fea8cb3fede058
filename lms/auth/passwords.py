"""Password hashing: Argon2id with 19 MiB, two passes, one lane (OWASP), never more at once than cores."""

from __future__ import annotations

import os
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A storm of sign-ins queues here instead of taking 19 MiB and a core for each request at the same time.
_AT_ONCE = threading.BoundedSemaphore(os.cpu_count() or 1)
# Verified when no account was found, so that the answer takes as long as for one that exists.
_NOBODY = HASHER.hash("no such account")


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Takes equally long when there is no hash to compare with."""
    with _AT_ONCE:
        try:
            HASHER.verify(password_hash or _NOBODY, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return password_hash is not None
