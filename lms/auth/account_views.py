"""Akun: what we know of you, how you sign in, how your pages look, and where you are signed in."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.access import GUARDED_ROLES, ROLE_NAMES, SIGNED_IN, needs
from lms.auth import services
from lms.auth.factor_views import codes_page
from lms.auth.forms import ChangePasswordForm, PreferencesForm
from lms.auth.models import SignIn
from lms.auth.queries import account as account_of
from lms.auth.queries import sign_ins_of
from lms.auth.views import Answer, address, me
from lms.clock import now
from lms.devices import browser, is_handheld, system
from lms.errors import N_, Forbidden, Invalid
from lms.people.employee_number import grouped, masked
from lms.web import session

blueprint = Blueprint("account", __name__)


@blueprint.get("/akun")
@needs(SIGNED_IN)
def show() -> str:
    who = account_of(session(), me().id)
    form = PreferencesForm(obj=me())
    numbers = [(masked(number), grouped(number)) for number in who.numbers]
    roles = [_(ROLE_NAMES[role]) for role in me().roles]
    sessions = len(sign_ins_of(session(), me(), now=now()))
    return render_template(
        "auth/account.html", who=who, form=form, numbers=numbers, roles=roles, sessions=sessions
    )


@blueprint.post("/akun/tampilan")
@needs(SIGNED_IN)
def preferences() -> Response:
    form = PreferencesForm()
    if not form.validate_on_submit():
        raise Invalid
    services.prefer(
        session(),
        me(),
        locale=form.locale.data,
        theme=form.theme.data,
        large_text=form.large_text.data,
        data_saver=form.data_saver.data,
    )
    with force_locale(form.locale.data):  # the next page already speaks it
        flash(_("Pilihan Anda tersimpan."), "success")
    return redirect(url_for(".show"), 303)


@blueprint.route("/akun/kata-sandi", methods=["GET", "POST"])
@needs(SIGNED_IN)
def password() -> Answer:
    who = account_of(session(), me().id)
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            _change_password(form)
        except Invalid as refusal:
            form.refuse(
                "current" if refusal.message == services.WRONG_PASSWORD else "password", _said(refusal)
            )
        else:
            flash(_("Kata sandi tersimpan. Sesi di perangkat lain sudah diakhiri."), "success")
            return redirect(url_for(".show"), 303)
    return render_template("auth/password.html", form=form, who=who), 422 if form.errors else 200


def _change_password(form: ChangePasswordForm) -> None:
    """The one in use must be known; somebody who came by a link and has none yet must have come just now."""
    who = account_of(session(), me().id)
    if who.password_hash:
        services.prove_password(session(), who.id, form.current.data or "", address=address(), now=now())
    elif not me().is_fresh(now()):
        raise Invalid(N_("Masuk lagi dengan tautan baru sebelum membuat kata sandi pertama."))
    services.check_password(who, form.password.data, now=now())
    services.set_password(session(), who.id, form.password.data, now=now(), but=me().sign_in_id)


def _said(refusal: Invalid) -> str:
    return str(_(refusal.message) % refusal.values)


@blueprint.get("/akun/verifikasi-dua-langkah")
@needs(SIGNED_IN)
def verification() -> str:
    who = account_of(session(), me().id)
    return render_template("auth/verification.html", who=who, required=is_required())


def is_required() -> bool:
    """Whether a role of the actor asks for a second factor."""
    return bool(GUARDED_ROLES & me().roles.keys())


@blueprint.post("/akun/verifikasi/hapus")
@needs(SIGNED_IN, fresh=True)
def remove_second_factor() -> Response:
    if is_required():
        raise Forbidden(
            N_("Verifikasi dua langkah wajib bagi peran Anda. Anda dapat menggantinya ke ponsel lain.")
        )
    services.remove_second_factor(session(), me().id, by=me(), now=now())
    flash(_("Verifikasi dua langkah dimatikan."), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/akun/kode-pemulihan")
@needs(SIGNED_IN, fresh=True)
def recovery_codes() -> str:
    """Show ten new codes, once; the old ones work no more."""
    if not me().has_totp:
        raise Forbidden(N_("Aktifkan verifikasi dua langkah dahulu."))
    return codes_page(services.new_recovery_codes(session(), me(), now=now()), url_for(".show"))


@blueprint.get("/akun/perangkat")
@needs(SIGNED_IN)
def sessions() -> str:
    found = sign_ins_of(session(), me(), now=now())
    rows = [(one, device_words(one), is_handheld(one.device)) for one in found]
    return render_template("auth/sessions.html", rows=rows, mine=me().sign_in_id)


def device_words(one: SignIn) -> str:
    """`Chrome di Android`, from the user agent of the sign-in."""
    names = browser(one.device), system(one.device)
    if all(names):
        return str(_("%(browser)s di %(system)s", browser=names[0], system=names[1]))
    return names[0] or names[1] or str(_("Perangkat tidak dikenal"))


@blueprint.post("/akun/perangkat/<uuid:sign_in_id>/akhiri")
@needs(SIGNED_IN)
def end_session(sign_in_id: uuid.UUID) -> Response:
    services.end_session(session(), sign_in_id, by=me(), now=now())
    flash(_("Sesi di perangkat itu sudah diakhiri."), "success")
    return redirect(url_for(".sessions"), 303)


@blueprint.post("/akun/perangkat/akhiri-lainnya")
@needs(SIGNED_IN)
def end_others() -> Response:
    services.end_sessions(session(), me().id, now=now(), but=me().sign_in_id)
    flash(_("Sesi di semua perangkat lain sudah diakhiri."), "success")
    return redirect(url_for(".sessions"), 303)
