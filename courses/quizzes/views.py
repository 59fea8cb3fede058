"""Taking a quiz: its cover, the attempt, keeping answers, handing in, the result."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.cohorts.queries import seat_of
from courses.progress.outline import Outline
from courses.progress.queries import open_row, outline_of
from courses.quizzes import services
from courses.quizzes.escape_key import page_key
from courses.quizzes.forms import answers_in, bases_in
from courses.quizzes.kinds.registry import KINDS
from courses.quizzes.models import QuizRole
from courses.quizzes.papers import lead_and_rest, receipt
from courses.quizzes.pictures import pictures_of
from courses.quizzes.preparing import waiting_room
from courses.quizzes.queries import Sitting, entry_of, sitting_of
from courses.quizzes.results import Gain, gained, lesson_about, may_see_keys, review, says, strengths
from courses.quizzes.tickets import ticket_for
from courses.quizzes.timing import accepted_until, clock_face, is_over, seconds_left, urgency
from lms.access import SIGNED_IN, needs
from lms.clock import milliseconds, now
from lms.offline.storable import storable
from lms.web import actor, session, settings, store

QUIZ = "/kelas/<uuid:cohort_id>/kuis/<uuid:activity_id>"
ATTEMPT = f"{QUIZ}/percobaan/<uuid:attempt_id>"

blueprint = Blueprint("quizzes", __name__)


@blueprint.get(QUIZ)
@needs(SIGNED_IN)
@storable
def show(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    seat = seat_of(session(), actor(), cohort_id)
    syllabus, moment = outline_of(session(), seat, now=now()), now()
    if (soon := syllabus.row(activity_id)) and soon.lock and soon.lock.soon:
        room = waiting_room(session(), seat, soon.lock.opens_at, now=moment)
        return render_template("quizzes/door.html", seat=seat, row=soon, room=room)
    row = open_row(syllabus, activity_id)
    return render_template(
        "quizzes/show.html", seat=seat, row=row, entry=entry_of(session(), seat, activity_id), moment=moment
    )


@blueprint.post(f"{QUIZ}/mulai")
@needs(SIGNED_IN)
def begin(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    seat = seat_of(session(), actor(), cohort_id)
    open_row(outline_of(session(), seat, now=now()), activity_id)
    attempt_id = services.start(session(), seat, activity_id, now=now())
    address = url_for(".attempt", cohort_id=cohort_id, activity_id=activity_id, attempt_id=attempt_id)
    return redirect(address, 303)


@blueprint.get(ATTEMPT)
@needs(SIGNED_IN)
@storable
def attempt(**ids: Any) -> str | Response:
    sitting, moment = sitting_of(session(), actor(), **ids), now()
    found = sitting.attempt
    if not found.is_open:
        return _to(".result", sitting)
    if is_over(found.deadline, moment):
        return _to(".check", sitting)
    return render_template(
        "quizzes/attempt.html",
        **_around(sitting, moment),
        items=_items(sitting),
        lead_and_rest=lead_and_rest,
        says=says,
        moment=moment,
        ticket=ticket_for(found, sitting.quiz.grace_minutes, settings().secret_keys, moment),
        escape_key=page_key(settings().secret_keys[0]),
        receipt=receipt(found.id),
        picture_of=pictures_of(session(), store(), found.paper),
    )


@blueprint.post(ATTEMPT)
@needs(SIGNED_IN)
def save(**ids: Any) -> Response:
    """The ordinary form: what changed on the page is kept, and when the time is over it is handed in."""
    sitting, moment = sitting_of(session(), actor(), **ids, lock=True, keys=True), now()
    found, quiz = sitting.attempt, sitting.quiz
    values, base = answers_in(found.paper, request.form), bases_in(request.form)
    if services.save_page(session(), sitting, values, base=base, now=moment):
        flash(
            _("Sebagian jawaban tiba terlambat. Jawaban itu disimpan dan diputuskan oleh pengajar."),
            "warning",
        )
    if found.is_open and is_over(found.deadline, moment):
        services.submit(session(), found, quiz, now=moment)
    if not found.is_open:
        return _to(".result", sitting)
    return _to(".check" if "submit" in request.form else ".attempt", sitting)


@blueprint.get(f"{ATTEMPT}/jawaban")
@needs(SIGNED_IN)
def state(**ids: Any) -> Response:
    """What the page's script asks when it comes back: is the attempt open, where is it held, what is saved."""
    sitting, moment = sitting_of(session(), actor(), **ids), now()
    found = sitting.attempt
    saved = {number: [kept.revision, kept.value, kept.other] for number, kept in sitting.answers.items()}
    return jsonify(
        now=milliseconds(moment),
        open=found.is_open,
        deadline=None if found.deadline is None else milliseconds(found.deadline),
        holder=found.device,
        saved=saved,
    )


