"""Reading and watching a lesson, and marking it done."""

from __future__ import annotations

import uuid
from functools import partial

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from courses.cohorts.queries import seat_of
from courses.lessons.forms import watched_in
from courses.lessons.queries import file_of, page_of
from courses.lessons.services import finish
from courses.lessons.showing import quality_name, reading
from courses.lessons.watching import watch
from courses.progress.queries import open_row, outline_of
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.errors import NotFound
from lms.offline.storable import storable
from lms.web import actor, page_number, session, store

blueprint = Blueprint("lessons", __name__)
HERE = "/kelas/<uuid:cohort_id>/pelajaran/<uuid:activity_id>"


@blueprint.get(HERE)
@needs(SIGNED_IN)
@storable
def show(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    seat = seat_of(session(), actor(), cohort_id)
    syllabus = outline_of(session(), seat, now=now())
    row = open_row(syllabus, activity_id)
    page = page_of(session(), activity_id, seat.enrolment_id)
    return render_template(
        "lessons/show.html",
        seat=seat,
        syllabus=syllabus,
        row=row,
        lesson=reading(page, store(), saver=actor().data_saver),
        captions_url=partial(url_for, "lessons.captions", cohort_id=cohort_id, activity_id=activity_id),
        watch_url=partial(url_for, "lessons.watched", cohort_id=cohort_id, activity_id=activity_id),
        quality_name=quality_name,
        sheet_page=page_number(),
        sheet_url=lambda number: url_for(
            "lessons.show", cohort_id=cohort_id, activity_id=activity_id, page=number
        ),
    )


@blueprint.post(f"{HERE}/selesai")
@needs(SIGNED_IN)
def done(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> AnyResponse:
    seat = seat_of(session(), actor(), cohort_id)
    syllabus = outline_of(session(), seat, now=now())
    finish(session(), seat.enrolment_id, open_row(syllabus, activity_id), now=now())
    following = syllabus.after(activity_id)
    if following is None:
        return redirect(url_for("progress.show", cohort_id=cohort_id), 303)
    return redirect(url_for(f"{following.kind}.show", cohort_id=cohort_id, activity_id=following.id), 303)


@blueprint.post(f"{HERE}/tonton/<uuid:file_id>")
@needs(SIGNED_IN)
def watched(cohort_id: uuid.UUID, activity_id: uuid.UUID, file_id: uuid.UUID) -> dict[str, object]:
    """What the player saw since it last told: `{"ranges": [[from, to], …], "position": p}` in milliseconds."""
    seat = seat_of(session(), actor(), cohort_id)
    row = open_row(outline_of(session(), seat, now=now()), activity_id)
    ranges, position = watched_in(request.get_json(silent=True))
    share = watch(session(), seat.enrolment_id, row, file_id, ranges, position, now=now())
    return {"seen": share}


@blueprint.get(f"{HERE}/takarir/<uuid:file_id>.vtt")
@needs(SIGNED_IN)
@storable
def captions(cohort_id: uuid.UUID, activity_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    seat = seat_of(session(), actor(), cohort_id)
    open_row(outline_of(session(), seat, now=now()), activity_id)
    return vtt(activity_id, file_id)


def vtt(activity_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    """The captions of a file as players read them."""
    file = file_of(session(), activity_id, file_id)
    if not file.captions:
        raise NotFound
    return Response(file.captions, mimetype="text/vtt")
