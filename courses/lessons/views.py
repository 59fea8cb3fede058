"""Reading and watching a lesson, and marking it done."""

from __future__ import annotations

import uuid
from functools import partial

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from courses.cohorts.queries import seat_of
from courses.lessons.finishing import finish
from courses.lessons.queries import file_of, file_with_media, page_of
from courses.lessons.sending import address_after
from courses.lessons.showing import quality_name, reading
from courses.progress.queries import open_row, outline_of
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.errors import NotFound
from lms.media.queries import source_of
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
        lesson=reading(page, store(), saver=data_saver()),
        saver=data_saver(),
        captions_url=partial(url_for, "lessons.captions", cohort_id=cohort_id, activity_id=activity_id),
        fresh_url=partial(url_for, "lessons.play", cohort_id=cohort_id, activity_id=activity_id),
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
    return redirect(address_after(syllabus, cohort_id, activity_id), 303)


@blueprint.get(f"{HERE}/takarir/<uuid:file_id>.vtt")
@needs(SIGNED_IN)
@storable
def captions(cohort_id: uuid.UUID, activity_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    seat = seat_of(session(), actor(), cohort_id)
    open_row(outline_of(session(), seat, now=now()), activity_id)
    return vtt(activity_id, file_id)


@blueprint.get(f"{HERE}/putar/<uuid:file_id>")
@needs(SIGNED_IN)
def play(cohort_id: uuid.UUID, activity_id: uuid.UUID, file_id: uuid.UUID) -> AnyResponse:
    """On to a fresh address of a rendition (`?versi=`), for a page whose own one is too old to play."""
    seat = seat_of(session(), actor(), cohort_id)
    open_row(outline_of(session(), seat, now=now()), activity_id)
    return redirect(address_of(activity_id, file_id))


def address_of(activity_id: uuid.UUID, file_id: uuid.UUID) -> str:
    file = file_with_media(session(), file_of(session(), activity_id, file_id))
    return source_of(store(), file.media, request.args.get("versi", "")).url


def data_saver() -> bool:
    """Whether megabytes are to be spared: the person's setting, or what the browser asks for."""
    return actor().data_saver or request.headers.get("Save-Data") == "on"


def vtt(activity_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    """The captions of a file as players read them."""
    file = file_of(session(), activity_id, file_id)
    if not file.captions:
        raise NotFound
    return Response(file.captions, mimetype="text/vtt")