@blueprint.get(f"{ATTEMPT}/periksa")
@needs(SIGNED_IN)
def check(**ids: Any) -> str | Response:
    sitting, moment = sitting_of(session(), actor(), **ids), now()
    if not sitting.attempt.is_open:
        return _to(".result", sitting)
    return render_template(
        "quizzes/check.html",
        **_around(sitting, moment),
        moment=moment,
        ticket=ticket_for(sitting.attempt, sitting.quiz.grace_minutes, settings().secret_keys, moment),
        labels={name: kind.label for name, kind in KINDS.items()},
    )


@blueprint.post(f"{ATTEMPT}/kumpulkan")
@needs(SIGNED_IN)
def submit(**ids: Any) -> Response:
    sitting = sitting_of(session(), actor(), **ids, lock=True, keys=True)
    services.submit(session(), sitting.attempt, sitting.quiz, now=now())
    return _to(".result", sitting)


@blueprint.get(f"{ATTEMPT}/hasil")
@needs(SIGNED_IN)
def result(**ids: Any) -> str | Response:
    sitting, moment = sitting_of(session(), actor(), **ids, keys=True), now()
    found, quiz, seat = sitting.attempt, sitting.quiz, sitting.seat
    if found.is_open:
        return _to(".attempt", sitting)
    syllabus = outline_of(session(), seat, now=moment)
    return render_template(
        "quizzes/result.html",
        sitting=sitting,
        here=_here(sitting),
        revealed=may_see_keys(quiz.reveal, seat.ends_on, seat.zone, moment),
        items=review(found.keys, sitting.answers, gettext),
        strengths=strengths(found.keys, sitting.answers),
        lesson_about=lambda tag: lesson_about(tag, [row for row in syllabus.rows if row.lock is None]),
        gain=_gain(syllabus, sitting),
        following=_following(syllabus, sitting),
        late=[n for n, kept in sitting.answers.items() if found.deadline and kept.saved_at > found.deadline],
        receipt=receipt(found.id),
        picture_of=pictures_of(session(), store(), [key["content"] for key in found.keys]),
    )


def _gain(syllabus: Outline, sitting: Sitting) -> Gain | None:
    """From the course's first test to this last one, by the marks that count."""
    here = syllabus.row(sitting.attempt.activity_id)
    if sitting.quiz.role is not QuizRole.POST or here is None:
        return None
    first = next((row for row in syllabus.rows if row.detail.get("role") == QuizRole.PRE), None)
    return gained(first.percent, here.percent) if first else None


def _following(syllabus: Outline, sitting: Sitting) -> Any:
    """The activity after this one, unless it is locked or there is none."""
    known = syllabus.row(sitting.attempt.activity_id)
    following = syllabus.after(known.id) if known else None
    return following if following and following.lock is None else None


def _items(sitting: Sitting) -> list[dict[str, Any]]:
    """The questions as the page shows them: nothing but the paper and the learner's own answers."""
    return [
        {"number": number, "shown": shown, "saved": sitting.answers.get(number)}
        for number, shown in enumerate(sitting.attempt.paper, 1)
    ]


def _around(sitting: Sitting, moment: datetime) -> dict[str, Any]:
    left = seconds_left(sitting.attempt.deadline, moment)
    return {
        "sitting": sitting,
        "here": _here(sitting),
        "open_numbers": sitting.open_numbers,
        "left": left,
        "time": None if left is None else clock_face(left),
        "urgency": urgency(left),
        "accepted_until": accepted_until(sitting.attempt.deadline, sitting.quiz.grace_minutes),
        "over": is_over(sitting.attempt.deadline, moment),
    }


def _here(sitting: Sitting) -> dict[str, Any]:
    found = sitting.attempt
    return {"cohort_id": sitting.seat.cohort_id, "activity_id": found.activity_id, "attempt_id": found.id}


def _to(endpoint: str, sitting: Sitting) -> Response:
    return redirect(url_for(endpoint, **_here(sitting)), 303)
