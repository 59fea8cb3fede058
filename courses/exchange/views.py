"""Courses in and out through the web: a zip is brought, the worker takes it in, a report says what was left out."""

from __future__ import annotations

import tempfile
import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from courses.catalogue.permissions import AUTHOR
from courses.catalogue.queries import course_of
from courses.exchange import arriving
from courses.exchange.export import archive_of
from courses.exchange.queries import courses_of, import_of, imports_of
from courses.lessons.forms import ids_in
from lms.access import agencies_where, needs
from lms.clock import now
from lms.errors import Forbidden, Refusal
from lms.media.names import clean_name
from lms.media.queries import brought_by
from lms.media.words import described
from lms.web import actor, session, store

blueprint = Blueprint("exchange", __name__, url_prefix="/kelola")
# Above this, a course is spooled to a file while it is written.
IN_MEMORY = 8 * 1024 * 1024


@blueprint.get("/impor-kursus")
@needs(AUTHOR)
def index() -> str:
    """Bring a zip; `?media=` names one that was just uploaded without script."""
    wanted = request.args.getlist("media")
    brought = brought_by(session(), actor(), ids_in(wanted)) if wanted else []
    rows = [described(media) for media in brought]
    return render_template("exchange/index.html", runs=imports_of(session(), actor()), rows=rows)


@blueprint.post("/impor-kursus")
@needs(AUTHOR)
def begin() -> AnyResponse:
    agency_id = _home()
    media = brought_by(session(), actor(), ids_in(request.form.getlist("media")))
    runs = [
        arriving.bring(
            session(), each, agency_id, publish_all="publish" in request.form, by=actor(), now=now()
        )
        for each in media
    ]
    if len(runs) != 1:
        said = _("%(count)s arsip diterima. Kursusnya sedang dibuat.", count=len(runs))
        flash(said if runs else _("Pilih berkas ZIP dahulu."), "success" if runs else "danger")
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", import_id=runs[0].id), 303)


@blueprint.get("/impor-kursus/<uuid:import_id>")
@needs(AUTHOR)
def show(import_id: uuid.UUID) -> str:
    run = import_of(session(), actor(), import_id)
    return render_template("exchange/show.html", run=run, courses=courses_of(session(), run))


@blueprint.get("/kursus/<uuid:course_id>/ekspor.zip")
@needs(AUTHOR)
def export(course_id: uuid.UUID) -> Response:
    """The whole course with its files; for those who may change it, because the keys of its quizzes are in it."""
    course = course_of(session(), actor(), course_id, write=True)
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (send_file closes it)
    try:
        archive_of(session(), store(), course.id, file)
    except Refusal:
        file.close()
        raise
    file.seek(0)
    name = clean_name(f"{course.title}.zip")
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)


def _home() -> uuid.UUID:
    agencies = agencies_where(actor(), AUTHOR)
    if not agencies:
        raise Forbidden
    own = actor().agency_id
    return own if own is not None and own in agencies else min(agencies)
