"""Secrets at rest: the keys of authenticator apps, encrypted so that a copy of the database opens no account.

AES-256-GCM under a key derived (HKDF, SHA-256) from each of the installation's signing keys: the newest seals, all of them
open. The owner's id is bound into the text, so that a row carried to another account opens nothing.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import uuid
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"bina: key of an authenticator app"
NONCE = 12  # bytes


def seal(text: str, keys: Sequence[str], *, owner: uuid.UUID) -> str:
    """The text under the newest key. `keys` as in Settings.secret_keys: the newest first."""
    nonce = secrets.token_bytes(NONCE)
    return base64.urlsafe_b64encode(
        nonce + _cipher(keys[0]).encrypt(nonce, text.encode(), owner.bytes)
    ).decode()


def unseal(sealed: str, keys: Sequence[str], *, owner: uuid.UUID) -> str | None:
    """The text, by whichever key sealed it; None when none of them did, or for somebody else."""
    try:
        data = base64.urlsafe_b64decode(sealed)
    except (binascii.Error, ValueError):
        return None
    for key in keys:
        try:
            return _cipher(key).decrypt(data[:NONCE], data[NONCE:], owner.bytes).decode()
        except (InvalidTag, ValueError):
            continue
    return None


def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(key.encode()))
