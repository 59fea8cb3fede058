"""A course's question bank and the settings of its quizzes."""

from __future__ import annotations

import random
import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.catalogue.models import Course
from courses.catalogue.permissions import AUTHOR
from courses.catalogue.services import Stale
from courses.quizzes import authoring
from courses.quizzes.author_forms import SettingsForm, chosen_in, lines_of, plan_in, settings_of
from courses.quizzes.author_pictures import place_name, sent_draft, strange_pictures
from courses.quizzes.author_queries import (
    authored_course,
    authored_quiz,
    bank,
    choosable,
    question_of,
    tags_in,
)
from courses.quizzes.drafts import Draft, blank, content_of, draft_of, source_of, tags_of
from courses.quizzes.kinds.base import with_ids
from courses.quizzes.kinds.registry import KINDS, check, kind_of
from courses.quizzes.models import Question, Quiz
from courses.quizzes.papers import in_a_line, lead_and_rest
from courses.quizzes.pictures import pictures_of
from courses.quizzes.placing import places, shown_while_writing
from courses.quizzes.placing import problems as picture_problems
from lms.access import needs
from lms.clock import now
from lms.errors import Invalid, NotFound
from lms.problems import Problem
from lms.richtext import text_of
from lms.web import actor, page_number, session, store

COURSE = "/kelola/kursus/<uuid:course_id>"
QUIZ = f"{COURSE}/kuis/<uuid:activity_id>"
# Keys of a content that the editor shows as one list.
SHOWN_AT = {"left": "pairs", "right": "pairs", "key": "pairs", "picture_alt": "pictures"}

blueprint = Blueprint("bank", __name__)


@blueprint.get(f"{COURSE}/soal")
@needs(AUTHOR)
def show(course_id: uuid.UUID) -> str:
    course = authored_course(session(), actor(), course_id)
    chosen = {"kind": request.args.get("jenis", ""), "tag": request.args.get("label", "")}
    retired, page = "arsip" in request.args, page_number()
    questions, more = bank(session(), course, **chosen, retired=retired, page=page)
    return render_template(
        "quizzes/bank.html",
        course=course,
        questions=questions,
        page=page,
        more=more,
        tags=tags_in(session(), course),
        kinds=KINDS,
        chosen=chosen,
        retired=retired,
        in_a_line=in_a_line,
    )


@blueprint.get(f"{COURSE}/soal/baru")
@needs(AUTHOR)
def new(course_id: uuid.UUID) -> str:
    course = authored_course(session(), actor(), course_id)
    kind = request.args.get("jenis", "")
    if kind not in KINDS:
        return render_template("quizzes/kinds.html", course=course, kinds=KINDS)
    return _editor(course, blank(kind))


@blueprint.post(f"{COURSE}/soal/baru")
@needs(AUTHOR)
def create(course_id: uuid.UUID) -> Response | str | tuple[str, int]:
    course = authored_course(session(), actor(), course_id)
    kind = request.args.get("jenis", "")
    if kind not in KINDS:
        raise NotFound
    draft, refused = sent_draft(kind)
    if request.form.get("do") != "save":
        return _changed(course, draft, refused)
    if problems := refused + _problems(course, draft):
        return _editor(course, draft, problems), 422
    content, source = content_of(draft), source_of(draft)
    authoring.add_question(session(), course.id, content, tags=tags_of(draft), source=source, now=now())
    flash(_("Soal tersimpan di bank soal."), "success")
    return _back(course_id)


def _back(course_id: uuid.UUID) -> Response:
    """To the quiz whose questions were being chosen (`?kuis=`), or to the bank."""
    quiz_id = request.args.get("kuis", type=uuid.UUID)
    if quiz_id is None:
        return redirect(url_for(".show", course_id=course_id), 303)
    return redirect(url_for(".questions", course_id=course_id, activity_id=quiz_id), 303)


