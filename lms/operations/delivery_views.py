"""What left the application and what did not: each message with its way, its time and what came of it, never its words."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.access import needs
from lms.clock import now
from lms.errors import N_
from lms.notifications.models import OutgoingState
from lms.notifications.queries import sendings, sendings_by_state
from lms.notifications.topics import topics
from lms.operations import services
from lms.operations.permissions import OPERATE
from lms.web import actor, page_number, session

blueprint = Blueprint("deliveries", __name__, url_prefix="/kiriman")

PER_PAGE = 30
STATES = {
    OutgoingState.FAILED: N_("Gagal"),
    OutgoingState.WAITING: N_("Menunggu"),
    OutgoingState.SENT: N_("Terkirim"),
    OutgoingState.MERGED: N_("Digabung"),
    OutgoingState.DROPPED: N_("Tidak perlu"),
}
KINDS = {
    "auth:link": N_("Tautan masuk"),
    "notifications:digest": N_("Rangkuman"),
    "notifications:test": N_("Pesan percobaan"),
}


@blueprint.get("")
@needs(OPERATE)
def show() -> str:
    chosen = _chosen()
    counts = sendings_by_state(session())
    pills = [{"label": _("Semua"), "url": url_for(".show"), "count": None, "current": chosen is None}]
    pills += [
        {
            "label": _(label),
            "url": url_for(".show", keadaan=state.value),
            "count": counts.get(state, 0),
            "current": state is chosen,
        }
        for state, label in STATES.items()
    ]
    return render_template(
        "operations/deliveries.html",
        listed=sendings(session(), chosen, page_number(), per_page=PER_PAGE),
        names=KINDS | {kind: topic.label for topic in topics() for kind in topic.kinds},
        states=STATES,
        pills=pills,
        page=page_number(),
        page_url=_page_url,
    )


def _chosen() -> OutgoingState | None:
    asked = request.args.get("keadaan", "")
    return OutgoingState(asked) if asked in set(OutgoingState) else None


def _page_url(page: int) -> str:
    chosen = _chosen()
    return url_for(".show", page=page, keadaan=chosen.value if chosen else None)


@blueprint.post("/<uuid:message_id>/ulang")
@needs(OPERATE)
def resend(message_id: uuid.UUID) -> Response:
    services.resend(session(), message_id, by=actor(), now=now())
    flash(_("Kiriman itu dicoba lagi sekarang."), "success")
    return redirect(url_for(".show", keadaan=OutgoingState.FAILED.value), 303)


@blueprint.post("/<uuid:message_id>/buang")
@needs(OPERATE)
def discard(message_id: uuid.UUID) -> Response:
    services.discard(session(), message_id, by=actor(), now=now())
    flash(_("Kiriman itu tidak dicoba lagi."), "success")
    return redirect(url_for(".show", keadaan=OutgoingState.FAILED.value), 303)
