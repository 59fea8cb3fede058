"""Announcements of a cohort: written by its staff, read by everybody in it."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.cohorts.announcing import announce, announcements_of, take_back
from courses.cohorts.forms import AnnouncementForm
from courses.cohorts.models import Cohort
from courses.cohorts.permissions import ANNOUNCE, LIST
from courses.cohorts.queries import cohort_of, may_announce, seat_of
from courses.cohorts.views import as_id
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.errors import Forbidden, Invalid
from lms.web import actor, page_number, session

news = Blueprint("news", __name__)

PER_PAGE = 20


@news.get("/kelas/<uuid:cohort_id>/pengumuman")
@needs(SIGNED_IN)
def show(cohort_id: uuid.UUID) -> str:
    """For those who attend the class."""
    seat, page = seat_of(session(), actor(), cohort_id), page_number()
    said = announcements_of(session(), cohort_id, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE)
    return render_template(
        "cohorts/news.html",
        seat=seat,
        said=said[:PER_PAGE],
        has_next=len(said) > PER_PAGE,
        page=page,
        page_url=lambda number: url_for(".show", cohort_id=cohort_id, page=number),
    )


@news.get("/kelola/kelas/<uuid:cohort_id>/pengumuman")
@needs(LIST)
def manage(cohort_id: uuid.UUID) -> str:
    return _page(cohort_of(session(), actor(), cohort_id), AnnouncementForm())


def _page(cohort: Cohort, form: AnnouncementForm) -> str:
    page = page_number()
    said = announcements_of(session(), cohort.id, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE)
    return render_template(
        "cohorts/news_manage.html",
        cohort=cohort,
        form=form,
        writes=may_announce(session(), actor(), cohort),
        said=said[:PER_PAGE],
        has_next=len(said) > PER_PAGE,
        page=page,
        page_url=lambda number: url_for(".manage", cohort_id=cohort.id, page=number),
    )


@news.post("/kelola/kelas/<uuid:cohort_id>/pengumuman")
@needs(ANNOUNCE)
def write(cohort_id: uuid.UUID) -> Response | tuple[str, int]:
    cohort = _announced_by_actor(cohort_id)
    form = AnnouncementForm()
    if form.validate_on_submit():
        try:
            announce(session(), cohort, title=form.title.data, source=form.source.data, by=actor(), now=now())
            flash(_("Pengumuman terbit dan dikirim kepada peserta."), "success")
            return redirect(url_for(".manage", cohort_id=cohort.id), 303)
        except Invalid as refusal:
            form.refuse(refusal.field, _(refusal.message))
    return _page(cohort, form), 422


@news.post("/kelola/kelas/<uuid:cohort_id>/pengumuman/hapus")
@needs(ANNOUNCE)
def remove(cohort_id: uuid.UUID) -> Response:
    cohort = _announced_by_actor(cohort_id)
    take_back(session(), cohort, as_id(request.form.get("announcement", "")), by=actor(), now=now())
    flash(_("Pengumuman dihapus dari halaman kelas."), "success")
    return redirect(url_for(".manage", cohort_id=cohort.id), 303)


def _announced_by_actor(cohort_id: uuid.UUID) -> Cohort:
    cohort = cohort_of(session(), actor(), cohort_id)
    if not may_announce(session(), actor(), cohort):
        raise Forbidden
    return cohort
