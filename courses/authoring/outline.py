"""The syllabus of a course under its author's hands: modules, activities, their order and settings."""

from __future__ import annotations

import random
import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from courses.authoring import services
from courses.authoring.forms import COMPLETION_NAMES, ActivityForm, ModuleForm, NewActivityForm
from courses.authoring.queries import activities_in, worked_on
from courses.authoring.views import blueprint as blueprint
from courses.authoring.views import edit_url
from courses.catalogue import services as catalogue
from courses.catalogue.models import COMPLETIONS, Activity, Course, Kind
from courses.catalogue.permissions import AUTHOR, BROWSE
from courses.catalogue.queries import activity_of, course_of, module_of
from courses.lessons.forms import ids_in, step_in
from courses.quizzes.kinds.registry import kind_of
from courses.quizzes.papers import lead_and_rest
from courses.quizzes.pictures import pictures_of
from courses.quizzes.queries import bank_of, quiz_of
from lms.access import needs
from lms.clock import now
from lms.errors import Invalid, NotFound
from lms.media.queries import brought_by
from lms.media.words import described
from lms.web import actor, session, store

MODULE = "/modul/<uuid:module_id>"
ACTIVITY = "/kegiatan/<uuid:activity_id>"


@blueprint.post("/kursus/<uuid:course_id>/modul")
@needs(AUTHOR)
def add_module(course_id: uuid.UUID) -> str | Response | tuple[str, int]:
    course = course_of(session(), actor(), course_id, write=True)
    form = ModuleForm()
    if not form.validate_on_submit():
        flash(_("Tulis judul modulnya dahulu."), "danger")
        return _to(course_id)
    made = catalogue.add_module(session(), course, title=form.title.data, now=now())
    return _to(course_id, made.id)


@blueprint.route(MODULE, methods=["GET", "POST"])
@needs(AUTHOR)
def module(module_id: uuid.UUID) -> str | Response | tuple[str, int]:
    course, part = module_of(session(), actor(), module_id)
    form = ModuleForm(title=part.title) if request.method == "GET" else ModuleForm()
    if not form.validate_on_submit():
        page = render_template("authoring/module.html", course=course, module=part, form=form)
        return page, 422 if form.errors else 200
    catalogue.rename_module(session(), part, form.title.data, now=now())
    return _to(course.id, module_id)


@blueprint.post(f"{MODULE}/pindah")
@needs(AUTHOR)
def move_module(module_id: uuid.UUID) -> Response:
    course, _part = module_of(session(), actor(), module_id)
    catalogue.move_module(session(), course, module_id, step_in(request.form), now=now())
    return _to(course.id, module_id)


@blueprint.post(f"{MODULE}/hapus")
@needs(AUTHOR)
def remove_module(module_id: uuid.UUID) -> Response:
    course, part = module_of(session(), actor(), module_id)
    catalogue.remove_module(session(), part, now=now())
    flash(_("Modul “%(title)s” dihapus.", title=part.title), "success")
    return _to(course.id)


@blueprint.route(f"{MODULE}/kegiatan", methods=["GET", "POST"])
@needs(AUTHOR)
def add(module_id: uuid.UUID) -> str | Response | tuple[str, int]:
    course, part = module_of(session(), actor(), module_id)
    form = NewActivityForm()
    if not form.validate_on_submit():
        page = render_template("authoring/add.html", course=course, module=part, form=form)
        return page, 422 if form.errors else 200
    made = services.add(session(), part, Kind(form.kind.data), title=form.title.data, by=actor(), now=now())
    return redirect(edit_url(made), 303)


@blueprint.route(f"{MODULE}/berkas", methods=["GET", "POST"])
@needs(AUTHOR)
def files(module_id: uuid.UUID) -> str | Response:
    """Uploaded files become draft lessons: `?media=` names those that were just uploaded without script."""
    course, part = module_of(session(), actor(), module_id)
    wanted = request.form.getlist("media") if request.method == "POST" else request.args.getlist("media")
    brought = brought_by(session(), actor(), ids_in(wanted)) if wanted else []
    if request.method == "GET" or not brought:
        rows = [described(media) for media in brought]
        return render_template("authoring/files.html", course=course, module=part, rows=rows)
    made = services.add_files(session(), part, brought, by=actor(), now=now())
    flash(_("%(count)s berkas menjadi draf pelajaran.", count=len(made)), "success")
    return _to(course.id, module_id)


@blueprint.post("/kursus/<uuid:course_id>/berkas")
@needs(AUTHOR)
def drop(course_id: uuid.UUID) -> Response:
    """Files that were dropped on the course page, into the module that was chosen there."""
    course = course_of(session(), actor(), course_id, write=True)
    [module_id] = ids_in([request.form.get("modul", "")])
    chosen = next((part for part in course.modules if part.id == module_id), None)
    if chosen is None:
        raise NotFound
    brought = brought_by(session(), actor(), ids_in(request.form.getlist("media")))
    made = services.add_files(session(), chosen, brought, by=actor(), now=now())
    flash(_("%(count)s berkas menjadi draf pelajaran.", count=len(made)), "success")
    return _to(course_id, module_id)


