"""Who looked at whose record (quality A2): a line in the log, because a page that is read writes no row.

The lines stand in the same stream as all others, as JSON with ids only, and carry the request's id. They are kept
whatever the log level is, and for as long as the operator keeps the log. A row in the audit trail for each look would
turn every reading request into a writing one, and drown what was changed in what was seen.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable

from flask import request

from lms.access import Actor

log = logging.getLogger("bina.reads")
log.setLevel(logging.INFO)


def noted(actor: Actor, person_id: uuid.UUID) -> None:
    """Note that a member of staff opened the record of somebody else; one's own is nobody else's business."""
    if actor.id != person_id:
        facts = {"actor": str(actor.id), "subject": str(person_id), "endpoint": request.endpoint}
        log.info("record read", extra=facts)


def noted_each(actor: Actor, person_ids: Iterable[uuid.UUID]) -> None:
    """The same for a page on which the work of several people stands: a line for each of them."""
    for person_id in dict.fromkeys(person_ids):
        noted(actor, person_id)
