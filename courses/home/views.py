"""Home: what to do next, first."""

from __future__ import annotations

from flask import Blueprint, render_template

from courses.cohorts.queries import seats_for
from courses.progress.queries import outline_of, summaries
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.web import actor, session

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@needs(SIGNED_IN)
def show() -> str:
    moment = now()
    classes = summaries(session(), seats_for(session(), actor()))
    current = next((c for c in classes if c.done < c.total), None)
    syllabus = outline_of(session(), current.seat, now=moment) if current else None
    return render_template(
        "home/learner.html", classes=classes, current=current, syllabus=syllabus, moment=moment
    )
