"""Addresses of push services. A browser names them, so only those that the settings allow are ever called."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit


def is_allowed(endpoint: str, services: Sequence[str]) -> bool:
    """Whether an endpoint is at one of these services: a host with those below it (by https), or an exact origin."""
    try:
        parts, where = urlsplit(endpoint), origin(endpoint)
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.username or parts.password or not host:
        return False
    by_host = parts.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in services)
    return where in services or (by_host and parts.port in {None, 443})


def origin(endpoint: str) -> str:
    """`https://fcm.googleapis.com`: the scheme, the host and a port that is not the usual one. Raises ValueError."""
    parts = urlsplit(endpoint)
    port = (
        f":{parts.port}" if parts.port and parts.port != {"https": 443, "http": 80}.get(parts.scheme) else ""
    )
    return f"{parts.scheme}://{parts.hostname or ''}{port}"
