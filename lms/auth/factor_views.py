"""The second factor and the step-up: pages of the blueprint `auth` (lms.auth.views)."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from lms.access import SIGNED_IN, needs
from lms.auth import services, totp
from lms.auth.forms import CodeForm, EnrolForm, ProofForm
from lms.auth.paths import own_path
from lms.auth.queries import SignedIn, account
from lms.auth.services import Enrolment
from lms.auth.views import Answer, address, blueprint, challenge_page, me, onward, wear
from lms.clock import now
from lms.errors import Invalid
from lms.web import session, settings

__all__ = ["blueprint"]

# How long (seconds) a page with a key may stay open before its code is taken no more.
KEY_LIFE = 3600


@blueprint.route("/masuk/kode", methods=["GET", "POST"])
@needs(SIGNED_IN)
def second_factor() -> Answer:
    """The step after the password for whoever has an authenticator app."""
    target = own_path(request.args.get("next")) or ""
    if not me().needs_second_factor:
        return redirect(target or url_for("home.show"))
    if not me().has_totp:
        return redirect(url_for(".enrol", next=target))
    form = CodeForm(next=target)
    if not form.validate_on_submit():
        return challenge_page(form, 422 if form.errors else 200)
    try:
        _prove_code(form.code.data)
    except Invalid as refusal:
        form.refuse("code", _(refusal.message))
        return challenge_page(form, 422)
    return onward(strengthen(me(), second_factor=True), form)


def _prove_code(code: str) -> None:
    keys = settings().secret_keys
    services.prove_code(session(), me().id, code, keys=keys, address=address(), now=now())


def strengthen(who: SignedIn, *, second_factor: bool) -> SignedIn:
    """The same session after a fresh proof, under a new token."""
    return wear(services.renew_session(session(), who.sign_in_id, second_factor=second_factor, now=now()))


@blueprint.route("/masuk/bukti", methods=["GET", "POST"])
@needs(SIGNED_IN)
def prove_again() -> Answer:
    """The step-up before something dangerous: the password, or a code."""
    target = own_path(request.args.get("next")) or ""
    if me().needs_second_factor and me().has_totp:
        return redirect(url_for(".second_factor", next=target))
    form = ProofForm(next=target)
    if not form.validate_on_submit():
        return proof_page(form, 422 if form.errors else 200)
    try:
        _proved(form)
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message))
        return proof_page(form, 422)
    return onward(strengthen(me(), second_factor=me().second_factor), form)


def _proved(form: ProofForm) -> None:
    """Check whichever proof was given."""
    if form.code.data and me().has_totp:
        _prove_code(form.code.data)
    elif form.password.data:
        services.prove_password(session(), me().id, form.password.data, address=address(), now=now())
    else:
        raise Invalid(services.NO_PROOF, field="password")


def proof_page(form: ProofForm, status: int = 200) -> Answer:
    who = account(session(), me().id)
    return render_template("auth/prove_again.html", form=form, who=who), status


@blueprint.route("/akun/verifikasi", methods=["GET", "POST"])
@needs(SIGNED_IN, fresh=True)
def enrol() -> Answer:
    """Give an authenticator app its key. The key travels signed in the page until a code proves that the app has it."""
    if me().needs_second_factor and me().has_totp:
        return redirect(url_for(".second_factor"))
    form = EnrolForm(next=own_path(request.args.get("next")) or "")
    if not form.validate_on_submit():
        return _enrol_page(form, read_key(form.key.data) or totp.new_key())
    key = read_key(form.key.data)
    if key is None:
        form.refuse(
            "code", _("Halaman ini terlalu lama terbuka. Pindai kode QR yang baru, lalu tulis kodenya.")
        )
        return _enrol_page(form, totp.new_key())
    try:
        codes = services.enrol_second_factor(
            session(),
            me(),
            Enrolment(key, form.code.data),
            keys=settings().secret_keys,
            address=address(),
            now=now(),
        )
    except Invalid as refusal:
        form.refuse("code", _(refusal.message))
        return _enrol_page(form, key)
    strengthen(me(), second_factor=True)
    return codes_page(codes, own_path(form.next.data))


def _enrol_page(form: EnrolForm, key: str) -> Answer:
    who = account(session(), me().id)
    form.key.data = _signer().dumps([str(me().id), key])
    page = render_template(
        "auth/enrol.html",
        form=form,
        who=who,
        picture=totp.picture(totp.address(key, who.email or who.full_name)),
        key=totp.spaced(key),
    )
    return page, 422 if form.errors else 200


def codes_page(codes: list[str], target: str | None = None) -> str:
    """The recovery codes: this page is the only one that ever shows them."""
    spaced = [totp.spaced(code) for code in codes]
    return render_template("auth/codes.html", codes=spaced, next=target or url_for("home.show"))


def read_key(packed: str | None) -> str | None:
    """The key of an enrolment page that this person opened within the last hour."""
    try:
        owner, key = _signer().loads(packed or "", max_age=KEY_LIFE)
    except (BadData, ValueError):
        return None
    return str(key) if uuid.UUID(owner) == me().id else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(settings().secret_keys)), salt="totp-key")
