"""The files of a lesson, for its author: attach, describe, order, take out; and the lesson as learners see it."""

from __future__ import annotations

import uuid
from functools import partial

from flask import Response as PlainResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.catalogue.models import Activity, Course
from courses.catalogue.permissions import AUTHOR, BROWSE
from courses.catalogue.queries import may_edit
from courses.lessons import intake
from courses.lessons.editing import EDIT, lesson_activity
from courses.lessons.forms import FileForm, ids_in, media_in, step_in
from courses.lessons.models import LessonMedia
from courses.lessons.queries import file_of, file_with_media, files_of, page_of
from courses.lessons.showing import quality_name, reading, source_problem
from courses.lessons.views import blueprint as blueprint
from courses.lessons.views import data_saver, vtt
from lms.access import needs
from lms.clock import now
from lms.errors import Invalid
from lms.media.kinds import Group
from lms.media.models import Media
from lms.media.queries import brought_by, source_of
from lms.media.words import described
from lms.media.words import state as state_words
from lms.web import actor, page_number, session, store

FILES = f"{EDIT}/berkas"
FILE = f"{FILES}/<uuid:file_id>"


@blueprint.get(FILES)
@needs(AUTHOR)
def files(activity_id: uuid.UUID) -> str:
    """All files; `?media=` names those that were just uploaded and wait for a word about them."""
    return _files_page(lesson_activity(activity_id), _brought(request.args.getlist("media")))


@blueprint.post(FILES)
@needs(AUTHOR)
def attach(activity_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """Put uploaded files into the lesson: `media` (ids), and `alt-<id>` for each picture."""
    activity = lesson_activity(activity_id)
    brought = _brought(request.form.getlist("media"))
    if any(media.group is Group.PICTURE and f"alt-{media.id}" not in request.form for media in brought):
        # Straight from the upload: ask first what each picture shows.
        here = url_for("lessons.files", activity_id=activity_id, media=[str(media.id) for media in brought])
        return redirect(here, 303)
    said = [(media, request.form.get(f"alt-{media.id}", "")) for media in brought]
    try:
        intake.attach_described(session(), activity, said, now=now())
    except Invalid as refusal:
        return _files_page(activity, brought, _(refusal.message) % refusal.values, refusal.field), 422
    return redirect(url_for("lessons.files", activity_id=activity_id), 303)


def _brought(ids: list[str]) -> list[Media]:
    return brought_by(session(), actor(), ids_in(ids)) if ids else []


def _files_page(activity: Activity, brought: list[Media], problem: str = "", field: str | None = None) -> str:
    held = files_of(session(), activity.id)
    fresh = [media for media in brought if media.id not in {file.media.id for file in held}]
    return render_template(
        "lessons/files.html",
        activity=activity,
        files=held,
        brought=fresh,
        rows=[described(media) for media in fresh],
        problem=problem,
        problem_field=field,
        typed=request.form,
        state_words=state_words,
        source_problem=source_problem,
    )


@blueprint.post(f"{EDIT}/gambar")
@needs(AUTHOR)
def pasted(activity_id: uuid.UUID) -> dict[str, str]:
    """A picture that the script uploaded from the clipboard, as Markdown; its author still has to say what it shows."""
    activity = lesson_activity(activity_id)
    [media] = brought_by(session(), actor(), [media_in(request.get_json(silent=True))])
    if media.group is not Group.PICTURE:
        raise Invalid
    intake.attach(session(), activity, media, now=now())
    return {"markdown": f"![](media:{media.id})"}


@blueprint.get(FILE)
@needs(AUTHOR)
def file(activity_id: uuid.UUID, file_id: uuid.UUID) -> str:
    activity, row = _file(activity_id, file_id)
    return _file_page(activity, row, FileForm(alt=row.alt))


@blueprint.post(FILE)
@needs(AUTHOR)
def describe(activity_id: uuid.UUID, file_id: uuid.UUID) -> str | Response | tuple[str, int]:
    activity, row = _file(activity_id, file_id)
    form = FileForm()
    if not form.validate_on_submit():
        return _file_page(activity, row, form), 422
    intake.describe(session(), activity, row, alt=form.alt.data or "", by=actor(), now=now())
    flash(_("Keterangan berkas tersimpan."), "success")
    return redirect(url_for("lessons.files", activity_id=activity_id), 303)


def _file(activity_id: uuid.UUID, file_id: uuid.UUID) -> tuple[Activity, LessonMedia]:
    return lesson_activity(activity_id), file_of(session(), activity_id, file_id)


def _file_page(activity: Activity, row: LessonMedia, form: FileForm) -> str:
    held = file_with_media(session(), row)
    shown = source_of(store(), held.media, "phone") if "phone" in held.media.renditions else None
    return render_template("lessons/file.html", activity=activity, file=held, form=form, shown=shown)


@blueprint.post(f"{FILE}/pindah")
@needs(AUTHOR)
def move(activity_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    activity, row = _file(activity_id, file_id)
    intake.move_file(session(), activity, row, step_in(request.form))
    return redirect(url_for("lessons.files", activity_id=activity_id), 303)


@blueprint.post(f"{FILE}/sisipkan")
@needs(AUTHOR)
def insert(activity_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    activity, row = _file(activity_id, file_id)
    intake.insert_picture(session(), activity, row, by=actor(), now=now())
    flash(_("Gambar ditambahkan di akhir teks. Pindahkan barisnya ke tempat yang cocok."), "success")
    return redirect(url_for("lessons.edit", activity_id=activity_id), 303)


@blueprint.post(f"{FILE}/lepas")
@needs(AUTHOR)
def detach(activity_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    activity, row = _file(activity_id, file_id)
    intake.detach(session(), activity, row)
    flash(_("Berkas dilepas dari pelajaran ini. Berkas aslinya tetap ada di unggahan Anda."), "success")
    return redirect(url_for("lessons.files", activity_id=activity_id), 303)


@blueprint.get(f"{EDIT}/pratinjau")
@needs(BROWSE)
def look(activity_id: uuid.UUID) -> str:
    """The lesson as a learner sees it; nothing is recorded."""
    activity = lesson_activity(activity_id, write=False)
    page = page_of(session(), activity_id, None)
    return render_template(
        "lessons/look.html",
        activity=activity,
        writable=may_edit(session(), actor(), session().get_one(Course, activity.course_id)),
        lesson=reading(page, store(), saver=data_saver()),
        saver=data_saver(),
        captions_url=partial(url_for, "lessons.look_captions", activity_id=activity_id),
        quality_name=quality_name,
        sheet_page=page_number(),
        sheet_url=lambda number: url_for("lessons.look", activity_id=activity_id, page=number),
    )


@blueprint.get(f"{EDIT}/takarir/<uuid:file_id>.vtt")
@needs(BROWSE)
def look_captions(activity_id: uuid.UUID, file_id: uuid.UUID) -> PlainResponse:
    lesson_activity(activity_id, write=False)
    return vtt(activity_id, file_id)
