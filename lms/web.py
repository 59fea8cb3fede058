"""What a view may take from the request: the session, the actor, the store, a form, a page number."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from flask import Request, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from lms.access import Actor
from lms.config import Settings
from lms.errors import N_, NotFound
from lms.sessions import Database
from lms.storage.store import ObjectStore

db = Database()

PER_PAGE = 50
SENTENCES = {
    "Not a valid choice.": N_("Pilih salah satu dari daftar."),
    "Not a valid choice": N_("Pilih salah satu dari daftar."),
    "'%(value)s' is not a valid choice for this field.": N_("Pilih salah satu dari daftar."),
    "Not a valid integer value.": N_("Tulis angka bulat, misalnya 10."),
    "Not a valid decimal value.": N_("Tulis angka, misalnya 7,5."),
    "Not a valid date value.": N_("Tulis tanggal yang ada di kalender."),
    "Not a valid datetime value.": N_("Tulis tanggal dan jam yang benar."),
    "This field is required.": N_("Isian ini wajib."),
}
# Nobody turns so many pages; a larger number would be no offset for the database.
MOST_PAGES = 1_000_000


class Texts(ImmutableMultiDict[str, Any]):
    """What came with a request, without NUL: PostgreSQL keeps none in a text, and no honest browser sends one."""

    def __init__(self, mapping: Any = None) -> None:
        whole = MultiDict(mapping)
        super().__init__(
            [(_without_nul(name), _without_nul(value)) for name, value in whole.items(multi=True)]
        )


def _without_nul(value: Any) -> Any:
    """The same, or the same JSON, with no NUL in any text of it."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(item) for name, item in value.items()}
    return value


class Asked(Request):
    """A request of ours."""

    parameter_storage_class = Texts

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        return _without_nul(super().get_json(force, silent, cache))


def session() -> Session:
    """The request's session. A request that only reads gets a transaction in which nothing can be written."""
    found = db.session
    if "session_ready" not in g:
        g.session_ready = True
        if (
            request
            and request.method in {"GET", "HEAD", "OPTIONS"}
            and current_app.config["READS_ARE_READ_ONLY"]
        ):
            found.connection(execution_options={"postgresql_readonly": True})
    return found


def actor() -> Actor:
    """Whoever is signed in. Only views whose rule asks for a session may call this."""
    return cast(Actor, current_user._get_current_object())


def visitor() -> Actor | None:
    """Whoever is signed in, or None on pages that anyone may see."""
    return actor() if current_user.is_authenticated else None


def settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def store() -> ObjectStore:
    return cast(ObjectStore, current_app.extensions["store"])


class OwnWords:
    """The form library's own sentences, of which it has no Indonesian ones."""

    def gettext(self, text: str) -> str:
        return str(_(SENTENCES.get(text, text)))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.gettext(singular if count == 1 else plural)


class Form(FlaskForm):
    """A form whose texts are stripped. The token is checked for every POST alike, not form by form."""

    class Meta(FlaskForm.Meta):
        csrf = False

        def get_translations(self, form: object) -> OwnWords:
            return OwnWords()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ in {"StringField", "TextAreaField", "EmailField"}:
                unbound_field.kwargs["filters"] = [*[f for f in filters if f is not _stripped], _stripped]
            return unbound_field.bind(form=form, **options)

    @property
    def csrf_token(self) -> Markup:
        """The hidden field that every form carries."""
        return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())

    def refuse(self, field: str | None, message: str) -> None:
        """Say at a field (or at the first one) what a service refused."""
        target = self[field] if field and field in self else next(iter(self))
        target.errors = [*target.errors, message]


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


def asked_again(path: str = "", **changes: object) -> str:
    """This page's address (or another of ours) with the questions that were asked, some of them changed.

    Built by hand: url_for would take a question called `_scheme` or `_external` for an order of ours.
    """
    kept = {**{name: value for name, value in request.args.items() if value}, **changes}
    asked = urlencode({name: value for name, value in kept.items() if value is not None})
    return f"{path or request.path}?{asked}" if asked else path or request.path


def page_number() -> int:
    """The `?page=` of a list, from 1."""
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= MOST_PAGES:
        raise NotFound
    return page
