"""Taking a quiz: its cover, the attempt, handing in, the result."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from courses.cohorts.queries import Seat, seat_of
from courses.progress.queries import open_row, outline_of
from courses.quizzes import services
from courses.quizzes.forms import answers_in
from courses.quizzes.models import Attempt, Reveal
from courses.quizzes.queries import answers_of, attempt_of, attempts_of, quiz_of
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.web import actor, session

blueprint = Blueprint("quizzes", __name__, url_prefix="/kelas/<uuid:cohort_id>/kuis/<uuid:activity_id>")


@blueprint.get("")
@needs(SIGNED_IN)
def show(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    seat = seat_of(session(), actor(), cohort_id)
    row = open_row(outline_of(session(), seat, now=now()), activity_id)
    quiz = quiz_of(session(), activity_id)
    attempts = attempts_of(session(), seat, activity_id)
    return render_template("quizzes/show.html", seat=seat, row=row, quiz=quiz, attempts=attempts)


@blueprint.post("/mulai")
@needs(SIGNED_IN)
def begin(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    seat = seat_of(session(), actor(), cohort_id)
    open_row(outline_of(session(), seat, now=now()), activity_id)
    attempt = services.start(session(), seat, quiz_of(session(), activity_id), now=now())
    return _to(".attempt", seat, attempt)


@blueprint.get("/percobaan/<uuid:attempt_id>")
@needs(SIGNED_IN)
def attempt(cohort_id: uuid.UUID, activity_id: uuid.UUID, attempt_id: uuid.UUID) -> str | Response:
    seat = seat_of(session(), actor(), cohort_id)
    found = attempt_of(session(), seat, attempt_id)
    if not found.is_open:
        return _to(".result", seat, found)
    return render_template(
        "quizzes/attempt.html",
        seat=seat,
        attempt=found,
        quiz=quiz_of(session(), activity_id),
        answers=answers_of(session(), found.id),
    )


@blueprint.post("/percobaan/<uuid:attempt_id>")
@needs(SIGNED_IN)
def save(cohort_id: uuid.UUID, activity_id: uuid.UUID, attempt_id: uuid.UUID) -> Response:
    """The ordinary form: everything on the page is kept; `submit` in it goes on to the check page."""
    seat = seat_of(session(), actor(), cohort_id)
    found = attempt_of(session(), seat, attempt_id, lock=True)
    if not found.is_open:
        return _to(".result", seat, found)
    services.save(session(), found, answers_in(found.paper, request.form), now=now())
    return _to(".check" if "submit" in request.form else ".attempt", seat, found)


@blueprint.get("/percobaan/<uuid:attempt_id>/periksa")
@needs(SIGNED_IN)
def check(cohort_id: uuid.UUID, activity_id: uuid.UUID, attempt_id: uuid.UUID) -> str | Response:
    seat = seat_of(session(), actor(), cohort_id)
    found = attempt_of(session(), seat, attempt_id)
    if not found.is_open:
        return _to(".result", seat, found)
    saved = answers_of(session(), found.id)
    still_open = [n for n in range(1, len(found.paper) + 1) if n not in saved or saved[n].value is None]
    return render_template("quizzes/check.html", seat=seat, attempt=found, open_numbers=still_open)


@blueprint.post("/percobaan/<uuid:attempt_id>/kumpulkan")
@needs(SIGNED_IN)
def submit(cohort_id: uuid.UUID, activity_id: uuid.UUID, attempt_id: uuid.UUID) -> Response:
    seat = seat_of(session(), actor(), cohort_id)
    found = attempt_of(session(), seat, attempt_id, lock=True)
    services.submit(session(), seat, found, quiz_of(session(), activity_id), now=now())
    return _to(".result", seat, found)


@blueprint.get("/percobaan/<uuid:attempt_id>/hasil")
@needs(SIGNED_IN)
def result(cohort_id: uuid.UUID, activity_id: uuid.UUID, attempt_id: uuid.UUID) -> str | Response:
    seat = seat_of(session(), actor(), cohort_id)
    found = attempt_of(session(), seat, attempt_id)
    if found.is_open:
        return _to(".attempt", seat, found)
    quiz = quiz_of(session(), activity_id)
    saved = answers_of(session(), found.id)
    return render_template(
        "quizzes/result.html",
        seat=seat,
        attempt=found,
        quiz=quiz,
        answers=saved,
        revealed=quiz.reveal is Reveal.SUBMITTED,
    )


def _to(endpoint: str, seat: Seat, found: Attempt) -> Response:
    return redirect(
        url_for(endpoint, cohort_id=seat.cohort_id, activity_id=found.activity_id, attempt_id=found.id), 303
    )
