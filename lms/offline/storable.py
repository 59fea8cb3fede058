"""The mark of pages that a phone may keep: nothing else is ever stored there.

@blueprint.get(…)
@needs(SIGNED_IN)
@storable
def show(…): …
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, request
from werkzeug.wrappers import Response

from lms.offline.protocol import PROTOCOL
from lms.web import visitor

View = TypeVar("View", bound=Callable[..., object])

STORABLE, PERSON, SPEAKS = "X-Bina-Storable", "X-Bina-Person", "X-Bina-Protocol"


def storable(view: View) -> View:
    """Name a page that belongs to what its reader may take away."""
    view.storable = True  # type: ignore[attr-defined]
    return view


def mark(answer: Response) -> Response:
    """Say on a marked page whose it is, so that a phone keeps it for that person and for nobody else."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "storable", False) and answer.status_code == 200:
        who = visitor()
        if who is not None:
            answer.headers[STORABLE] = "page"
            answer.headers[PERSON] = str(who.id)
            answer.headers[SPEAKS] = str(PROTOCOL)
    return answer
