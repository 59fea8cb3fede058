"""JSON lines to standard output: when, what, which request. Never names, numbers or bodies."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from time import perf_counter

from flask import Flask, g, has_request_context, request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.access import Actor
from lms.clock import now
from lms.config import Settings

EXTRA = ("path", "job", "event", "status", "ms", "actor", "subject", "endpoint", "method")


class JsonLines(logging.Formatter):
    """One JSON object a record; line ends in a message cannot start a new one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": now().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line["request"] = g.get("request_id")
        line.update({key: getattr(record, key) for key in EXTRA if hasattr(record, key)})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def register(app: Flask, settings: Settings) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("bina")
    log.handlers = [handler]
    log.setLevel(settings.log_level)
    requests = logging.getLogger("bina.requests")

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.began = perf_counter()

    @app.after_request
    def done(answer: Response) -> Response:
        if requests.isEnabledFor(logging.INFO):
            requests.info("request", extra=_facts(answer))
        answer.headers["X-Request-ID"] = g.get("request_id", "")
        return answer


def _facts(answer: Response) -> dict[str, object]:
    return {
        "endpoint": request.endpoint,
        "method": request.method,
        "status": answer.status_code,
        "ms": round((perf_counter() - g.get("began", perf_counter())) * 1000, 1),
        "actor": _actor(),
    }


def _actor() -> str | None:
    """The person's id. Right after signing in the user is still a token, which no log may hold."""
    who = current_user._get_current_object() if current_user else None
    return str(who.id) if isinstance(who, Actor) else None
