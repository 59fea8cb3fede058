"""The escape hatch: answers that cannot leave a phone travel as an encrypted file that only this installation can read.

The page has a public key (P-256). It agrees on a secret with a key of its own that it forgets (ECDH), makes an AES-256-GCM
key of it (HKDF-SHA-256) and writes `{"v": 1, "key": <its public key>, "iv": …, "data": …}` in base64. The private key is
derived from the installation's secret, so that it is kept and rotated with it.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from courses.quizzes.escape_key import MOST_BYTES
from lms.errors import N_, Invalid

_PURPOSE = b"bina answer file"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
UNREADABLE = N_("Berkas ini tidak dapat dibaca. Minta peserta mengunduhnya sekali lagi dari ponselnya.")


def public_key(secret: str) -> str:
    """The key that pages encrypt with: an uncompressed point in base64."""
    point = (
        _private(secret)
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return base64.b64encode(point).decode()


@lru_cache(maxsize=4)
def _private(secret: str) -> ec.EllipticCurvePrivateKey:
    seed = int.from_bytes(_derived(secret.encode(), b"private key", 48))
    return ec.derive_private_key(seed % (_ORDER - 1) + 1, ec.SECP256R1())


def _derived(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=_PURPOSE, info=info).derive(secret)


def opened(file: bytes, secrets: Sequence[str]) -> dict[str, Any]:
    """What a page wrote into its file. Raises Invalid when it is not ours, damaged, or from before an old secret."""
    try:
        told = json.loads(file[:MOST_BYTES])
        point, iv, data = (base64.b64decode(told[name], validate=True) for name in ("key", "iv", "data"))
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid(UNREADABLE, field="file") from error
    for secret in secrets:
        shared = _private(secret).exchange(ec.ECDH(), theirs)
        try:
            return _batch(AESGCM(_derived(shared, b"answers", 32)).decrypt(iv, data, None))
        except (InvalidTag, ValueError):
            continue
    raise Invalid(UNREADABLE, field="file")


def _batch(text: bytes) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError
    return found


if __name__ == "__main__":
    sys.stdout.write(public_key(sys.stdin.read()))
