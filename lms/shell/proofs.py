"""What a page may ask first (a sign-in, a second factor, the password again), without losing what was being sent.

A GET is sent to the page that asks and comes back. A form is answered by the question itself, which carries what was
typed (lms.auth.kept); a script gets its status as JSON from lms.shell.errors.
"""

from __future__ import annotations

import io
from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Response

from lms.auth.factor_views import proof_page
from lms.auth.forms import CodeForm, Onward, ProofForm, SignInForm
from lms.auth.kept import FIELD, Kept, Pairs, keep, pack, unpack
from lms.auth.paths import own_path
from lms.auth.queries import owner_of_token
from lms.auth.views import challenge_page, sign_in_page
from lms.errors import N_, Refusal
from lms.web import session, settings

# Of a form that is too large only the words are read, and not more than so many bytes are let past.
READ_AT_MOST = 64 * 1024 * 1024
# Forms of these blueprints hold passwords and codes: they are opened anew instead of kept.
NEVER_KEPT = {"auth", "account"}


class SignInFirst(Refusal):
    """The page asks for a session and there is none."""

    status = 401
    default = N_("Masuk dahulu untuk membuka halaman ini.")
    asks = "auth.sign_in"


class SecondFactorFirst(Refusal):
    """The session has still to pass, or to set up, the second factor."""

    status = 403
    default = N_("Selesaikan verifikasi dua langkah dahulu.")
    asks = "auth.second_factor"


class ProveAgain(Refusal):
    """The page asks for the password again, because it was last given too long ago."""

    status = 403
    default = N_("Buktikan lagi bahwa ini Anda, dengan kata sandi atau kode.")
    asks = "auth.prove_again"


Proof = SignInFirst | SecondFactorFirst | ProveAgain


def ask(refusal: Proof) -> Response:
    """The page that asks: in place and with the typed form, or as a redirect that comes back."""
    if request.method == "GET":
        return redirect(url_for(refusal.asks, next=request.full_path.rstrip("?")))
    kept = kept_form()
    if kept is None or (isinstance(refusal, SecondFactorFirst) and not current_user.has_totp):
        return redirect(url_for(refusal.asks, next=_page_before()))
    return make_response(_question(refusal, pack(kept, settings().secret_keys)))


def _question(refusal: Proof, packed: str) -> object:
    if isinstance(refusal, SignInFirst):
        return sign_in_page(_carrying(SignInForm, packed), refusal.status)
    if isinstance(refusal, SecondFactorFirst):
        return challenge_page(_carrying(CodeForm, packed), refusal.status)
    return proof_page(_carrying(ProofForm, packed), refusal.status)


def _carrying(form: type[Onward], packed: str) -> Onward:
    return form(formdata=None, kept=packed)


def resend(kept: Kept) -> Response:
    """The page that sends the same fields again with a fresh token."""
    return make_response(render_template("auth/resend.html", kept=kept), 400)


def kept_form() -> Kept | None:
    """What this POST holds, when one of our own pages sent it and it may be carried."""
    if not came_from_here() or request.blueprint in NEVER_KEPT:
        return None
    path = own_path(request.full_path.rstrip("?"))
    return keep(path, sent_fields(), files=bool(request.files), owner=_owner()) if path else None


def typed_texts() -> list[str]:
    """The texts of a refused form, to show them back for copying."""
    if request.method == "GET" or not came_from_here():
        return []
    if request.blueprint in NEVER_KEPT:  # such as a sign-in refused for a while, which carries a kept form
        kept = unpack(request.form.get(FIELD), settings().secret_keys)
    else:
        kept = keep("", sent_fields())
    return kept.texts if kept else []


def came_from_here() -> bool:
    """Whether a page of ours certainly sent this: only then is its content shown or carried."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return bool(_origin()) and not from_elsewhere()


def from_elsewhere() -> bool:
    """Whether the sender names another origin."""
    origin = _origin()
    return bool(origin) and urlsplit(origin).netloc != request.host


def _origin() -> str:
    return request.headers.get("Origin") or request.headers.get("Referer") or ""


def _page_before() -> str | None:
    """The page on which the form stood, when it is ours."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return own_path(parts.path) if parts.netloc == request.host else None


def _owner() -> str:
    """Who was signed in when the form was sent, even if their session is over."""
    token = cookie.get("_user_id")
    found = owner_of_token(session(), token) if token else None
    return str(found or "")


def sent_fields() -> Pairs:
    """Names and values of a form in their order; of one that is too large the words only."""
    try:
        return list(request.form.items(multi=True))
    except RequestEntityTooLarge:
        return _words_only() if current_user.is_authenticated else []


class _Nowhere(io.BytesIO):
    """Where the files of a form go whose words alone are wanted."""

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


def _words_only() -> Pairs:
    request.max_content_length = READ_AT_MOST
    parser = FormDataParser(
        stream_factory=lambda *_args, **_more: _Nowhere(),
        max_form_memory_size=1_000_000,
        max_form_parts=1_000,
    )
    try:
        _stream, form, _files = parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params
        )
    except RequestEntityTooLarge:
        return []
    return list(form.items(multi=True))
