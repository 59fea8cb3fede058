"""POST /kirim: a batch of work from a phone; GET /kirim: who is signed in, the token to send with, and the time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from time import monotonic
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from lms.access import SIGNED_IN, needs
from lms.clock import milliseconds, now
from lms.errors import N_, TooMany
from lms.feature import Feature
from lms.outbox.batch import batch_in
from lms.outbox.pace import Pace
from lms.outbox.services import receive
from lms.sending import Operation, Outcome
from lms.web import actor, session

PATH = "/kirim"
AGAIN_AFTER = 1  # seconds
TOO_FAST = N_("Kiriman datang terlalu cepat. Semuanya masih ada di perangkat ini dan segera dikirim lagi.")
PACE = Pace()

blueprint = Blueprint("outbox", __name__)


@blueprint.get(PATH)
@needs(SIGNED_IN)
def hello() -> Response:
    return jsonify(person=actor().id, token=generate_csrf(), now=milliseconds(now()))


@blueprint.post(PATH)
@needs(SIGNED_IN)
def take() -> Response:
    batch, moment = batch_in(request.get_json(silent=True)), now()
    if batch.person != actor().id:
        return _not_now("other-person")
    if seconds := PACE.wait(actor().id, len(batch.sent), now=monotonic()):
        raise TooMany(TOO_FAST, retry_after=seconds)
    try:
        outcomes = receive(session(), kinds(), batch, by=actor(), now=moment)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        # The same work came on two ways at once; whoever was second asks again and is told what became of it.
        session().rollback()
        outcomes = None
    if outcomes is None:
        return _not_now("busy")
    return jsonify(now=milliseconds(moment), receipts=_receipts(outcomes))


def kinds() -> Mapping[str, Operation]:
    """The work that the features take, by kind."""
    features: list[Feature] = current_app.extensions["features"]
    return {operation.kind: operation for feature in features for operation in feature.operations}


def _not_now(reason: str) -> Response:
    """409: somebody else's work, or the same device's earlier request is still running."""
    answer = jsonify(reason=reason)
    answer.status_code = 409
    answer.headers["Retry-After"] = str(AGAIN_AFTER)
    return answer


def _receipts(outcomes: Mapping[uuid.UUID, Outcome]) -> dict[str, Any]:
    return {
        str(id_): {
            "status": outcome.status,
            "answer": outcome.answer,
            "message": _(outcome.message) % outcome.values if outcome.message else "",
        }
        for id_, outcome in outcomes.items()
    }
