"""One's own certificates, the public check, and issuing."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.certificates.permissions import ISSUE
from courses.certificates.queries import by_code, mine
from courses.certificates.services import issue
from courses.cohorts.queries import cohort_of
from courses.progress.queries import eligibility
from lms.access import ANYONE, SIGNED_IN, check, needs
from lms.clock import now
from lms.people.models import Person
from lms.web import actor, session

blueprint = Blueprint("certificates", __name__)


@blueprint.get("/sertifikat")
@needs(SIGNED_IN)
def show() -> str:
    return render_template("certificates/mine.html", certificates=mine(session(), actor()))


@blueprint.get("/v/<code>")
@needs(ANYONE)
def verify(code: str) -> tuple[str, int]:
    certificate = by_code(session(), code)
    page = render_template("certificates/verify.html", certificate=certificate, code=code)
    return page, 200 if certificate else 404


@blueprint.get("/kelola/kelas/<uuid:cohort_id>/sertifikat")
@needs(ISSUE)
def class_list(cohort_id: uuid.UUID) -> str:
    cohort = cohort_of(session(), actor(), cohort_id)
    check(actor(), ISSUE, cohort.agency_id)
    learners = [(e, session().get_one(Person, e.person_id)) for e in eligibility(session(), cohort)]
    return render_template("certificates/class_list.html", cohort=cohort, learners=learners)


@blueprint.post("/kelola/kelas/<uuid:cohort_id>/sertifikat")
@needs(ISSUE, fresh=True)
def issue_chosen(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id)
    check(actor(), ISSUE, cohort.agency_id)
    chosen = [uuid.UUID(value) for value in request.form.getlist("enrolment")]
    issued = issue(session(), cohort, chosen, by=actor(), now=now())
    flash(_("%(count)s sertifikat terbit.", count=len(issued)), "success")
    return redirect(url_for(".class_list", cohort_id=cohort_id), 303)
