"""The keys of web push as text: ours from the settings, and those that a browser sends. No cryptography here."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PushKey:
    """The pair by which push services know this installation: an uncompressed point of P-256, and its number."""

    public: bytes
    private: bytes = field(repr=False)

    @property
    def public_text(self) -> str:
        return encode(self.public)

    def __str__(self) -> str:
        """How the pair stands in the settings: `public.private`."""
        return f"{self.public_text}.{encode(self.private)}"


def push_key(text: str) -> PushKey:
    """The pair as it stands in the settings. Raises ValueError."""
    public, private = (decode(part) for part in text.split("."))
    return PushKey(point(public), _sized(private, 32))


def point(raw: bytes) -> bytes:
    """A public key as browsers write it (X9.62, uncompressed). Raises ValueError."""
    if _sized(raw, 65)[0] != 4:
        raise ValueError("not an uncompressed point")
    return raw


def secret(raw: bytes) -> bytes:
    """The secret that goes with a browser's key. Raises ValueError."""
    return _sized(raw, 16)


def decode(text: str) -> bytes:
    """Base64url without padding. Raises ValueError."""
    if not re.fullmatch(r"[\w-]+", text, re.ASCII):
        raise ValueError("not base64url")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _sized(raw: bytes, size: int) -> bytes:
    if len(raw) != size:
        raise ValueError(f"{size} bytes are wanted")
    return raw
