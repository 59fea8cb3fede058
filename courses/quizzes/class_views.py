"""A class's quizzes for those who teach it: the marking queue, the marker's desk, the summary, extra time."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from courses.cohorts.queries import cohort_of
from courses.quizzes import late as decisions
from courses.quizzes import marking
from courses.quizzes.class_queries import (
    Script,
    history_of,
    may_mark,
    pre_post_pairs,
    quiz_in,
    quiz_results,
    script_of,
    staffed_cohort,
    time_rows,
    waiting_in,
)
from courses.quizzes.decimals import read_number
from courses.quizzes.escape_key import MOST_BYTES
from courses.quizzes.kinds.base import points_of, rows
from courses.quizzes.loading import load
from courses.quizzes.papers import in_a_line, lead_and_rest
from courses.quizzes.permissions import MARK, RESULTS
from courses.quizzes.pictures import pictures_of
from courses.quizzes.results import mean_gain, says
from lms.access import needs
from lms.clock import now
from lms.errors import Invalid
from lms.lazy import lazy
from lms.people import reads
from lms.web import actor, session, settings, store

if TYPE_CHECKING:
    from courses.quizzes import escape
else:
    escape = lazy("courses.quizzes.escape")

CLASS = "/kelola/kelas/<uuid:cohort_id>"
DESK = f"{CLASS}/penilaian/<uuid:attempt_id>/<int:number>"

blueprint = Blueprint("class", __name__)


@blueprint.get(f"{CLASS}/penilaian")
@needs(MARK)
def waiting(cohort_id: uuid.UUID) -> str:
    cohort = staffed_cohort(session(), actor(), cohort_id)
    return render_template(
        "quizzes/waiting.html", cohort=cohort, waiting=waiting_in(session(), cohort_id), in_a_line=in_a_line
    )


@blueprint.get(f"{CLASS}/jawaban-terlambat")
@needs(MARK)
def late(cohort_id: uuid.UUID) -> str:
    return _late(staffed_cohort(session(), actor(), cohort_id))


@blueprint.post(f"{CLASS}/jawaban-terlambat/<uuid:late_id>")
@needs(MARK)
def decide(cohort_id: uuid.UUID, late_id: uuid.UUID) -> Response | tuple[str, int]:
    cohort = staffed_cohort(session(), actor(), cohort_id)
    accept, reason = "accept" in request.form, request.form.get("reason", "").strip()[:500]
    try:
        decisions.decide(session(), cohort, late_id, accept=accept, reason=reason, by=actor(), now=now())
    except Invalid as refusal:
        return _late(cohort, late_id, _(refusal.message)), 422
    flash(_("Jawaban ikut dinilai.") if accept else _("Jawaban tidak ikut dinilai."), "success")
    return redirect(url_for(".late", cohort_id=cohort_id), 303)


@blueprint.post(f"{CLASS}/jawaban-terlambat/berkas")
@needs(MARK)
def load_file(cohort_id: uuid.UUID) -> Response | tuple[str, int]:
    """Answers that a learner carried here in a file because they could not leave the phone."""
    cohort = staffed_cohort(session(), actor(), cohort_id)
    sent = request.files.get("file")
    try:
        secrets = settings().secret_keys
        told = escape.opened(sent.stream.read(MOST_BYTES) if sent else b"", secrets)
        count = load(session(), cohort, told, secrets=secrets, by=actor(), now=now())
    except Invalid as refusal:
        return _late(cohort, sentence=_(refusal.message)), 422
    flash(
        ngettext("%(num)s jawaban dari berkas diterima.", "%(num)s jawaban dari berkas diterima.", count),
        "success",
    )
    return redirect(url_for(".late", cohort_id=cohort_id), 303)


def _late(cohort: Any, wrong: uuid.UUID | None = None, sentence: str = "") -> str:
    items = decisions.late_in(session(), cohort.id)
    reads.noted_each(actor(), (item.person_id for item in items))
    return render_template(
        "quizzes/late.html",
        cohort=cohort,
        items=items,
        reasons=decisions.REASONS,
        says=says,
        in_a_line=in_a_line,
        wrong=wrong,
        sentence=sentence,
        typed=request.form.get("reason", ""),
    )


@blueprint.get(DESK)
@needs(MARK)
def desk(cohort_id: uuid.UUID, attempt_id: uuid.UUID, number: int) -> str:
    cohort = staffed_cohort(session(), actor(), cohort_id)
    script = script_of(session(), cohort, attempt_id, number)
    reads.noted(actor(), script.person_id)
    return _desk(cohort, script)


@blueprint.post(DESK)
@needs(MARK)
def give_mark(cohort_id: uuid.UUID, attempt_id: uuid.UUID, number: int) -> Response | tuple[str, int]:
    cohort = staffed_cohort(session(), actor(), cohort_id)
    script = script_of(session(), cohort, attempt_id, number, lock=True)
    levels, comment, reason = _sent(script)
    try:
        if levels:
            share = marking.share_from_levels(script.content, levels)
        else:
            share = marking.share_from_points(script.content, read_number(request.form.get("points", "")))
        given = {"levels": levels, "comment": comment}
        marking.mark(session(), script, share, given, reason=reason, by=actor(), now=now())
    except Invalid as refusal:
        return _desk(cohort, script, refusal), 422
    flash(_("Nilai untuk %(name)s tersimpan.", name=script.person), "success")
    following = next(iter(waiting_in(session(), cohort_id, limit=1)), None)
    if following is None:
        return redirect(url_for(".waiting", cohort_id=cohort_id), 303)
    address = url_for(".desk", cohort_id=cohort_id, attempt_id=following.attempt_id, number=following.number)
    return redirect(address, 303)


def _sent(script: Script) -> tuple[list[int | None], str, str]:
    """The levels chosen per criterion, the comment and the reason in the form."""
    found: list[int | None] = []
    for at, criterion in enumerate(rows(script.content, "rubric")):
        sent = request.form.get(f"level_{at}", "")
        level = int(sent) if sent.isdecimal() and len(sent) < 4 else -1
        found.append(level if 0 <= level < len(rows(criterion, "levels")) else None)
    return found, request.form.get("comment", "").strip()[:5000], request.form.get("reason", "").strip()[:500]


def _desk(cohort: Any, script: Script, refusal: Invalid | None = None) -> str:
    """The page; what was just sent goes before what is stored."""
    stored = script.answer.marking or {}
    levels, comment, reason = (
        _sent(script) if refusal else (stored.get("levels") or [], stored.get("comment", ""), "")
    )
    points = script.answer.share * points_of(script.content) if script.answer.share is not None else ""
    lead, rest = lead_and_rest(script.content["text"])
    return render_template(
        "quizzes/desk.html",
        cohort=cohort,
        script=script,
        lead=lead,
        rest=rest,
        criteria=rows(script.content, "rubric"),
        levels=levels,
        points=request.form.get("points", "") if refusal else points,
        comment=comment,
        reason=reason,
        history=history_of(session(), script.attempt.id, script.answer.number),
        refusal=refusal,
        sentence=_(refusal.message) % refusal.values if refusal else "",
        picture_of=pictures_of(session(), store(), [script.content]),
    )


@blueprint.get(f"{CLASS}/kuis")
@needs(RESULTS)
def results(cohort_id: uuid.UUID) -> str:
    cohort = cohort_of(session(), actor(), cohort_id)
    gain = mean_gain(pre_post_pairs(session(), cohort))
    return render_template(
        "quizzes/class_results.html",
        cohort=cohort,
        quizzes=quiz_results(session(), cohort),
        gain=gain,
        may_mark=may_mark(session(), actor(), cohort),
        late=decisions.count_in(session(), cohort_id),
    )


@blueprint.get(f"{CLASS}/kuis/<uuid:activity_id>/tambahan-waktu")
@needs(MARK)
def extra_time(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    cohort = staffed_cohort(session(), actor(), cohort_id)
    quiz, title = quiz_in(session(), cohort, activity_id)
    learners = time_rows(session(), cohort, activity_id)
    return render_template(
        "quizzes/extra_time.html", cohort=cohort, quiz=quiz, title=title, learners=learners, sent={}, wrong=()
    )


@blueprint.post(f"{CLASS}/kuis/<uuid:activity_id>/tambahan-waktu")
@needs(MARK)
def give_time(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response | tuple[str, int]:
    cohort = staffed_cohort(session(), actor(), cohort_id)
    quiz, title = quiz_in(session(), cohort, activity_id)
    learners = time_rows(session(), cohort, activity_id)
    sent = {
        row.enrolment_id: request.form.get(f"percent_{row.enrolment_id}", str(row.percent))
        for row in learners
    }
    read = {id_: read_number(text) if text.strip() else Decimal(0) for id_, text in sent.items()}
    wrong = [
        id_
        for id_, value in read.items()
        if value is None or value != int(value) or not 0 <= value <= marking.MOST_EXTRA
    ]
    if wrong:
        page = render_template(
            "quizzes/extra_time.html",
            cohort=cohort,
            quiz=quiz,
            title=title,
            learners=learners,
            sent=sent,
            wrong=wrong,
        )
        return page, 422
    percents = {id_: int(value) for id_, value in read.items() if value is not None}
    changed = marking.give_time(session(), cohort, quiz, percents, by=actor(), now=now())
    flash(_("Tambahan waktu tersimpan, %(count)s orang berubah.", count=changed), "success")
    return redirect(url_for(".extra_time", cohort_id=cohort_id, activity_id=activity_id), 303)
