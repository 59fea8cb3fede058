"""Languages and the way dates, numbers and sizes are written. Indonesian is the source; each feature brings en.po."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask import session as cookie
from flask_babel import Babel, Domain, get_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from lms import written
from lms.clock import milliseconds
from lms.lazy import lazy
from lms.people.employee_number import grouped, masked, named

if TYPE_CHECKING:
    from babel.messages import catalog, mofile, pofile
else:
    catalog = lazy("babel.messages.catalog")
    mofile = lazy("babel.messages.mofile")
    pofile = lazy("babel.messages.pofile")

LOCALES = {"id": "Bahasa Indonesia", "en": "English"}
ZONE_LABELS = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
DEFAULT_ZONE = "Asia/Jakarta"


class FeatureDomain(Domain):
    """Reads every feature's en.po at first use, so that no compiled catalogue has to be built or committed."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self._english: Translations | None = None
        self._source = NullTranslations()

    def get_translations(self) -> NullTranslations:
        return self.english() if _language() == "en" else self._source

    def english(self) -> Translations:
        if self._english is None:
            self._english = Translations(_compiled(sorted(self.root.glob("*/*/en.po"))))
        return self._english


def _compiled(files: list[Path]) -> io.BytesIO:
    whole = catalog.Catalog(locale="en")
    for file in files:
        with file.open("rb") as handle:
            for message in pofile.read_po(handle, locale="en"):
                if message.id and message.string:
                    whole.add(message.id, message.string)
    buffer = io.BytesIO()
    mofile.write_mo(buffer, whole)
    buffer.seek(0)
    return buffer


def chosen_locale() -> str:
    """What the person chose, or the cookie of somebody who has not signed in, or Indonesian."""
    if current_user and current_user.is_authenticated:
        return str(current_user.locale)
    chosen = cookie.get("locale") if request else None
    return chosen if chosen in LOCALES else "id"


def chosen_zone() -> str:
    return str(current_user.zone) if current_user and current_user.is_authenticated else DEFAULT_ZONE


def register(app: Flask, root: Path) -> None:
    babel = Babel(
        app,
        locale_selector=chosen_locale,
        timezone_selector=chosen_zone,
        default_locale="id",
    )
    domain = FeatureDomain(root)
    babel.domain_instance = domain
    app.jinja_env.globals["_"] = _sayer(domain)
    app.jinja_env.filters.update(
        milliseconds=milliseconds,
        day=day,
        short_day=short_day,
        moment=moment,
        clock=clock,
        size=size,
        number=number,
        nip=grouped,
        nip_name=named,
        nip_masked=masked,
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True


def _sayer(domain: FeatureDomain) -> Callable[..., str]:
    """gettext for templates. A page says a hundred sentences, so each is looked up once for each language."""

    @lru_cache(maxsize=8192)
    def said(text: str, language: str) -> str:
        return str(domain.english().ugettext(text)) if language == "en" else text

    @pass_eval_context
    def say(context: EvalContext, text: str, /, **values: Any) -> str:
        words = said(text, _language())
        return (Markup(words) if context.autoescape else words) % values  # noqa: S704

    return say


def _language() -> str:
    # Asked for each sentence of a page: what Flask-Babel has settled is read directly, without its four detours.
    settled = getattr(g._get_current_object(), "_flask_babel", None) if g else None
    locale = getattr(settled, "babel_locale", None) or get_locale()
    return str(locale.language) if locale else "id"


def _here(value: datetime, zone: str | None) -> datetime:
    return value.astimezone(ZoneInfo(zone or chosen_zone()))


def day(value: date | datetime, zone: str | None = None) -> str:
    """21 November 2026, in the reader's zone."""
    if isinstance(value, datetime):
        value = _here(value, zone)
    return written.day(value, _language())


def short_day(value: date | datetime, zone: str | None = None) -> str:
    """28 Nov: only in rows and chips."""
    if isinstance(value, datetime):
        value = _here(value, zone)
    return written.short_day(value, _language())


def clock(value: datetime, zone: str | None = None) -> str:
    """08.00 WIT: the zone is always named."""
    here = _here(value, zone)
    label = ZONE_LABELS.get(zone or chosen_zone(), here.tzname() or "")
    pattern = "%H.%M" if _language() == "id" else "%H:%M"
    return f"{here:{pattern}} {label}".strip()


def moment(value: datetime, zone: str | None = None) -> str:
    """21 November 2026, 08.00 WIT."""
    return f"{day(value, zone)}, {clock(value, zone)}"


def number(value: float | Decimal, digits: int = 1) -> str:
    """1.234,5 in Indonesian; whole numbers without decimals."""
    return written.number(value, digits, _language())


def size(value: int) -> str:
    """210 KB, 4,6 MB, 79,2 GB: what a download costs, in decimal units as mobile plans count them."""
    if value < 1_000_000:
        return f"{max(1, round(value / 1000))} KB"
    if value < 1_000_000_000:
        return f"{number(value / 1_000_000, 1 if value < 100_000_000 else 0)} MB"
    return f"{number(value / 1_000_000_000)} GB"


ZONE_NAMES = {
    "Asia/Jakarta": _l("WIB, Waktu Indonesia Barat"),
    "Asia/Makassar": _l("WITA, Waktu Indonesia Tengah"),
    "Asia/Jayapura": _l("WIT, Waktu Indonesia Timur"),
}


def part_of_day(moment: datetime) -> str:
    """morning (until 11), noon (until 15), afternoon (until 18.30) or evening, in the reader's zone."""
    here = _here(moment, None)
    minutes = here.hour * 60 + here.minute
    limits = (("evening", 240), ("morning", 660), ("noon", 900), ("afternoon", 1110))
    return next((part for part, end in limits if minutes < end), "evening")
