"""JSON lines to standard output: when, what, which request. Never names, numbers or bodies."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from time import perf_counter
from traceback import format_tb
from typing import Any

import psycopg
from flask import Flask, g, has_request_context, request
from werkzeug.wrappers import Response

from lms.access import Actor
from lms.clock import now
from lms.config import Settings
from lms.jobs.queue import summary

# Ours, and the libraries that have something to say while nobody asks for a page.
LOGGERS = ("bina", "procrastinate", "psycopg", "asyncio")
EXTRA = ("path", "event", "status", "ms", "actor", "subject", "endpoint", "method")


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
        line.update(_job(record))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)

    def formatException(self, ei: Any) -> str:  # noqa: N802  (the library's name)
        """Where an error arose and what led to it. What it says may be somebody's data: see `said`."""
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            lines += [said(error), *(place.rstrip() for place in format_tb(error.__traceback__))]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


def said(error: BaseException) -> str:
    """The kind of an error and its first line. A database repeats values that it was sent, so of its errors the code and
    the constraint are told instead."""
    origin = getattr(error, "orig", None) or error
    if isinstance(origin, psycopg.Error):
        facts = (type(error).__name__, origin.sqlstate, origin.diag.table_name, origin.diag.constraint_name)
        return " ".join(fact for fact in facts if fact)
    return summary(error)


def _job(record: logging.LogRecord) -> dict[str, object]:
    """Of a job its name and number: what it was called with may be a name or an employee number."""
    job = getattr(record, "job", None)
    if not isinstance(job, dict):
        return {} if job is None else {"job": job}
    action = getattr(record, "action", "job")
    return {"message": action, "job": job.get("id"), "task": job.get("task_name")}


def register(app: Flask, settings: Settings) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    for name in LOGGERS:
        logging.getLogger(name).handlers = [handler]
    logging.getLogger("bina").setLevel(settings.log_level)
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
    """The id of the person for whom the page was made, if it asked: a line in the log is no reason to ask the database.

    Right after signing in the user is still a token, which no log may hold.
    """
    who = g.get("_login_user")  # where Flask-Login keeps whom it found
    return str(who.id) if isinstance(who, Actor) else None
