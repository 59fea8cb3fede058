"""The blueprint that the pages of learners, staff and authors share."""

from __future__ import annotations

import uuid
from typing import cast

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from lms.errors import NotFound
from lms.media.models import Media
from lms.media.queries import OPENED, url_of
from lms.web import store

blueprint = Blueprint("projects", __name__)


def send(media: Media) -> Response:
    """Send the browser to a file that its reader may have."""
    return redirect(url_of(store(), media, seconds=OPENED), 302)


def read_id(text: str | None) -> uuid.UUID:
    """An id from a form; one that is none does not exist."""
    try:
        return uuid.UUID(cast(str, text))
    except (ValueError, TypeError, AttributeError):
        raise NotFound from None


def read_ids(texts: list[str]) -> list[uuid.UUID]:
    return [read_id(text) for text in texts if text]
