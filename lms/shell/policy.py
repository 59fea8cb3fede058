"""What browsers report about the content policy: which rule was broken on which kind of page, and nothing about anybody.

A report may hold whole addresses, pieces of script and of the page. Only what says where to look is kept: the rule, the
origin of what was blocked, our route (never its ids or its query), and the line of our own script.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lms.access import BEARER, needs
from lms.clock import now
from lms.errors import TooMany
from lms.shell.pages import blueprint

__all__ = ["blueprint"]

log = logging.getLogger("bina.policy")

LARGEST = 16 * 1024  # bytes of one request
MOST = 10  # reports in it
# Lines that one process writes in a minute, whoever sends them: a broken extension or a prank must not fill the log.
PER_MINUTE = 30
MINUTE = timedelta(minutes=1)
_DIRECTIVES = frozenset(
    [
        "base-uri",
        "connect-src",
        "default-src",
        "font-src",
        "form-action",
        "frame-ancestors",
        "frame-src",
        "img-src",
        "manifest-src",
        "media-src",
        "object-src",
        "require-trusted-types-for",
        "script-src",
        "script-src-attr",
        "script-src-elem",
        "style-src",
        "style-src-attr",
        "style-src-elem",
        "trusted-types",
        "worker-src",
    ]
)
_WORDS = frozenset(
    ("inline", "eval", "wasm-eval", "data", "blob", "self", "trusted-types-sink", "trusted-types-policy")
)


class Allowance:
    """So many lines a minute, counted in this process."""

    def __init__(self) -> None:
        self._written: deque[datetime] = deque()

    def take(self, moment: datetime) -> bool:
        while self._written and moment - self._written[0] >= MINUTE:
            self._written.popleft()
        if len(self._written) >= PER_MINUTE:
            return False
        self._written.append(moment)
        return True


@blueprint.post("/laporan-kebijakan")
@needs(BEARER)
def policy_report() -> Response:
    """Take reports in, in the old form and in the new one. What is no report is dropped without a word."""
    allowance: Allowance = current_app.extensions.setdefault("policy_reports", Allowance())
    for facts in list(_reports(request.stream.read(LARGEST)))[:MOST]:
        if not allowance.take(now()):
            raise TooMany(retry_after=60)
        log.warning("content policy: %s blocked %s", facts["rule"], facts["blocked"], extra=_places(facts))
    return Response(status=204)


@blueprint.record
def _without_token(state: Any) -> None:
    """A browser sends reports by itself and has no token; nothing of ours changes by them."""
    state.app.extensions["csrf"].exempt(policy_report)


def _reports(body: bytes) -> Iterator[dict[str, str]]:
    """The facts of each report in a body that may hold anything."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return
    for one in sent if isinstance(sent, list) else [sent]:
        found = one.get("body", one.get("csp-report")) if isinstance(one, Mapping) else None
        if isinstance(found, Mapping) and (facts := _facts(found)):
            yield facts


def _facts(report: Mapping[str, Any]) -> dict[str, str] | None:
    def said(*names: str) -> str:
        return next((value for name in names if isinstance(value := report.get(name), str)), "")

    rule = said("effectiveDirective", "effective-directive", "violated-directive").partition(" ")[0]
    if rule not in _DIRECTIVES:
        return None
    line = report.get("lineNumber", report.get("line-number"))
    return {
        "rule": rule,
        "blocked": _origin(said("blockedURL", "blocked-uri")),
        "page": said("documentURL", "document-uri"),
        "source": _script(said("sourceFile", "source-file")),
        "line": str(line) if isinstance(line, int) else "",
    }


def _places(facts: Mapping[str, str]) -> dict[str, str]:
    where = f"{facts['source']}:{facts['line']}" if facts["source"] else ""
    return {"endpoint": _route(facts["page"]), "path": where}


def _origin(address: str) -> str:
    """Where the blocked thing was to come from; one of the policy's own words as it is."""
    if address in _WORDS:
        return address
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        return "?"
    return f"{parts.scheme}://{host}" if parts.scheme in {"http", "https"} and host else "?"


def _script(address: str) -> str:
    """Our own file; scripts of extensions and of others stay unnamed."""
    path = urlsplit(address).path if address.startswith(("http://", "https://")) else ""
    return (
        path
        if path.startswith("/static/") and path.isascii() and path.isprintable() and len(path) < 200
        else ""
    )


def _route(address: str) -> str:
    """The name of the page's route, without the ids that its address holds."""
    try:
        path = urlsplit(address).path
        endpoint, _ids = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, ValueError):
        return "?"
    return str(endpoint)
