"""The mails of this feature, in the reader's language. Plain text: short, and safe to read anywhere."""

from __future__ import annotations

from typing import TypedDict

from flask import render_template, url_for
from flask_babel import force_locale

from lms.auth.models import LinkPurpose
from lms.auth.queries import Account


class Words(TypedDict):
    subject: str
    text: str


def link_mail(reader: Account, token: str, purpose: LinkPurpose) -> Words:
    """The mail of an invitation or of a reset."""
    link = url_for("auth.set_password", token=token, _external=True)
    return _words(f"auth/mail/{purpose}", reader, link=link)


def account_path() -> str:
    """Where somebody sees how they sign in."""
    return url_for("account.show", _external=False)


def reset_address() -> str:
    """Where somebody asks for a new password who cannot sign in any more."""
    return url_for("auth.forgot", _external=True)


def _words(template: str, reader: Account, **values: object) -> Words:
    with force_locale(reader.locale):
        return Words(
            subject=render_template(f"{template}.subject.txt", reader=reader, **values).strip(),
            text=render_template(f"{template}.mail.txt", reader=reader, **values),
        )
