"""`/healthz`: alive, asks nothing. `/readyz`: database, migrations, disk, jobs; a store that is down, a clock that was set
since the start, or a database that may forget what it acknowledged only degrades."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from flask import Blueprint, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms.access import ANYONE, needs
from lms.clock import ahead, now
from lms.operations import readiness
from lms.web import session, settings, store

Answer = TypeVar("Answer")

blueprint = Blueprint("shell", __name__)


@blueprint.get("/healthz")
@needs(ANYONE)
def alive() -> str:
    return "ok"


@blueprint.get("/readyz")
@needs(ANYONE)
def ready() -> tuple[Response, int]:
    """200 when this process may get requests. The names of what is wrong are shown, never details."""
    root, moment = Path(current_app.root_path), now()
    database = _asked(lambda session: readiness.database(session, root), readiness.NO_DATABASE)
    facts = {
        "database": database.migrated,
        "disk": readiness.disk(settings().data_dir),
        "jobs": _asked(lambda session: readiness.jobs(session, now=moment), False),
    }
    wrong = [name for name, is_well in facts.items() if not is_well]
    softer = {
        "store": readiness.files(store()),
        "clock": readiness.clock(ahead()),
        "durability": database.durable,
    }
    degraded = [name for name, is_well in softer.items() if not is_well]
    state = "unready" if wrong else "degraded" if degraded else "ready"
    return jsonify(state=state, wrong=wrong, degraded=degraded), 503 if wrong else 200


def _asked(question: Callable[[Session], Answer], otherwise: Answer) -> Answer:
    """What the database answers, or something else when there is not even a connection to ask over."""
    try:
        return question(session())
    except SQLAlchemyError:
        return otherwise