@blueprint.get(f"{COURSE}/soal/<uuid:question_id>")
@needs(AUTHOR)
def edit(course_id: uuid.UUID, question_id: uuid.UUID) -> str:
    course = authored_course(session(), actor(), course_id)
    question = question_of(session(), course, question_id)
    draft = draft_of(question.content, question.source, question.tags)
    return _editor(course, draft, question=question, seen=question.version)


@blueprint.post(f"{COURSE}/soal/<uuid:question_id>")
@needs(AUTHOR)
def change(course_id: uuid.UUID, question_id: uuid.UUID) -> Response | str | tuple[str, int]:
    course = authored_course(session(), actor(), course_id)
    question = question_of(session(), course, question_id)
    draft, refused = sent_draft(question.kind)
    if request.form.get("do") != "save":
        return _changed(course, draft, refused, question)
    if problems := refused + _problems(course, draft):
        return _editor(course, draft, problems, question=question), 422
    try:
        _write(question, draft)
    except Stale:
        # The page now carries the newer version: saving once more replaces it, knowingly.
        return _editor(course, draft, question=question, seen=question.version, compare=True), 409
    flash(_("Soal tersimpan. Percobaan yang sudah dimulai tetap memakai versi lamanya."), "success")
    return _back(course_id)


def _write(question: Question, draft: Draft) -> None:
    authoring.change_question(
        session(),
        question,
        content_of(draft),
        tags=tags_of(draft),
        source=source_of(draft),
        now=now(),
        version=request.form.get("version", type=int),
    )


@blueprint.post(f"{COURSE}/soal/<uuid:question_id>/arsip")
@needs(AUTHOR)
def retire(course_id: uuid.UUID, question_id: uuid.UUID) -> Response:
    course = authored_course(session(), actor(), course_id)
    question = question_of(session(), course, question_id)
    back = "kembalikan" in request.form
    authoring.retire_question(session(), question, now=now(), back=back)
    flash(
        _("Soal dipakai lagi.") if back else _("Soal diarsipkan dan tidak muncul lagi di percobaan baru."),
        "success",
    )
    return redirect(url_for(".show", course_id=course_id), 303)


def _changed(
    course: Course, draft: Draft, refused: list[Problem], question: Question | None = None
) -> str | tuple[str, int]:
    """The page once more after one of its other buttons: a row more, a picture more, a preview."""
    do = request.form.get("do", "")
    more = draft.with_row(do.removeprefix("add:")) if do.startswith("add:") else draft
    page = _editor(course, more, refused, question=question, preview=do == "preview")
    return (page, 422) if refused else page


def _problems(course: Course, draft: Draft) -> list[Problem]:
    return check(with_ids(content_of(draft))) + picture_problems(draft) + strange_pictures(course, draft)


def _editor(
    course: Course,
    draft: Draft,
    problems: list[Problem] | None = None,
    *,
    question: Question | None = None,
    seen: int | None = None,
    preview: bool = False,
    compare: bool = False,
) -> str:
    """The page of a draft. `seen` is the version it began from; `compare` shows the stored question beside it."""
    said: dict[str, str] = {}
    for problem in problems or []:
        said.setdefault(SHOWN_AT.get(problem.field, problem.field), _(problem.message) % problem.values)
    shown = None
    if preview:
        content = with_ids(content_of(draft))
        # Only shown to its author, in the order that they wrote.
        shown = kind_of(content).shown(content, rng=random.Random(0), shuffle=False)  # noqa: S311
    return render_template(
        "quizzes/editor.html",
        course=course,
        draft=draft,
        kind=KINDS[draft.kind],
        question=question,
        version=seen or request.form.get("version", type=int),
        theirs=draft_of(question.content, question.source, question.tags) if question and compare else None,
        errors=said,
        preview=shown,
        lead_and_rest=lead_and_rest,
        places=[(place, place_name(place)) for place in places(draft)],
        picture_of=pictures_of(session(), store(), shown_while_writing(draft)),
    )


