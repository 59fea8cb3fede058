"""Signing in and out."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import UserMixin, login_user, logout_user
from werkzeug.wrappers import Response

from lms.access import ANYONE, SIGNED_IN, needs
from lms.auth import services
from lms.auth.forms import SignInForm
from lms.auth.models import LinkPurpose
from lms.auth.queries import SignedIn
from lms.clock import now
from lms.errors import Invalid
from lms.web import actor, session, settings, visitor

blueprint = Blueprint("auth", __name__)


class Token(UserMixin):
    """What flask-login keeps in the cookie: the session token, nothing about the person."""

    def __init__(self, token: str) -> None:
        self.id = token


def begin(person_id: uuid.UUID, *, second_factor: bool = False) -> None:
    """Start a session for a person who just proved who they are; whatever the cookie held before is dropped."""
    token = services.start_session(
        session(),
        person_id,
        now=now(),
        days=settings().session_days,
        address=request.remote_addr or "",
        device=request.user_agent.string,
        second_factor=second_factor,
    )
    cookie.clear()
    cookie.permanent = True
    login_user(Token(token))


def safe_next(path: str | None) -> str:
    """Where to go after signing in: a path of ours, or home."""
    parts = urlsplit(path or "")
    if not path or parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\")):
        return url_for("home.show")
    return path


@blueprint.route("/masuk", methods=["GET", "POST"])
@needs(ANYONE)
def sign_in() -> str | Response | tuple[str, int]:
    if visitor():
        return redirect(safe_next(request.args.get("next")))
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET" or not form.validate_on_submit():
        return render_template("auth/sign_in.html", form=form), 422 if form.errors else 200
    try:
        person_id = services.prove(
            session(), form.name.data, form.password.data, address=request.remote_addr or "", now=now()
        )
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message))
        return render_template("auth/sign_in.html", form=form), 422
    begin(person_id)
    return redirect(safe_next(form.next.data), 303)


@blueprint.route("/masuk/tautan/<token>", methods=["GET", "POST"])
@needs(ANYONE)
def sign_in_by_link(token: str) -> str | Response:
    """A one-time link. Opening it shows a button; only pressing it signs in, so that link previews use nothing up."""
    if request.method == "GET":
        return render_template("auth/link.html", token=token)
    link = services.use_link(session(), token, LinkPurpose.SIGN_IN, now=now())
    begin(link.person_id, second_factor=True)
    return redirect(url_for("home.show"), 303)


@blueprint.post("/keluar")
@needs(SIGNED_IN)
def sign_out() -> Response:
    who = actor()
    assert isinstance(who, SignedIn)
    services.end_session(session(), who.sign_in_id, by=who, now=now())
    logout_user()
    cookie.clear()
    flash(_("Anda sudah keluar."), "success")
    answer = redirect(url_for("auth.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
