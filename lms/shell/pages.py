"""Short pages for everybody: privacy, help, security.txt; and the language of somebody who has not signed in."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from lms.access import ANYONE, needs
from lms.auth.paths import own_path
from lms.auth.services import prefer
from lms.clock import now
from lms.errors import Invalid, NotFound
from lms.shell.health import blueprint
from lms.shell.words import LOCALES
from lms.web import session, settings, visitor

__all__ = ["blueprint"]

# RFC 9116, 2.5.5, recommends less than a year.
GOOD_FOR = timedelta(days=180)


@blueprint.get("/privasi")
@needs(ANYONE)
def privacy() -> str:
    return render_template("shell/privacy.html")


@blueprint.get("/bantuan", endpoint="help")
@needs(ANYONE)
def help_page() -> str:
    return render_template("shell/help.html")


@blueprint.get("/.well-known/security.txt")
@needs(ANYONE)
def security() -> Response:
    """Where weaknesses are reported (RFC 9116). It comes from the running settings, so it is good for some months anew."""
    contacts = settings().security_contact
    if not contacts:
        raise NotFound
    until = (now() + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {contact}" for contact in contacts]
    lines += [f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: id, en"]
    if settings().base_url.startswith("https://"):
        lines.append(f"Canonical: {settings().base_url}{request.path}")
    return Response("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


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
