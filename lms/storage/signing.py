"""Addresses that carry their own proof: AWS Signature Version 4 in the query, for any S3 service.

Written here because boto3 signs with the present second: each page view would give a picture another address, and a
phone would load it again. It also keeps boto3 out of processes that only show pages.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose keys sign, for which region."""

    region: str
    access_key: str
    secret_key: str = field(repr=False)

    def presigned(
        self, method: str, address: str, query: Mapping[str, str], *, at: datetime, seconds: int
    ) -> str:
        """The address with a query that proves itself from `at` (UTC) for `seconds` (at most 7 days).

        Only the host is signed and the payload is not, so that a browser can send what it wants to send.
        """
        parts = urlsplit(address)
        path = quote(parts.path, safe="/~")
        scope = f"{at:%Y%m%d}/{self.region}/s3/aws4_request"
        facts = {
            **query,
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": f"{at:%Y%m%dT%H%M%SZ}",
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
        asked = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(facts.items()))
        canonical = "\n".join([method, path, asked, f"host:{parts.netloc}", "", "host", "UNSIGNED-PAYLOAD"])
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join([ALGORITHM, facts["X-Amz-Date"], scope, digest])
        signature = _mac(self._key(scope), text).hex()
        return f"{parts.scheme}://{parts.netloc}{path}?{asked}&X-Amz-Signature={signature}"

    def _key(self, scope: str) -> bytes:
        return reduce(_mac, scope.split("/"), b"AWS4" + self.secret_key.encode())


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _quoted(text: str) -> str:
    return quote(text, safe="~")
