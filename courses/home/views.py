"""Home: what to do next, first."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from courses.catalogue.covers import covers_in
from courses.cohorts.permissions import LIST, RUN, SEE
from courses.cohorts.queries import seats_for
from courses.home import queries, waiting
from courses.progress.queries import outline_of, summaries
from lms.access import SIGNED_IN, allows, needs
from lms.clock import now
from lms.shell.words import part_of_day
from lms.web import actor, session, store

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@needs(SIGNED_IN)
def show() -> str:
    who = actor()
    if allows(who, SEE):
        return desk(queries.office_of(session(), who, now=now()))
    return desk() if who.is_staff else learning()


@blueprint.get("/belajar")
@needs(SIGNED_IN)
def learn() -> str:
    """The learner's home of somebody whose own home is a desk."""
    return learning()


def learning() -> str:
    moment = now()
    found = summaries(session(), seats_for(session(), actor()))
    classes = sorted(found, key=lambda c: 0 < c.total == c.done)
    current = next((c for c in classes if c.done < c.total), None)
    return render_template(
        "home/learner.html",
        greeting=_greeting(),
        classes=classes,
        cover_of=covers_in(store()),
        current=current,
        syllabus=outline_of(session(), current.seat, now=moment) if current else None,
        due=queries.due_for(session(), actor(), now=moment),
        decisions=queries.decisions_of(session(), actor()),
        jp=queries.jp_this_year(session(), actor(), now=moment),
        target=queries.JP_TARGET,
        moment=moment,
    )


def desk(office: queries.Office | None = None) -> str:
    """The home of staff; with the figures of an office for those who oversee one."""
    moment = now()
    units = queries.year_by_unit(session(), actor(), now=moment) if office else []
    return render_template(
        "home/desk.html",
        greeting=_greeting(),
        moment=moment,
        office=office,
        employees=sum(unit.people for unit in units),
        reached=sum(unit.reached for unit in units),
        units=queries.charted(units),
        running=queries.running_for(session(), actor(), now=moment),
        decisions=queries.decisions_of(session(), actor()),
        tasks=waiting.waiting_for(session(), actor(), now=moment),
        most_tasks=waiting.MOST,
        has_classes=allows(actor(), LIST),
        opens=allows(actor(), RUN),
        target=queries.JP_TARGET,
    )


def _greeting() -> str:
    greetings = {
        "morning": _("Selamat pagi"),
        "noon": _("Selamat siang"),
        "afternoon": _("Selamat sore"),
        "evening": _("Selamat malam"),
    }
    return str(greetings[part_of_day(now())])
