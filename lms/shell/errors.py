"""One place that renders every refusal: a page for people, JSON for scripts, and a last page that needs nothing."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from flask import (
    Flask,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from psycopg.errors import ReadOnlySqlTransaction
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from lms.errors import N_, Busy, Forbidden, Invalid, NotFound, Refusal, TooMany
from lms.shell.guard import SAFE, rule_of
from lms.shell.proofs import (
    NEVER_KEPT,
    ProveAgain,
    SecondFactorFirst,
    SignInFirst,
    ask,
    came_from_here,
    kept_form,
    resend,
    typed_texts,
)
from lms.storage.store import StoreDown
from lms.web import db

log = logging.getLogger("bina.errors")


TITLES = {
    400: N_("Permintaan tidak dapat dibaca"),
    401: N_("Masuk dahulu"),
    403: N_("Anda tidak memiliki wewenang"),
    404: N_("Halaman tidak ditemukan"),
    405: N_("Halaman tidak ditemukan"),
    409: N_("Data sudah berubah"),
    413: N_("Kiriman terlalu besar"),
    422: N_("Isian belum benar"),
    429: N_("Terlalu banyak percobaan"),
    500: N_("Ada gangguan di server"),
    503: N_("Layanan sedang sibuk"),
}

SENTENCES = {
    400: N_("Muat ulang halaman, lalu coba lagi. Tulisan Anda di halaman sebelumnya masih ada."),
    403: Forbidden.default,
    404: NotFound.default,
    405: NotFound.default,
    413: N_(
        "Ukuran kiriman melebihi batas. Kirim berkas yang lebih kecil atau bagi menjadi beberapa berkas."
    ),
    500: N_("Kejadian ini sudah tercatat. Data yang sudah tersimpan aman. Coba lagi sebentar lagi."),
    503: Busy.default,
}

LAST_RESORT = (
    "<!doctype html><html lang=id><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>Bina</title><h1>Ada gangguan di server</h1>"
    "<p>Data yang sudah tersimpan aman. Coba lagi sebentar lagi.</p><p><a href='/'>Beranda</a></p>"
)
# The database went away, has no room, or ended our transaction for another's sake: the same request may succeed soon.
AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return request.is_json or best == "application/json"


def register(app: Flask) -> None:
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(StoreDown, store_down)
    app.register_error_handler(Exception, broken)


def undo() -> None:
    """A view that raises changes nothing: neither rows nor the cookie, which could name a session that was never kept."""
    db.session.rollback()
    before = current_app.session_interface.open_session(current_app, request)
    cookie.clear()
    cookie.update(before or {})
    cookie.modified = False
    g.pop("csrf_token", None)


def refused(refusal: Refusal) -> Response:
    undo()
    if isinstance(refusal, SignInFirst | SecondFactorFirst | ProveAgain) and not wants_json():
        return ask(refusal)
    answer = answer_with(refusal.status, _(refusal.message) % refusal.values)
    if isinstance(refusal, TooMany | Busy):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, Invalid) and refusal.field:
        answer.headers["X-Field"] = refusal.field
    return answer


def forged(error: CSRFError) -> Response:
    """A request without a valid token. When a page of ours sent it, that page was merely open for too long."""
    undo()
    log.info("request without a valid token", extra={"endpoint": request.endpoint})
    rule = rule_of(current_app.view_functions[str(request.endpoint)])
    if rule and rule.signed_in and not current_user.is_authenticated:
        return refused(SignInFirst())
    if not came_from_here() or wants_json():
        return answer_with(400, _(SENTENCES[400]))
    if request.blueprint in NEVER_KEPT:
        flash(_("Halaman itu terlalu lama terbuka. Isi sekali lagi."), "warning")
        opened = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
        return redirect(request.full_path.rstrip("?") if opened else url_for("home.show"), 303)
    kept = kept_form()
    return resend(kept) if kept else answer_with(400, _(SENTENCES[400]))


def http_error(error: HTTPException) -> Response:
    undo()
    if isinstance(error, SecurityError):
        return Response("Alamat ini tidak dilayani.", 400, mimetype="text/plain")
    if (cause := getattr(error, "original_exception", None)) is not None:
        return broken(cause)
    code = error.code or 500
    if code < 400:
        return Response.force_type(error.get_response())
    return answer_with(code, _(SENTENCES.get(code, SENTENCES[400])))


def store_down(error: StoreDown) -> Response:
    undo()
    log.warning("object store: %s", error)
    return answer_with(
        503, _("Penyimpanan berkas sedang tidak menjawab. Teks dan kuis tetap bisa dipakai. Coba lagi.")
    )


def _is_away(error: Exception) -> bool:
    """Whether the same request may succeed soon. A GET of ours that writes is told that it may not: that is our mistake."""
    return isinstance(error, AWAY) or (_is_read_only(error) and request.method not in SAFE)


def _is_read_only(error: Exception) -> bool:
    return isinstance(error, sa.exc.DBAPIError) and isinstance(error.orig, ReadOnlySqlTransaction)


def away(error: Exception) -> Response:
    """503 without a look into the database, which even the words of a page would need.

    A connection to a database that only reads, as while its place is taken by another, is given up: the next one may
    lead to one that writes.
    """
    log.warning("database away", extra={"endpoint": request.endpoint, "error": type(error).__name__})
    if _is_read_only(error):
        db.session.invalidate()
    undo()
    told = jsonify(error=503, title=TITLES[503], message=Busy.default) if wants_json() else LAST_RESORT
    answer = make_response(told, 503)
    answer.headers["Retry-After"] = str(Busy().retry_after)
    return answer


def broken(error: Exception) -> Response:
    if _is_away(error):
        return away(error)
    log.error("unhandled error", extra={"endpoint": request.endpoint}, exc_info=error)
    try:
        undo()
        return answer_with(500, _(SENTENCES[500]))
    except Exception:
        log.exception("the error page itself failed")
        return Response(LAST_RESORT, 500, mimetype="text/html")


def answer_with(status: int, sentence: str) -> Response:
    """A refusal as a page, or as `{"error", "message"}` for a script."""
    title = _(TITLES.get(status, TITLES[400]))
    if wants_json():
        body = {"error": status, "title": title, "message": sentence}
        return make_response(jsonify(body), status)
    page = render_template(
        "shell/error.html", status=status, title=title, sentence=sentence, typed=typed_texts()
    )
    return make_response(page, status)
