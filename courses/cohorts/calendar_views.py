"""One's own dates: as a list, as a feed for the phone's calendar, and per class as a file."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.cohorts import agenda, ics
from courses.cohorts.schedule import today_in
from lms.access import BEARER, SIGNED_IN, needs
from lms.clock import now
from lms.errors import NotFound
from lms.web import actor, session

blueprint = Blueprint("calendar", __name__)

# How far back the page of past dates looks.
PAST = timedelta(days=90)


@blueprint.get("/kalender")
@needs(SIGNED_IN)
def show() -> str:
    return _page("")


def _page(address: str) -> str:
    today = today_in(actor().zone, now())
    past = "lewat" in request.args
    found = agenda.happenings(session(), actor().id, since=today - PAST if past else today)
    return render_template(
        "cohorts/calendar.html",
        days=agenda.by_day([h for h in found if not past or h.day < today]),
        today=today,
        past=past,
        since=agenda.address_since(session(), actor()),
        address=address,
    )


@blueprint.post("/kalender/alamat")
@needs(SIGNED_IN)
def new_address() -> Response:
    """The secret is shown in the answer to this request and never again."""
    token = agenda.new_address(session(), actor(), now=now())
    return make_response(_page(url_for(".feed", token=token, _external=True)))


@blueprint.post("/kalender/alamat/cabut")
@needs(SIGNED_IN)
def forget_address() -> Response:
    agenda.forget_address(session(), actor())
    flash(_("Alamat kalender dicabut. Kalender yang memakainya tidak diperbarui lagi."), "success")
    return redirect(url_for(".show"), 303)


@blueprint.get("/kalender/<token>.ics")
@needs(BEARER)
def feed(token: str) -> Response:
    person = agenda.person_of_address(session(), token)
    if person is None:
        raise NotFound
    since = now().date() - agenda.KEPT
    with force_locale(person.locale):
        entries = agenda.entries(agenda.happenings(session(), person.id, since=since))
        return _calendar(ics.calendar(_("Bina: %(name)s", name=person.full_name), entries, now=now()), "bina")


@blueprint.get("/kelas/<uuid:cohort_id>/kalender.ics")
@needs(SIGNED_IN)
def class_file(cohort_id: uuid.UUID) -> Response:
    found = agenda.class_happenings(session(), actor(), cohort_id)
    if not found:
        raise NotFound
    text = ics.calendar(found[0].course_title, agenda.entries(found), now=now())
    return _calendar(text, _file_name(found[0].course_title, found[0].day))


def _calendar(text: str, name: str) -> Response:
    answer = make_response(text)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return answer


def _file_name(title: str, day: date) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower())
    return f"{'-'.join(filter(None, plain.split('-')))[:60]}-{day.isoformat()}"
