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
DIGEST_HEADER = "x-amz-content-sha256"


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose keys sign, for which region."""

    region: str
    access_key: str
    secret_key: str = field(repr=False)

    def presigned(
        self,
        method: str,
        address: str,
        query: Mapping[str, str],
        *,
        at: datetime,
        seconds: int,
        digest: str = "",
    ) -> str:
        """The address with a query that proves itself from `at` (UTC) for `seconds` (at most 7 days).

        With `digest`, the SHA-256 of what will be sent in hexadecimal, whoever sends must repeat it in the header
        `DIGEST_HEADER` and the service refuses other bytes. Without it a browser can send what it wants to send.
        """
        parts = urlsplit(address)
        path = quote(parts.path, safe="/~")
        scope = f"{at:%Y%m%d}/{self.region}/s3/aws4_request"
        signed = {"host": parts.netloc, **({DIGEST_HEADER: digest} if digest else {})}
        facts = {
            **query,
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": f"{at:%Y%m%dT%H%M%SZ}",
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": ";".join(signed),
        }
        asked = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(facts.items()))
        headers = [f"{name}:{value}" for name, value in signed.items()]
        payload = digest or "UNSIGNED-PAYLOAD"
        canonical = "\n".join([method, path, asked, *headers, "", ";".join(signed), payload])
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
