"""A superior decides, by the link in a mail or from their own list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.cohorts import joining
from courses.cohorts.forms import DELIVERY_NAMES, DecisionForm
from courses.cohorts.joining import Asked, approval_token, asked_by_link
from courses.cohorts.models import EnrolmentState
from courses.cohorts.queries import asked_of
from lms.access import BEARER, SIGNED_IN, needs
from lms.clock import now
from lms.errors import Invalid
from lms.web import actor, session

blueprint = Blueprint("approvals", __name__)


@blueprint.get("/persetujuan")
@needs(SIGNED_IN)
def index() -> str:
    """What waits for the actor's own decision."""
    waiting = [
        (enrolment, approval_token(enrolment, now=now())) for enrolment in asked_of(session(), actor())
    ]
    return render_template("cohorts/approvals.html", waiting=waiting)


@blueprint.get("/setujui/<token>")
@needs(BEARER)
def show(token: str) -> str:
    return _page(asked_by_link(session(), token, now=now()), DecisionForm(), token)


def _page(asked: Asked, form: DecisionForm, token: str) -> str:
    return render_template(
        "cohorts/approval.html",
        asked=asked,
        enrolment=asked.enrolment,
        cohort=asked.enrolment.cohort,
        declined=asked.enrolment.state is EnrolmentState.DECLINED,
        withdrawn=asked.enrolment.state is EnrolmentState.WITHDRAWN,
        delivery_names={key: _(word) for key, word in DELIVERY_NAMES.items()},
        form=form,
        token=token,
    )


@blueprint.post("/setujui/<token>")
@needs(BEARER)
def decide(token: str) -> Response | tuple[str, int]:
    asked, form = asked_by_link(session(), token, now=now()), DecisionForm()
    if not form.validate_on_submit():
        return _page(asked, form, token), 422
    try:
        _decide(asked, form)
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message))
        return _page(asked, form, token), 422
    flash(_("Keputusan Anda tersimpan."), "success")
    return redirect(url_for(".show", token=token), 303)


def _decide(asked: Asked, form: DecisionForm) -> None:
    who: dict[str, Any] = {"by": None, "on_behalf_of": asked.approver.id, "now": now()}
    if request.form.get("decision") == "approve":
        joining.approve(session(), asked.enrolment, **who)
    else:
        joining.decline(session(), asked.enrolment, reason=form.reason.data or "", **who)
