"""Reading a lesson and marking it done."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from courses.cohorts.queries import seat_of
from courses.lessons.queries import files_of, lesson_of
from courses.lessons.services import finish
from courses.progress.queries import open_row, outline_of
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.web import actor, session

blueprint = Blueprint("lessons", __name__, url_prefix="/kelas/<uuid:cohort_id>/pelajaran/<uuid:activity_id>")


@blueprint.get("")
@needs(SIGNED_IN)
def show(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    seat = seat_of(session(), actor(), cohort_id)
    syllabus = outline_of(session(), seat, now=now())
    row = open_row(syllabus, activity_id)
    return render_template(
        "lessons/show.html",
        seat=seat,
        syllabus=syllabus,
        row=row,
        lesson=lesson_of(session(), activity_id),
        files=files_of(session(), activity_id),
    )


@blueprint.post("/selesai")
@needs(SIGNED_IN)
def done(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    seat = seat_of(session(), actor(), cohort_id)
    syllabus = outline_of(session(), seat, now=now())
    finish(session(), seat.enrolment_id, open_row(syllabus, activity_id), now=now())
    following = syllabus.after(activity_id)
    if following is None:
        return redirect(url_for("progress.show", cohort_id=cohort_id), 303)
    return redirect(url_for(f"{following.kind}.show", cohort_id=cohort_id, activity_id=following.id), 303)
