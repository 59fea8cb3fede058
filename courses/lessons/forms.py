"""What the lesson pages send."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from courses.catalogue.forms import VersionedForm
from lms.errors import Invalid, NotFound
from lms.web import Form


class TextForm(VersionedForm):
    """The editor: the text, and the version of the lesson from which the author started."""

    source = TextAreaField(_l("Isi pelajaran"))


class FileForm(Form):
    """What an author says about a file."""

    alt = StringField(_l("Nama atau teks pengganti"), validators=[Length(max=500)])


class CaptionsForm(VersionedForm):
    """Captions as WebVTT or SubRip text, and the version of them from which the author started."""

    captions = TextAreaField(_l("Takarir WebVTT"))


def draft_in(body: object) -> tuple[str, int]:
    """A draft that the script sends: its text and the version that it began from."""
    if not isinstance(body, Mapping):
        raise Invalid
    source, version = body.get("source"), body.get("version", 0)
    if not isinstance(source, str) or not isinstance(version, int) or isinstance(version, bool):
        raise Invalid
    return source, version


def html_in(body: object) -> str:
    """Pasted HTML that the script sends."""
    html = body.get("html") if isinstance(body, Mapping) else None
    if not isinstance(html, str):
        raise Invalid
    return html


def media_in(body: object) -> uuid.UUID:
    """The id of an uploaded file that the script sends."""
    return ids_in([str(body.get("media", "")) if isinstance(body, Mapping) else ""])[0]


def ids_in(values: Iterable[str]) -> list[uuid.UUID]:
    """Ids as a form or an address carries them; something else names nothing."""
    try:
        return [uuid.UUID(value) for value in values]
    except ValueError:
        raise NotFound from None


def step_in(form: Mapping[str, str]) -> int:
    """Up (-1) or down (1), as the buttons of an ordered list send it."""
    return -1 if form.get("ke") == "atas" else 1


def lesson_in(content: Mapping[str, Any]) -> tuple[uuid.UUID, uuid.UUID]:
    """The cohort and the activity of which a phone tells."""
    cohort_id, activity_id = ids_in(str(content.get(name, "")) for name in ("cohort", "activity"))
    return cohort_id, activity_id


def watched_in(content: Mapping[str, Any]) -> tuple[uuid.UUID, list[tuple[int, int]], int]:
    """The file, ranges and position that a player reports, in milliseconds. Raises Invalid for anything else."""
    ranges = content.get("ranges")
    if not isinstance(ranges, list):
        raise Invalid
    [file_id] = ids_in([str(content.get("file", ""))])
    return file_id, [_range(pair) for pair in ranges], _milliseconds(content.get("position", 0))


def _range(pair: Any) -> tuple[int, int]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise Invalid
    return _milliseconds(pair[0]), _milliseconds(pair[1])


def _milliseconds(value: object) -> int:
    """A finite number within a week."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 604_800_000:
        raise Invalid
    return int(value)
