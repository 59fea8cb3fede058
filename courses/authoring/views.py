"""Courses for those who make them: the list, the course page, its facts, publishing, copies, the preview."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.authoring import gaps, services
from courses.authoring.forms import CourseForm, ModuleForm, TitleForm, order_in
from courses.authoring.queries import activities_in, readiness_of
from courses.catalogue import services as catalogue
from courses.catalogue.covers import covers_in
from courses.catalogue.models import Activity, Course, Kind
from courses.catalogue.permissions import AUTHOR, BROWSE
from courses.catalogue.queries import course_lines, course_of, may_edit
from courses.lessons.forms import ids_in
from lms.access import agencies_where, needs
from lms.clock import now
from lms.errors import Forbidden, Invalid
from lms.media.models import Media
from lms.media.queries import brought_by
from lms.media.words import described
from lms.web import PER_PAGE, actor, page_number, session, store

blueprint = Blueprint("authoring", __name__, url_prefix="/kelola")
COURSE = "/kursus/<uuid:course_id>"


@blueprint.get("/kursus")
@needs(BROWSE)
def index() -> str:
    mine, page = "saya" in request.args, page_number()
    lines, more = course_lines(session(), actor(), mine=mine, page=page, per_page=PER_PAGE)
    return render_template(
        "authoring/index.html",
        lines=lines,
        mine=mine,
        page=page,
        more=more,
        author=AUTHOR,
        cover_of=covers_in(store()),
    )


@blueprint.route("/kursus/baru", methods=["GET", "POST"])
@needs(AUTHOR)
def create() -> str | Response | tuple[str, int]:
    """The title first; everything else can wait."""
    form = TitleForm()
    if not form.validate_on_submit():
        return render_template("authoring/create.html", form=form), 422 if form.errors else 200
    course = catalogue.create_course(session(), home_agency(), title=form.title.data, by=actor(), now=now())
    catalogue.add_module(session(), course, title=_("Modul 1"), now=now())
    return _to(course.id)


def home_agency() -> uuid.UUID:
    """Where a new course belongs: the actor's own agency, or the one in which they may write courses."""
    agencies, own = agencies_where(actor(), AUTHOR), actor().agency_id
    if own in agencies and own is not None:
        return own
    if not agencies:
        raise Forbidden
    return min(agencies)


@blueprint.get(COURSE)
@needs(BROWSE)
def show(course_id: uuid.UUID) -> str:
    course = course_of(session(), actor(), course_id)
    readiness = readiness_of(session(), course)
    return render_template(
        "authoring/show.html",
        course=course,
        readiness=readiness,
        gaps=gaps,
        budget=gaps.budget(course.jp),
        writable=may_edit(session(), actor(), course),
        author=AUTHOR,
        edit_url=edit_url,
        activities=activities_in(course),
        form=ModuleForm(formdata=None),
        rows=[described(media) for media in brought_here()],
        cover=url_for("media.open_file", media_id=course.cover_id, versi="phone")
        if course.cover_id
        else None,
    )


def brought_here() -> list[Media]:
    """Files that the plain form uploaded and that came back as `?media=<id>`."""
    wanted = request.args.getlist("media")
    return brought_by(session(), actor(), ids_in(wanted)) if wanted else []


# The pages on which what an activity holds is written; the first that the application has is taken.
EDITORS = {
    Kind.LESSON: ("lessons.edit",),
    Kind.QUIZ: ("quizzes.bank.questions",),
    Kind.PROJECT: ("projects.edit",),
}


def edit_url(activity: Activity) -> str:
    """Where an author writes what an activity holds; its settings, as long as its kind has no such page."""
    for endpoint in EDITORS[activity.kind]:
        if endpoint in current_app.view_functions:
            wanted = next(current_app.url_map.iter_rules(endpoint)).arguments
            ids: dict[str, Any] = {"course_id": activity.course_id, "activity_id": activity.id}
            return url_for(endpoint, **{name: id_ for name, id_ in ids.items() if name in wanted})
    return url_for("authoring.activity", activity_id=activity.id)


