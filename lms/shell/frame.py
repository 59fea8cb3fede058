"""What every template may use: the actor, the navigation, the theme, the words of the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from jinja2 import StrictUndefined

from lms.access import Actor, Permission, allows
from lms.auth.queries import SignedIn
from lms.feature import Feature, NavItem
from lms.shell import icons
from lms.shell.headers import nonce
from lms.web import visitor


@dataclass(frozen=True, slots=True)
class NavLink:
    """A place in the navigation, ready to print."""

    label: str
    url: str
    icon: str
    current: bool
    group: str
    count: int | None = None


def register(app: Flask, features: Sequence[Feature]) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    icons.register(app.jinja_env)
    items = sorted((item for feature in features for item in feature.nav), key=lambda item: item.order)

    @app.context_processor
    def frame() -> dict[str, Any]:
        who = visitor()
        return {
            "actor": who,
            "nav": _links(items) if inside(who) else [],
            "unread": who.unread if who and inside(who) else 0,
            "theme": who.theme if who else "auto",
            "locale": str(get_locale() or "id"),
            "agency_name": who.agency_name if who else "",
            "csp_nonce": nonce(),
            "may": may,
        }


def inside(who: Actor | None) -> bool:
    """Whether somebody is signed in with everything that asks for: nothing of theirs shows before the second factor."""
    return who is not None and not (isinstance(who, SignedIn) and who.needs_second_factor)


def may(permission: Permission) -> bool:
    """For templates: whether to show a way to something. The page behind it checks again."""
    who = visitor()
    return who is not None and allows(who, permission)


def _links(items: list[NavItem]) -> list[NavLink]:
    who = visitor()
    shown = [item for item in items if who and item.shows(who)]
    current = _current(shown)
    return [
        NavLink(_(item.label), url_for(item.endpoint), item.icon, item is current, item.group)
        for item in shown
    ]


def _current(items: list[NavItem]) -> NavItem | None:
    """The place where the visitor is: the one that names this page most exactly, the first of several."""
    here = request.endpoint or ""
    place = max(items, key=lambda item: _nearness(item, here), default=None)
    return place if place and _nearness(place, here) else None


def _nearness(item: NavItem, here: str) -> int:
    """How much of an endpoint's name a place claims, in characters; 0 when the page is not its own."""
    names = (item.endpoint, item.endpoint.partition(".")[0], *item.holds)
    return max((len(name) for name in names if f"{here}.".startswith(f"{name}.")), default=0)
