"""What the settings page sends: quiet hours, and two answers for each topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

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
# Every half hour. A field of type "time" would show it as the phone's own language does, "09:00 PM".
HOURS = [
    SelectChoice(f"{hour:02}:{minute:02}", f"{hour:02}.{minute:02}")
    for hour in range(24)
    for minute in (0, 30)
]


class SettingForm(Form):
    """The fields `mail_<topic>` and `push_<topic>` are added by setting_form."""

    is_quiet = BooleanField(_l("Jangan ganggu pada jam tenang"))
    quiet_from = SelectField(_l("Mulai"), choices=HOURS)
    quiet_until = SelectField(_l("Sampai"), choices=HOURS)
    topics: Sequence[Topic] = ()

    @property
    def quiet(self) -> Quiet:
        return Quiet(*(time.fromisoformat(hour.data) for hour in (self.quiet_from, self.quiet_until)))

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
        "quiet_from": f"{quiet.begins:%H:%M}",
        "quiet_until": f"{quiet.ends:%H:%M}",
    }
    for topic in (topic for topic in topics if not topic.fixed):
        fields[f"mail_{topic.name}"] = RadioField(_l("Surel"), choices=CHOICES)
        fields[f"push_{topic.name}"] = BooleanField(_l("Pesan ke ponsel"))
        data[f"mail_{topic.name}"] = wishes.mail(topic).value
        data[f"push_{topic.name}"] = wishes.push(topic)
    made: SettingForm = type("TopicsForm", (SettingForm,), fields)(data=data)
    return made
