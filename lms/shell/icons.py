"""Small parts that pages show by the dozen, each drawn once: `icon("bell")`, and macros that are `remembered`."""

from __future__ import annotations

from functools import cache, lru_cache

from jinja2 import Environment
from markupsafe import Markup

_SVG = Markup(
    '<svg class="icon{cls}" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">'
    "{paths}</svg>"
)


def register(environment: Environment) -> None:
    """Give templates `icon(name, [class])` and `remembered(macro)`.

    Only a macro whose words all come from its arguments may be remembered: it is drawn once for all languages.
    """

    @cache
    def icon(name: str, cls: str = "") -> Markup:
        paths = environment.get_template("shell/_icons.html").module.PATHS  # type: ignore[attr-defined]
        return _SVG.format(cls=f" {cls}" if cls else "", paths=Markup(paths[name]))  # noqa: S704

    environment.globals.update(icon=icon, remembered=lru_cache(maxsize=256))