@blueprint.get(QUIZ)
@needs(AUTHOR)
def settings(course_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    course = authored_course(session(), actor(), course_id)
    quiz, activity = authored_quiz(session(), course, activity_id)
    return _settings(course, quiz, activity, _stored(quiz))


def _stored(quiz: Quiz) -> SettingsForm:
    """The form of what is stored, whatever was sent."""
    intro = quiz.intro_source or "\n\n".join(text_of(quiz.intro).splitlines())
    return SettingsForm(formdata=None, data=settings_of(quiz, intro))


@blueprint.post(QUIZ)
@needs(AUTHOR)
def save_settings(course_id: uuid.UUID, activity_id: uuid.UUID) -> Response | tuple[str, int]:
    course = authored_course(session(), actor(), course_id)
    quiz, activity = authored_quiz(session(), course, activity_id)
    form = SettingsForm()
    if not form.validate():
        return _settings(course, quiz, activity, form), 422
    session().refresh(quiz, with_for_update=True)
    if form.is_stale(stored := _stored(quiz)):
        form.now_at(stored)
        return _settings(course, quiz, activity, form, theirs=stored), 409
    authoring.change_quiz(session(), quiz, by=actor(), now=now(), **form.settings())
    flash(_("Pengaturan kuis tersimpan. Percobaan yang sedang berjalan tidak berubah."), "success")
    return redirect(url_for(".settings", course_id=course_id, activity_id=activity_id), 303)


def _settings(
    course: Course, quiz: Quiz, activity: Any, form: SettingsForm, theirs: SettingsForm | None = None
) -> str:
    plan = [(tag, count) for tag, count in quiz.draw] if quiz.draw else None
    problems = authoring.plan_faults(session(), quiz.activity_id, plan)
    return render_template(
        "quizzes/settings.html",
        course=course,
        quiz=quiz,
        activity=activity,
        form=form,
        theirs=theirs,
        problems=[_(problem.message) % problem.values for problem in problems],
    )


@blueprint.get(f"{QUIZ}/soal")
@needs(AUTHOR)
def questions(course_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    course = authored_course(session(), actor(), course_id)
    quiz, activity = authored_quiz(session(), course, activity_id)
    plan = [{"tag": tag or "*", "count": str(count)} for tag, count in quiz.draw or []]
    return _choose(course, activity, plan)


@blueprint.post(f"{QUIZ}/soal")
@needs(AUTHOR)
def choose(course_id: uuid.UUID, activity_id: uuid.UUID) -> Response | str | tuple[str, int]:
    course = authored_course(session(), actor(), course_id)
    quiz, activity = authored_quiz(session(), course, activity_id)
    plan = plan_in(request.form)
    if request.form.get("do") == "add":
        return _choose(course, activity, [*plan, {"tag": "", "count": ""}], sent=True)
    try:
        with session().begin_nested():
            lines = lines_of(plan) if request.form.get("mode") == "draw" else None
            authoring.choose_questions(session(), quiz, chosen_in(request.form), lines)
    except Invalid as refusal:
        return _choose(course, activity, plan, sent=True, sentence=_(refusal.message) % refusal.values), 422
    flash(_("Soal kuis tersimpan."), "success")
    return redirect(url_for(".settings", course_id=course_id, activity_id=activity_id), 303)


def _choose(
    course: Course, activity: Any, plan: list[dict[str, str]], *, sent: bool = False, sentence: str = ""
) -> str:
    listed = choosable(session(), course, activity.id)
    if sent:
        used = {id_: at for at, id_ in enumerate(chosen_in(request.form), 1)}
        drawn = request.form.get("mode") == "draw"
    else:
        used = {item.id: item.position for item in listed if item.position is not None}
        drawn = bool(plan)
    return render_template(
        "quizzes/choose.html",
        course=course,
        activity=activity,
        listed=listed,
        used=used,
        drawn=drawn,
        plan=plan or [{"tag": "", "count": ""}],
        tags=sorted({tag for item in listed for tag in item.tags}),
        kinds=KINDS,
        in_a_line=in_a_line,
        sentence=sentence,
    )
