"""What the settings page sends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from lms.notifications.models import MailChoice
from lms.web import Form

CHOICES = [
    SelectChoice(MailChoice.EACH.value, _l("Satu surel untuk setiap pemberitahuan")),
    SelectChoice(MailChoice.DIGEST.value, _l("Satu surel rangkuman setiap pagi pukul 07.00")),
    SelectChoice(MailChoice.NEVER.value, _l("Tanpa surel, hanya di aplikasi")),
]


class SettingForm(Form):
    mail = RadioField(_l("Surel pemberitahuan"), choices=CHOICES)
