"""The page of a course's authors: who they are, finding colleagues, adding and removing them."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.authoring.authors import authors_of, found_for
from courses.authoring.outline import blueprint as blueprint
from courses.authoring.views import COURSE
from courses.catalogue import staffing
from courses.catalogue.models import Course
from courses.catalogue.permissions import AUTHOR
from courses.catalogue.queries import course_of, may_edit
from lms.access import needs
from lms.clock import now
from lms.errors import Conflict, Invalid, NotFound
from lms.web import actor, session

AUTHORS = f"{COURSE}/penyusun"


@blueprint.get(AUTHORS)
@needs(AUTHOR)
def authors(course_id: uuid.UUID) -> str:
    course = course_of(session(), actor(), course_id, write=True)
    return _page(course, request.args.get("cari", ""))


@blueprint.post(AUTHORS)
@needs(AUTHOR)
def add_author(course_id: uuid.UUID) -> Response | tuple[str, int]:
    course = course_of(session(), actor(), course_id, write=True)
    try:
        person = staffing.add_author(session(), course, _chosen(), by=actor(), now=now())
    except Invalid as refusal:
        return _page(course, request.form.get("cari", ""), _(refusal.message) % refusal.values), 422
    flash(_("%(name)s sekarang penyusun kursus ini.", name=person.titled_name), "success")
    return redirect(url_for(".authors", course_id=course_id), 303)


@blueprint.post(f"{AUTHORS}/keluarkan")
@needs(AUTHOR)
def remove_author(course_id: uuid.UUID) -> Response | tuple[str, int]:
    course = course_of(session(), actor(), course_id, write=True)
    try:
        person = staffing.remove_author(session(), course, _chosen(), by=actor(), now=now())
    except Conflict as refusal:
        return _page(course, "", _(refusal.message) % refusal.values), 409
    flash(_("%(name)s bukan penyusun kursus ini lagi.", name=person.titled_name), "success")
    session().flush()
    still = may_edit(session(), actor(), course)  # whoever took themselves off may only look from now on
    return redirect(url_for(".authors" if still else ".show", course_id=course_id), 303)


def _chosen() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("person", ""))
    except ValueError:
        raise NotFound from None


def _page(course: Course, text: str, problem: str = "") -> str:
    return render_template(
        "authoring/authors.html",
        course=course,
        authors=authors_of(session(), course),
        text=text.strip(),
        found=found_for(session(), course, text),
        problem=problem,
    )
