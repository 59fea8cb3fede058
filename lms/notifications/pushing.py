"""Asking a push service to carry a message to a browser (RFC 8030). Loaded at its first use, like the cryptography it needs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr, parsedate_to_datetime
from http.client import HTTPMessage
from typing import IO
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from lms.config import Settings
from lms.notifications import webpush
from lms.notifications.delivery import Result
from lms.notifications.endpoints import is_allowed, origin
from lms.notifications.keys import encode, push_key
from lms.notifications.models import Outgoing, PushDevice

# A service keeps a message so long for a phone that is off (RFC 8030, 5.2).
KEPT = timedelta(days=1)
TIMEOUT = 10  # seconds
LONGEST_TEXT = 600  # characters: any of them fits into one record


class _NoRedirect(HTTPRedirectHandler):
    """The allowed hosts would mean nothing if one could send us on to another."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


_OPENER = build_opener(_NoRedirect)


def push(settings: Settings, device: PushDevice, message: Outgoing, *, now: datetime) -> Result:
    """Hand one message to the push service of a device. A newer one with the same Topic replaces it there, and the same tag
    on the phone, so that what comes twice shows once."""
    if not settings.push_key or not is_allowed(device.endpoint, settings.push_services):
        return Result("refused", "not allowed")
    body = declarative(message, settings.base_url)
    try:
        sealed = webpush.encrypt(body, device.public_key, device.secret)
    except ValueError:  # no point of the curve
        return Result("gone", "bad key")
    try:
        with _OPENER.open(_request(settings, device, message, sealed, now), timeout=TIMEOUT) as answer:
            return Result("sent", f"HTTP {answer.status}")
    except HTTPError as refusal:
        with refusal:
            return _refused(refusal.code, refusal.headers.get("Retry-After", ""), now)


def declarative(message: Outgoing, base_url: str) -> bytes:
    """The message in the declarative format (W3C Push API, WebKit): browsers that know it show it without any script of
    ours, the others' worker reads the same members."""
    notification = {
        "title": message.subject,
        "body": message.text[:LONGEST_TEXT],
        "navigate": base_url + (message.path or "/pemberitahuan"),
        "tag": encode(message.id.bytes),
        "silent": False,
    }
    return json.dumps({"web_push": 8030, "notification": notification}, ensure_ascii=False).encode()


def _request(
    settings: Settings, device: PushDevice, message: Outgoing, sealed: bytes, now: datetime
) -> Request:
    key = push_key(settings.push_key)
    headers = {
        "Authorization": webpush.authorization(key, origin(device.endpoint), contact(settings), now=now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/notification+json",
        "TTL": str(int(KEPT.total_seconds())),
        "Topic": encode(message.id.bytes),
        "Urgency": "high" if message.urgent else "normal",
    }
    return Request(device.endpoint, data=sealed, headers=headers, method="POST")  # noqa: S310 is_allowed looked at it


def contact(settings: Settings) -> str:
    """Where a push service's operators may reach ours (RFC 8292, 2.1)."""
    if settings.base_url.startswith("https://"):
        return settings.base_url
    return "mailto:" + parseaddr(settings.mail_from)[1]


def _refused(code: int, retry_after: str, now: datetime) -> Result:
    says = f"HTTP {code}"
    if code in {404, 410}:
        return Result("gone", says)
    if code == 429 or code >= 500:
        return Result("later", says, wait_of(retry_after, now))
    return Result("refused", says)


def wait_of(retry_after: str, now: datetime) -> timedelta:
    """What a Retry-After asks for: seconds, or the time until a date (RFC 9110, 10.2.3); nothing when it is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return timedelta(seconds=min(int(retry_after), 10**6))
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return timedelta()
    return max(timedelta(), at.replace(tzinfo=at.tzinfo or UTC) - now)