@blueprint.route(f"{COURSE}/data", methods=["GET", "POST"])
@needs(AUTHOR)
def facts(course_id: uuid.UUID) -> str | Response | tuple[str, int]:
    course = course_of(session(), actor(), course_id, write=True)
    form = CourseForm(**_as_typed(course)) if request.method == "GET" else CourseForm()
    if not form.validate_on_submit():
        return _facts_page(course, form), 422 if form.errors else 200
    try:
        changed = form.facts() | services.cover_of(_chosen_cover(), remove="no_cover" in request.form)
        catalogue.change_course(session(), course, form.version.data, changed, now=now())
    except catalogue.Stale:
        form.now_at(course.version)
        return _facts_page(course, form, _as_typed(course)), 409
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message))
        return _facts_page(course, form), 422
    flash(_("Data kursus tersimpan."), "success")
    return _to(course_id)


def _facts_page(course: Course, form: CourseForm, theirs: dict[str, Any] | None = None) -> str:
    rows = [described(media) for media in (_chosen_cover() or brought_here())]
    return render_template("authoring/facts.html", course=course, form=form, theirs=theirs, rows=rows)


def _chosen_cover() -> list[Media]:
    """The picture that was uploaded as the course's cover, if there is one."""
    wanted = request.form.getlist("cover")
    return brought_by(session(), actor(), ids_in(wanted)) if wanted else []


def _as_typed(course: Course) -> dict[str, Any]:
    return {
        "title": course.title,
        "summary": course.summary,
        "objectives": "\n".join(course.objectives),
        "jp": course.jp,
        "tags": ", ".join(course.tags),
        "version": course.version,
    }


@blueprint.post(f"{COURSE}/salin")
@needs(AUTHOR)
def duplicate(course_id: uuid.UUID) -> Response:
    """Anybody who may see a course may make their own of it; the copy is a draft."""
    course = course_of(session(), actor(), course_id)
    title = _("%(title)s (salinan)", title=course.title)
    copy = catalogue.copy_course(session(), course, title=title, by=actor(), now=now())
    flash(_("Kursus disalin. Semua isi salinan masih draf."), "success")
    return _to(copy.id)


@blueprint.post(f"{COURSE}/arsip")
@needs(AUTHOR)
def archive(course_id: uuid.UUID) -> Response:
    course = course_of(session(), actor(), course_id, write=True)
    catalogue.archive_course(session(), course, now=now())
    flash(_("“%(title)s” diarsipkan. Kelas yang berjalan tidak berubah.", title=course.title), "success")
    return redirect(url_for(".index"), 303)


@blueprint.route(f"{COURSE}/terbit", methods=["GET", "POST"])
@needs(AUTHOR)
def publish(course_id: uuid.UUID) -> str | Response:
    """The checklist; pressing its button publishes what is fit."""
    course = course_of(session(), actor(), course_id, write=True)
    if request.method == "GET":
        return render_template(
            "authoring/publish.html",
            course=course,
            readiness=readiness_of(session(), course),
            gaps=gaps,
            budget=gaps.budget(course.jp),
            activities=activities_in(course),
            edit_url=edit_url,
        )
    shown, kept = services.publish_all(session(), course, now=now())
    flash(_("%(count)s kegiatan terbit.", count=shown), "success")
    if kept:
        flash(_("%(count)s kegiatan tetap draf karena belum lengkap.", count=kept), "warning")
    return _to(course_id)


@blueprint.post(f"{COURSE}/urutan")
@needs(AUTHOR)
def arrange(course_id: uuid.UUID) -> tuple[str, int]:
    """The order after dragging, from the script; the buttons up and down do the same without it."""
    course = course_of(session(), actor(), course_id, write=True)
    catalogue.arrange(session(), course, order_in(request.get_json(silent=True)), now=now())
    return "", 204


@blueprint.get(f"{COURSE}/pratinjau")
@needs(BROWSE)
def preview(course_id: uuid.UUID) -> str:
    """The syllabus as learners would see it, drafts included; nothing is recorded."""
    course = course_of(session(), actor(), course_id)
    return render_template("authoring/preview.html", course=course, activities=activities_in(course))


def _to(course_id: uuid.UUID) -> Response:
    return redirect(url_for("authoring.show", course_id=course_id), 303)
