"""Messages that only one browser can read (RFC 8291, 8188) and the proof of who sends them (RFC 8292).

Loaded at its first use: its library costs a process some 10 MB, and only jobs and commands need it.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lms.notifications.keys import PushKey

# One record holds the whole message: push services take 4,096 bytes (RFC 8030, 7.2), of which 103 are ours.
RECORD = 4096
MOST = RECORD - 86 - 17
# Services refuse proofs that are good for more than a day (RFC 8292, 2).
GOOD_FOR = timedelta(hours=12)

_CURVE = ec.SECP256R1()


def new_key() -> PushKey:
    """A fresh pair of keys for an installation."""
    private = ec.generate_private_key(_CURVE)
    number = private.private_numbers().private_value
    return PushKey(public=_point(private.public_key()), private=number.to_bytes(32))


def encrypt(
    body: bytes,
    public: bytes,
    secret: bytes,
    *,
    once: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """What only the browser with this public key and secret can read. Raises ValueError for a key that is none.

    `once` and `salt` are fresh for each message; only a test may say which.
    """
    if len(body) > MOST:
        raise ValueError(f"a message has at most {MOST} bytes")
    once, salt = once or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    ours, theirs = _point(once.public_key()), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)
    shared = once.exchange(ec.ECDH(), theirs)
    keying = _derive(secret, shared, b"WebPush: info\0" + public + ours, 32)
    key = _derive(salt, keying, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, keying, b"Content-Encoding: nonce\0", 12)
    # The byte 2 ends the last record (RFC 8188, 2).
    sealed = AESGCM(key).encrypt(nonce, body + b"\x02", None)
    return salt + RECORD.to_bytes(4) + bytes([len(ours)]) + ours + sealed


def authorization(key: PushKey, origin: str, subject: str, *, now: datetime) -> str:
    """The header with which a push service knows us again; `subject` is where its operators may reach us."""
    claims = {"aud": origin, "exp": int((now + GOOD_FOR).timestamp()), "sub": subject}
    text = b".".join(_b64(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    private = ec.derive_private_key(int.from_bytes(key.private), _CURVE)
    r, s = decode_dss_signature(private.sign(text, ec.ECDSA(SHA256())))
    token = text + b"." + _b64(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={token.decode()}, k={key.public_text}"


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _b64(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")
