"""What the sign-in pages send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from lms.web import Form


class SignInForm(Form):
    name = StringField(
        _l("NIP atau surel"), validators=[DataRequired(_l("Tulis NIP atau surel Anda.")), Length(max=200)]
    )
    password = PasswordField(
        _l("Kata sandi"), validators=[DataRequired(_l("Tulis kata sandi Anda.")), Length(max=1000)]
    )
    next = HiddenField()
