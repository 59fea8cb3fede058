"""Signing in and out, and the links that are mailed."""

from __future__ import annotations

import logging
import uuid
from typing import cast

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from lms.access import ANYONE, SIGNED_IN, needs
from lms.auth import services
from lms.auth.forms import CodeForm, ForgotForm, NewPasswordForm, Onward, SignInForm
from lms.auth.kept import Kept, unpack
from lms.auth.models import LinkPurpose
from lms.auth.paths import own_path
from lms.auth.queries import SignedIn, account, link_of, signed_in
from lms.clock import now
from lms.errors import Busy, Invalid
from lms.people.employee_number import parse
from lms.problems import Problem
from lms.web import actor, session, settings, visitor

blueprint = Blueprint("auth", __name__)
log = logging.getLogger("bina.auth")

TO_SET = (LinkPurpose.INVITE, LinkPurpose.RESET)

Answer = str | Response | tuple[str, int]


def me() -> SignedIn:
    """Whoever is signed in, with the session they came with."""
    return cast(SignedIn, actor())


def address() -> str:
    return request.remote_addr or ""


def begin(person_id: uuid.UUID, *, second_factor: bool = False) -> SignedIn:
    """Start a session for a person who just proved who they are; whatever the cookie held before is dropped."""
    if (before := visitor()) is not None:
        services.end_session(session(), cast(SignedIn, before).sign_in_id, by=before, now=now())
    token = services.start_session(
        session(),
        person_id,
        now=now(),
        days=settings().session_days,
        address=address(),
        device=request.user_agent.string,
        second_factor=second_factor,
    )
    forget_cookie()
    log.info("signed in", extra={"event": "auth.signed_in", "actor": str(person_id)})
    return wear(token)


def wear(token: str) -> SignedIn:
    """Put a session's token into the cookie and be its owner from now on."""
    who = signed_in(session(), token, now=now())
    assert who is not None
    cookie.permanent = True
    cookie["seen"] = now().isoformat(timespec="seconds")
    login_user(who)
    return who


def forget_cookie() -> None:
    """Drop everything the cookie holds, but for the language that was chosen."""
    language = cookie.get("locale")
    cookie.clear()
    g.pop("csrf_token", None)
    if language:
        cookie["locale"] = language


def onward(who: SignedIn, form: Onward) -> Answer:
    """After a proof: to the form that was kept, through the second factor if that is still missing, or to a page."""
    kept = kept_for(who, form.kept.data)
    if kept is None:
        return redirect(own_path(form.next.data) or url_for("home.show"), 303)
    if who.needs_second_factor and who.has_totp:
        return challenge_page(CodeForm(formdata=None, kept=form.kept.data))
    return render_template("auth/resend.html", kept=kept)


def kept_for(who: SignedIn, packed: str | None) -> Kept | None:
    """The form that this person kept; somebody else's is not given out."""
    kept = unpack(packed, settings().secret_keys)
    return kept if kept and kept.owner in {"", str(who.id)} else None


def sign_in_page(form: SignInForm, status: int = 200) -> Answer:
    return render_template("auth/sign_in.html", form=form), status


def challenge_page(form: CodeForm, status: int = 200) -> Answer:
    return render_template("auth/second_factor.html", form=form), status


@blueprint.route("/masuk", methods=["GET", "POST"])
@needs(ANYONE)
def sign_in() -> Answer:
    if request.method == "GET" and visitor():
        return redirect(own_path(request.args.get("next")) or url_for("home.show"))
    form = SignInForm(next=request.args.get("next", ""))
    if not form.validate_on_submit():
        return sign_in_page(form, 422 if form.errors else 200)
    try:
        person_id = services.prove(
            session(), form.name.data, form.password.data, address=address(), now=now()
        )
    except Invalid as refusal:
        log.info("refused", extra={"event": "auth.refused"})
        odd = odd_name(form.name.data)
        form.refuse("name" if odd else refusal.field, odd or _(refusal.message))
        return sign_in_page(form, 422)
    except Busy as refusal:
        form.refuse("password", _(refusal.message))
        answer = make_response(sign_in_page(form, refusal.status))
        answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer
    return onward(begin(person_id), form)


def odd_name(typed: str) -> str | None:
    """What is wrong with a name that is no NIP. Asked only after a refusal, because other numbers may be in use too."""
    found = None if "@" in typed else parse(typed, today=now().date())
    return _(found.message) % found.values if isinstance(found, Problem) else None


@blueprint.route("/masuk/tautan/<token>", methods=["GET", "POST"])
@needs(ANYONE)
def sign_in_by_link(token: str) -> Answer:
    """A one-time link. Opening it shows a button; only pressing it signs in, so that link previews use nothing up.

    Such links are made in the terminal of the machine only (flask people, flask demo). Whoever may type there may do
    anything, so the link passes the second factor; it is also the way in for somebody who lost theirs.
    """
    if request.method == "GET":
        return render_template("auth/link.html")
    try:
        link = services.use_link(session(), token, LinkPurpose.SIGN_IN, address=address(), now=now())
    except Invalid:
        return worn_page()
    begin(link.person_id, second_factor=True)
    return redirect(url_for("home.show"), 303)


@blueprint.route("/lupa-sandi", methods=["GET", "POST"])
@needs(ANYONE)
def forgot() -> Answer:
    form = ForgotForm()
    if not form.validate_on_submit():
        return render_template("auth/forgot.html", form=form), 422 if form.errors else 200
    services.ask_reset(session(), form.name.data, address=address(), now=now())
    return redirect(url_for(".forgot_sent"), 303)


@blueprint.get("/lupa-sandi/terkirim")
@needs(ANYONE)
def forgot_sent() -> str:
    return render_template("auth/forgot_sent.html")


@blueprint.route("/atur-sandi/<token>", methods=["GET", "POST"])
@needs(ANYONE)
def set_password(token: str) -> Answer:
    """Set a password with an invitation or a reset link. The link is used up only when the password was taken."""
    link = link_of(session(), token, TO_SET, now=now())
    if link is None:
        return worn_page()
    who = account(session(), link.person_id)
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            services.check_password(who, form.password.data, now=now())
            services.use_link(session(), token, *TO_SET, address=address(), now=now())
        except Invalid as refusal:
            form.refuse("password", _(refusal.message) % refusal.values)
        else:
            services.set_password(session(), who.id, form.password.data, now=now())
            begin(who.id)
            flash(_("Kata sandi tersimpan. Sesi lain di akun ini sudah diakhiri."), "success")
            return redirect(url_for("home.show"), 303)
    page = render_template(
        "auth/set_password.html", form=form, who=who, invited=link.purpose == LinkPurpose.INVITE
    )
    return page, 422 if form.errors else 200


def worn_page() -> Answer:
    return render_template("auth/worn_link.html"), 404


@blueprint.post("/keluar")
@needs(SIGNED_IN)
def sign_out() -> Response:
    services.end_session(session(), me().sign_in_id, by=me(), now=now())
    logout_user()
    forget_cookie()
    flash(_("Anda sudah keluar."), "success")
    answer = redirect(url_for("auth.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
