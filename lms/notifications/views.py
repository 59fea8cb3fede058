"""The list behind the bell."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.notifications import services
from lms.notifications.queries import page_of
from lms.web import actor, page_number, session

blueprint = Blueprint("notifications", __name__, url_prefix="/pemberitahuan")


@blueprint.get("")
@needs(SIGNED_IN)
def show() -> str:
    page = page_number()
    return render_template(
        "notifications/list.html", listed=page_of(session(), actor(), page), page=page, page_url=_page_url
    )


def _page_url(page: int) -> str:
    return url_for(".show", page=page)


@blueprint.post("/<uuid:notification_id>/buka")
@needs(SIGNED_IN)
def open_one(notification_id: uuid.UUID) -> Response:
    found = services.mark_read(session(), actor(), notification_id, now=now())
    return redirect(found.path or url_for(".show"), 303)


@blueprint.post("/<uuid:notification_id>/dibaca")
@needs(SIGNED_IN)
def read_one(notification_id: uuid.UUID) -> Response:
    services.mark_read(session(), actor(), notification_id, now=now())
    return redirect(url_for(".show"), 303)


@blueprint.post("/dibaca")
@needs(SIGNED_IN)
def read_all() -> Response:
    services.mark_all_read(session(), actor(), now=now())
    return redirect(url_for(".show"), 303)
