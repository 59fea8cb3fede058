"""A class as its learner sees it: what to do next, the whole syllabus, and what the certificate asks for."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template

from courses.catalogue.covers import covers_in, wide_cover
from courses.cohorts.announcing import announcements_of
from courses.cohorts.queries import pending_for, seat_of, seats_for
from courses.progress.queries import outline_of, summaries
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.offline.storable import storable
from lms.web import actor, session, store

blueprint = Blueprint("progress", __name__, url_prefix="/kelas")


@blueprint.get("")
@needs(SIGNED_IN)
@storable
def mine() -> str:
    seats = seats_for(session(), actor())
    classes, pending = summaries(session(), seats), pending_for(session(), actor())
    return render_template(
        "progress/mine.html", classes=classes, pending=pending, cover_of=covers_in(store())
    )


@blueprint.get("/<uuid:cohort_id>")
@needs(SIGNED_IN)
@storable
def show(cohort_id: uuid.UUID) -> str:
    seat = seat_of(session(), actor(), cohort_id)
    syllabus = outline_of(session(), seat, now=now())
    said = announcements_of(session(), cohort_id)
    return render_template(
        "progress/show.html",
        seat=seat,
        cover=wide_cover(store(), seat.cover, reader=actor()),
        syllabus=syllabus,
        said=said,
        cohort_id=cohort_id,
    )
