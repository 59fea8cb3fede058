"""Random tokens: 256 bits, handed out once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    """SHA-256 is enough for a token of 256 random bits; passwords get Argon2id instead."""
    return hashlib.sha256(token.encode()).digest()
