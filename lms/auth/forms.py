"""What the pages of proving and of one's own account send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from lms.web import Form

LONGEST = 1000


class Onward(Form):
    """A form after which one goes on: to a page, or to a kept form."""

    next = HiddenField()
    kept = HiddenField()


class SignInForm(Onward):
    name = StringField(
        _l("NIP atau surel"), validators=[DataRequired(_l("Tulis NIP atau surel Anda.")), Length(max=200)]
    )
    password = PasswordField(
        _l("Kata sandi"), validators=[DataRequired(_l("Tulis kata sandi Anda.")), Length(max=LONGEST)]
    )


class CodeForm(Onward):
    code = StringField(
        _l("Kode"),
        validators=[DataRequired(_l("Tulis kode dari aplikasi autentikator Anda.")), Length(max=40)],
    )


class ProofForm(Onward):
    """Either proof is enough."""

    password = PasswordField(_l("Kata sandi"), validators=[Length(max=LONGEST)])
    code = StringField(_l("Kode dari aplikasi autentikator"), validators=[Length(max=40)])


class EnrolForm(Onward):
    key = HiddenField()
    code = StringField(
        _l("Kode 6 angka dari aplikasi"),
        validators=[DataRequired(_l("Tulis kode dari aplikasi autentikator Anda.")), Length(max=40)],
    )


class ForgotForm(Form):
    name = StringField(
        _l("NIP atau surel"), validators=[DataRequired(_l("Tulis NIP atau surel Anda.")), Length(max=200)]
    )


class NewPasswordForm(Form):
    password = PasswordField(
        _l("Kata sandi baru"), validators=[DataRequired(_l("Tulis kata sandi baru Anda."))]
    )


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(_l("Kata sandi sekarang"), validators=[Length(max=LONGEST)])


class PreferencesForm(Form):
    locale = RadioField(
        _l("Bahasa"), choices=[SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English")]
    )
    theme = RadioField(
        _l("Tampilan"),
        choices=[
            SelectChoice("auto", _l("Ikut ponsel")),
            SelectChoice("light", _l("Terang")),
            SelectChoice("dark", _l("Gelap")),
        ],
    )
    large_text = BooleanField(_l("Huruf besar"))
    data_saver = BooleanField(_l("Hemat data"))
