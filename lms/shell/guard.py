"""Closed by default: every endpoint names its rule, and this module is the only one that enforces them."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask, current_app, request
from flask import session as cookie
from flask_login import current_user

from lms.access import Role, Rule, allows
from lms.auth.queries import SignedIn, signed_in
from lms.clock import now
from lms.errors import Forbidden
from lms.shell.proofs import ProveAgain, SecondFactorFirst, SignInFirst, from_elsewhere
from lms.web import session, settings

SAFE = {"GET", "HEAD", "OPTIONS"}
# Written into the signed cookie at most so often, so that reading pages writes no row.
SEEN_EVERY = timedelta(minutes=10)
# What somebody may open who has still to pass, or to set up, the second factor: exactly that, and the way out.
BEFORE_SECOND_FACTOR = {"auth.second_factor", "auth.enrol", "auth.prove_again", "auth.sign_out"}


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


def guard() -> None:
    """Before every request: same origin, signed in, second factor, permission, fresh password: in this order."""
    if request.endpoint in (None, "static"):
        return
    rule = rule_of(current_app.view_functions[str(request.endpoint)])
    assert rule is not None
    _same_origin(rule)
    if not rule.signed_in:
        return
    if not current_user.is_authenticated:
        raise SignInFirst
    _note_visit(now())
    _permitted(current_user._get_current_object(), rule)


def _permitted(actor: SignedIn, rule: Rule) -> None:
    if actor.needs_second_factor and request.endpoint not in BEFORE_SECOND_FACTOR:
        raise SecondFactorFirst
    if rule.permission and not allows(actor, rule.permission):
        raise Forbidden
    if request.method not in SAFE and set(actor.roles) == {Role.AUDITOR} and not _own_page():
        raise Forbidden
    if rule.fresh and not actor.is_fresh(now()):
        raise ProveAgain


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
    elif from_elsewhere():
        raise Forbidden


def who_has(token: str) -> SignedIn | None:
    """The owner of a session token. A session without a visit for too long is over, on every page (ASVS V7.3.1)."""
    if _idle(now()):
        return None
    return signed_in(session(), token, now=now(), saves_data=_saves_data())


def _saves_data() -> bool:
    """Whether the phone asks for little data: by its own header, or by a slow network that its pages noticed."""
    return request.headers.get("Save-Data", "").lower() == "on" or request.cookies.get("hemat") == "1"


def _idle(moment: datetime) -> bool:
    """Whether the last visit is too long ago. The signed cookie remembers it."""
    seen = datetime.fromisoformat(cookie["seen"]) if "seen" in cookie else moment
    return moment - seen > timedelta(hours=settings().session_idle_hours)


def _note_visit(moment: datetime) -> None:
    if "seen" not in cookie or moment - datetime.fromisoformat(cookie["seen"]) > SEEN_EVERY:
        cookie["seen"] = moment.isoformat(timespec="seconds")