@blueprint.route(ACTIVITY, methods=["GET", "POST"])
@needs(AUTHOR)
def activity(activity_id: uuid.UUID) -> str | Response | tuple[str, int]:
    found = activity_of(session(), actor(), activity_id)
    course = found.module.course
    form = _form(course, found)
    if not form.validate_on_submit():
        return _settings_page(course, found, form), 422 if form.errors else 200
    try:
        services.change(session(), course, found, form.version.data, form.settings(), now=now())
    except catalogue.Stale:
        form.now_at(found.version)
        return _settings_page(course, found, form, theirs=found), 409
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message) % refusal.values)
        return _settings_page(course, found, form), 422
    flash(_("Pengaturan kegiatan tersimpan."), "success")
    return _to(course.id, found.module_id)


def _form(course: Course, found: Activity) -> ActivityForm:
    form = ActivityForm(**_as_typed(found)) if request.method == "GET" else ActivityForm()
    form.completion.choices = [SelectChoice(c.value, COMPLETION_NAMES[c]) for c in COMPLETIONS[found.kind]]
    others = [a for a in activities_in(course) if a.id != found.id]
    form.after.choices = [SelectChoice("", _("Langsung terbuka"))]
    form.after.choices += [SelectChoice(str(a.id), a.title) for a in others]
    return form


def _as_typed(found: Activity) -> dict[str, Any]:
    return {
        "title": found.title,
        "minutes": found.minutes,
        "required": found.required,
        "completion": found.completion.value,
        "watch_percent": found.watch_percent,
        "after": str(found.after_id or ""),
        "version": found.version,
    }


def _settings_page(
    course: Course, found: Activity, form: ActivityForm, theirs: Activity | None = None
) -> str:
    return render_template(
        "authoring/activity.html",
        course=course,
        activity=found,
        form=form,
        theirs=theirs,
        completion_names=COMPLETION_NAMES,
        titles={a.id: a.title for a in activities_in(course)},
        removable=not found.published and not worked_on(session(), found.id),
        edit_url=edit_url,
    )


@blueprint.post(f"{ACTIVITY}/pindah")
@needs(AUTHOR)
def move(activity_id: uuid.UUID) -> Response:
    found = activity_of(session(), actor(), activity_id)
    catalogue.move_activity(session(), found.module.course, activity_id, step_in(request.form), now=now())
    return _to(found.course_id, found.module_id)


@blueprint.post(f"{ACTIVITY}/terbit")
@needs(AUTHOR)
def publish_one(activity_id: uuid.UUID) -> Response:
    """Show to learners (`terbit=1`), or take back into draft."""
    found = activity_of(session(), actor(), activity_id)
    if request.form.get("terbit"):
        services.publish(session(), found.module.course, found, now=now())
        flash(_("“%(title)s” terbit.", title=found.title), "success")
    else:
        catalogue.set_published(session(), [found], False, now=now())
        flash(_("“%(title)s” menjadi draf. Pekerjaan peserta tetap tersimpan.", title=found.title), "success")
    return _to(found.course_id, found.module_id)


@blueprint.post(f"{ACTIVITY}/hapus")
@needs(AUTHOR)
def remove(activity_id: uuid.UUID) -> Response:
    found = activity_of(session(), actor(), activity_id)
    course_id, title = found.course_id, found.title
    services.remove(session(), found, now=now())
    flash(_("“%(title)s” dihapus.", title=title), "success")
    return _to(course_id)


@blueprint.get(f"{ACTIVITY}/pratinjau")
@needs(BROWSE)
def look(activity_id: uuid.UUID) -> str | Response:
    """An activity as learners see it, for its author; nothing is recorded."""
    found = activity_of(session(), actor(), activity_id, write=False)
    if found.kind is Kind.LESSON:
        return redirect(url_for("lessons.look", activity_id=activity_id))
    if found.kind is not Kind.QUIZ:
        raise NotFound
    bank = [question.content for question in bank_of(session(), activity_id)]
    order = random.Random(0)  # noqa: S311  (a preview looks the same each time)
    shown = [kind_of(content).shown(content, rng=order, shuffle=False) for content in bank]
    return render_template(
        "authoring/quiz.html",
        activity=found,
        quiz=quiz_of(session(), activity_id),
        paper=shown,
        lead_and_rest=lead_and_rest,
        picture_of=pictures_of(session(), store(), shown),
    )


def _to(course_id: uuid.UUID, module_id: uuid.UUID | None = None) -> Response:
    """Back to the course page, at the module that was worked on."""
    anchor = f"modul-{module_id}" if module_id else None
    return redirect(url_for("authoring.show", course_id=course_id, _anchor=anchor), 303)
