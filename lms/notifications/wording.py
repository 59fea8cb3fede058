"""Message templates, rendered in their reader's language inside and outside of requests."""

from __future__ import annotations

from flask import current_app
from flask_babel import force_locale, gettext


def line(template: str, locale: str, **values: object) -> str:
    """One line of plain text."""
    return " ".join(whole(template, locale, **values).split())


def whole(template: str, locale: str, **values: object) -> str:
    """A plain text with its lines. The frame's own variables (actor, nav) are not there: nobody is looking."""
    with force_locale(locale):
        return current_app.jinja_env.get_template(template).render(**values).strip() + "\n"


def word(message: str, locale: str, **values: object) -> str:
    """One of our own sentences (a msgid), as its reader sees it."""
    with force_locale(locale):
        return str(gettext(message, **values))
