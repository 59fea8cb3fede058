"""What pages of courses have in common: a form that knows which version its author saw."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from lms.web import Form


class VersionedForm(Form):
    """A form about something that two people may be changing."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())

    def now_at(self, version: int) -> None:
        """Carry the version that is stored now, so that saving once more is done knowingly."""
        self.version.data, self.version.raw_data = version, [str(version)]
