"""Closed by default: every endpoint names its rule, and this module is the only one that enforces them."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, request, url_for
from flask import session as cookie
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.access import Role, Rule, allows
from lms.auth.queries import SignedIn
from lms.clock import now
from lms.errors import Forbidden
from lms.shell.errors import SignInFirst
from lms.web import settings

# A dangerous act asks for the password again when it was last given longer ago.
FRESH_FOR = timedelta(minutes=15)
SAFE = {"GET", "HEAD", "OPTIONS"}
# Written into the signed cookie at most so often, so that reading pages writes no row.
SEEN_EVERY = timedelta(minutes=10)


class UnmarkedPage(Exception):
    """An endpoint without a rule."""


def check_every_page(app: Flask) -> None:
    """Refuse to start when an endpoint names no rule."""
    unmarked = [
        name for name, view in app.view_functions.items() if rule_of(view) is None and name != "static"
    ]
    if unmarked:
        raise UnmarkedPage(f"these endpoints name no rule (@needs): {', '.join(sorted(unmarked))}")


def rule_of(view: object) -> Rule | None:
    return getattr(view, "rule", None)


def guard() -> Response | None:
    """Before every request: same origin, signed in, second factor, permission, fresh password: in this order."""
    if request.endpoint in (None, "static"):
        return None
    rule = rule_of(current_app.view_functions[str(request.endpoint)])
    assert rule is not None
    _same_origin(rule)
    if not rule.signed_in:
        return None
    if not current_user.is_authenticated or _idle(now()):
        raise SignInFirst
    return _permitted(current_user._get_current_object(), rule)


def _permitted(actor: SignedIn, rule: Rule) -> Response | None:
    if actor.needs_second_factor and not str(request.endpoint).startswith(("auth.", "shell.")):
        return redirect(url_for("auth.second_factor"))
    if rule.permission and not allows(actor, rule.permission):
        raise Forbidden
    if request.method not in SAFE and set(actor.roles) == {Role.AUDITOR} and not _own_page():
        raise Forbidden
    if rule.fresh and actor.proved_at and actor.proved_at < now() - FRESH_FOR:
        return redirect(url_for("auth.prove_again", next=request.full_path))
    return None


def _own_page() -> bool:
    """Pages on which even an auditor writes: their own session and preferences."""
    return str(request.endpoint).startswith(("auth.", "account.", "notifications."))


def _same_origin(rule: Rule) -> None:
    """Refuse a write that another site caused; the token is checked as well (quality A4)."""
    if request.method in SAFE or rule.own_token:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Forbidden
        return
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if origin and urlsplit(origin).netloc != request.host:
        raise Forbidden


def _idle(moment: datetime) -> bool:
    """Whether the last visit is too long ago. The signed cookie remembers it."""
    seen = datetime.fromisoformat(cookie["seen"]) if "seen" in cookie else moment
    if moment - seen > timedelta(hours=settings().session_idle_hours):
        return True
    if "seen" not in cookie or moment - seen > SEEN_EVERY:
        cookie["seen"] = moment.isoformat(timespec="seconds")
    return False
