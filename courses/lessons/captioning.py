"""Captions and transcripts in a page: corrected cue by cue (or as text without script), from a file, with history."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.catalogue.models import Activity
from courses.catalogue.permissions import AUTHOR
from courses.catalogue.services import Stale
from courses.lessons import captions
from courses.lessons.editing import lesson_activity
from courses.lessons.filing import FILE
from courses.lessons.filing import blueprint as blueprint
from courses.lessons.forms import CaptionsForm
from courses.lessons.models import Part
from courses.lessons.queries import LessonFile, caption_version, caption_versions, file_of, file_with_media
from courses.lessons.showing import player
from lms.access import needs
from lms.clock import now
from lms.errors import Invalid, NotFound
from lms.web import actor, session, store

CAPTIONS = f"{FILE}/takarir"


@blueprint.get(CAPTIONS)
@needs(AUTHOR)
def captioning(activity_id: uuid.UUID, file_id: uuid.UUID) -> str:
    activity, file = _spoken(activity_id, file_id)
    form = CaptionsForm(captions=file.row.captions, version=file.row.captions_version)
    return _page(activity, file, form)


@blueprint.post(CAPTIONS)
@needs(AUTHOR)
def caption(activity_id: uuid.UUID, file_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """The text, or a file (`berkas`) that takes its place."""
    activity, file = _spoken(activity_id, file_id)
    form = CaptionsForm()
    if not form.validate_on_submit():
        return _page(activity, file, form), 422
    try:
        typed = _uploaded() or form.captions.data or ""
        captions.write_captions(session(), file, typed, by=actor(), now=now(), version=form.version.data)
    except Stale:
        # The newer version goes into the form: saving once more replaces it, knowingly; it stays in the history.
        form.now_at(file.row.captions_version)
        return _page(activity, file, form, theirs=file.row.captions), 409
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message) % refusal.values)
        return _page(activity, file, form), 422
    flash(_("Takarir tersimpan. Peserta langsung melihatnya."), "success")
    return _back(activity_id, file_id)


@blueprint.get(f"{CAPTIONS}/versi")
@needs(AUTHOR)
def caption_history(activity_id: uuid.UUID, file_id: uuid.UUID) -> str:
    activity, file = _spoken(activity_id, file_id)
    versions = caption_versions(session(), file_id)
    return render_template("lessons/caption_history.html", activity=activity, file=file, versions=versions)


@blueprint.get(f"{CAPTIONS}/versi/<int:number>")
@needs(AUTHOR)
def old_captions(activity_id: uuid.UUID, file_id: uuid.UUID, number: int) -> str:
    activity, file = _spoken(activity_id, file_id)
    version = caption_version(session(), file_id, number)
    return render_template("lessons/caption_version.html", activity=activity, file=file, version=version)


@blueprint.post(f"{CAPTIONS}/versi/<int:number>/pulihkan")
@needs(AUTHOR)
def bring_captions_back(activity_id: uuid.UUID, file_id: uuid.UUID, number: int) -> Response:
    _activity, file = _spoken(activity_id, file_id)
    captions.restore(session(), file, number, by=actor(), now=now())
    flash(_("Versi %(number)s dipulihkan. Versi lain tetap ada di riwayat.", number=number), "success")
    return _back(activity_id, file_id)


def _spoken(activity_id: uuid.UUID, file_id: uuid.UUID) -> tuple[Activity, LessonFile]:
    """A video or recording of a lesson that the actor may change."""
    activity = lesson_activity(activity_id)
    file = file_with_media(session(), file_of(session(), activity_id, file_id))
    if file.part not in (Part.VIDEO, Part.AUDIO):
        raise NotFound
    return activity, file


def _uploaded() -> str:
    """A caption file that was chosen in the form, as text."""
    chosen = request.files.get("berkas")
    return captions.captions_of(chosen.stream.read()) if chosen and chosen.filename else ""


def _back(activity_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    return redirect(url_for("lessons.captioning", activity_id=activity_id, file_id=file_id), 303)


def _page(activity: Activity, file: LessonFile, form: CaptionsForm, theirs: str | None = None) -> str:
    return render_template(
        "lessons/captions.html",
        activity=activity,
        file=file,
        form=form,
        theirs=theirs,
        player=player(store(), file, saver=False),
    )
