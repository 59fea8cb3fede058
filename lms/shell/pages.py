"""Short pages for everybody: privacy, help; and the language of somebody who has not signed in."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from lms.access import ANYONE, needs
from lms.auth.paths import own_path
from lms.auth.services import prefer
from lms.errors import Invalid
from lms.shell.health import blueprint
from lms.shell.words import LOCALES
from lms.web import session, visitor

__all__ = ["blueprint"]


@blueprint.get("/privasi")
@needs(ANYONE)
def privacy() -> str:
    return render_template("shell/privacy.html")


@blueprint.get("/bantuan", endpoint="help")
@needs(ANYONE)
def help_page() -> str:
    return render_template("shell/help.html")


@blueprint.post("/bahasa")
@needs(ANYONE)
def language() -> Response:
    """Choose the language: for this browser, and for the account when somebody is signed in."""
    chosen = request.form.get("locale")
    if chosen not in LOCALES:
        raise Invalid
    cookie["locale"] = chosen
    cookie.permanent = True
    if who := visitor():
        prefer(session(), who, locale=chosen, theme=who.theme)
    return redirect(own_path(request.form.get("next")) or url_for("auth.sign_in"), 303)
