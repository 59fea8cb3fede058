"""What the lesson pages send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from lms.errors import Invalid
from lms.web import Form


class TextForm(Form):
    """The editor: the text, and the version of the lesson from which the author started."""

    source = TextAreaField(_l("Isi pelajaran"))
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class FileForm(Form):
    """What an author says about a file."""

    alt = StringField(_l("Nama atau teks pengganti"), validators=[Length(max=500)])
    captions = TextAreaField(_l("Takarir WebVTT"))


class AttachForm(Form):
    """A file that was uploaded, to be put into a lesson."""

    media_id = HiddenField()
    alt = StringField(_l("Teks pengganti gambar"), validators=[Length(max=500)])


def watched_in(body: object) -> tuple[list[tuple[int, int]], int]:
    """The ranges and position that a player reports, in milliseconds. Raises Invalid for anything else."""
    if not isinstance(body, Mapping) or not isinstance(body.get("ranges"), list):
        raise Invalid
    return [_range(pair) for pair in body["ranges"]], _milliseconds(body.get("position", 0))


def _range(pair: Any) -> tuple[int, int]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise Invalid
    return _milliseconds(pair[0]), _milliseconds(pair[1])


def _milliseconds(value: object) -> int:
    """A finite number within a week."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 604_800_000:
        raise Invalid
    return int(value)
