"""What the settings page sends: quiet hours, and two answers for each topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from lms.feature import Topic
from lms.notifications.models import MailChoice
from lms.notifications.queries import Wishes
from lms.notifications.quiet import NIGHT, Quiet
from lms.web import Form

CHOICES = [
    SelectChoice(MailChoice.EACH.value, _l("Segera")),
    SelectChoice(MailChoice.DIGEST.value, _l("Rangkuman")),
    SelectChoice(MailChoice.NEVER.value, _l("Tidak")),
]


class SettingForm(Form):
    """The fields `mail_<topic>` and `push_<topic>` are added by setting_form."""

    is_quiet = BooleanField(_l("Jangan ganggu pada jam tenang"))
    quiet_from = TimeField(_l("Mulai"), validators=[InputRequired()])
    quiet_until = TimeField(_l("Sampai"), validators=[InputRequired()])
    topics: Sequence[Topic] = ()

    @property
    def quiet(self) -> Quiet:
        return Quiet(self.quiet_from.data, self.quiet_until.data)

    @property
    def choices(self) -> dict[str, dict[str, Any]]:
        """What was chosen for each topic that leaves a choice."""
        return {
            topic.name: {"mail": self[f"mail_{topic.name}"].data, "push": self[f"push_{topic.name}"].data}
            for topic in self.topics
            if not topic.fixed
        }

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.is_quiet.data and self.quiet.begins == self.quiet.ends:
            self.refuse("quiet_until", _("Jam tenang tidak boleh mulai dan berakhir pada jam yang sama."))
            return False
        return True


def setting_form(wishes: Wishes, topics: Sequence[Topic]) -> SettingForm:
    """The form for these topics, filled with what somebody wishes so far."""
    fields: dict[str, Any] = {"topics": topics}
    quiet = wishes.quiet or wishes.last_quiet or NIGHT
    data: dict[str, Any] = {
        "is_quiet": wishes.quiet is not None,
        "quiet_from": quiet.begins,
        "quiet_until": quiet.ends,
    }
    for topic in (topic for topic in topics if not topic.fixed):
        fields[f"mail_{topic.name}"] = RadioField(_l("Surel"), choices=CHOICES)
        fields[f"push_{topic.name}"] = BooleanField(_l("Pesan ke ponsel"))
        data[f"mail_{topic.name}"] = wishes.mail(topic).value
        data[f"push_{topic.name}"] = wishes.push(topic)
    made: SettingForm = type("TopicsForm", (SettingForm,), fields)(data=data)
    return made
