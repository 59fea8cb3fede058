"""What the pages of certificates send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from courses.certificates.facts import Subject
from courses.certificates.models import KIND_NAMES, CertificateKind, CertificateTemplate
from courses.certificates.siasn import TRAINING
from courses.certificates.wording import MOST_SUBJECTS, PREFIXES, USUAL_BODY, Signatory
from lms.errors import N_, Invalid
from lms.web import Form

_LINE = Length(max=200, message=_l("Paling panjang 200 huruf."))
_PREFIXES = [SelectChoice(prefix, prefix or _l("Definitif")) for prefix in PREFIXES]
_TEXTS = (
    "number_format",
    "classification",
    "unit_code",
    "organiser",
    "heading",
    "legal_basis",
    "body",
    "place",
)
_USUAL = {
    "heading": "SERTIFIKAT",
    "number_format": "{klasifikasi}/{urut:04}/{unit}/{bulan_romawi}/{tahun}",
    "body": USUAL_BODY,
}


class EndForm(Form):
    reason = TextAreaField(_l("Alasan"), validators=[DataRequired(_l("Tulis alasannya."))])


class RuleForm(Form):
    what = RadioField(
        _l("Yang harus selesai"),
        choices=[
            SelectChoice("required", _l("Semua kegiatan wajib")),
            SelectChoice("chosen", _l("Kegiatan yang dipilih")),
        ],
    )
    chosen = SelectMultipleField(
        _l("Kegiatan yang dipilih"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    least = StringField(_l("Nilai akhir paling rendah"))


class ContentForm(Form):
    training = SelectField(
        _l("Jenis diklat"),
        choices=[SelectChoice(number, _l(name)) for number, (name, _letter) in TRAINING.items()],
        coerce=int,
    )
    source = RadioField(
        _l("Mata ajar di halaman belakang"),
        choices=[
            SelectChoice("course", _l("Ikuti modul kursus, JP dibagi menurut lama kegiatan")),
            SelectChoice("own", _l("Tulis sendiri")),
        ],
    )


def subjects_in(sent: MultiDict[str, str]) -> list[Subject]:
    """The rows `subject` and `hours` of the form; rows without a title are left out."""
    titles, hours = sent.getlist("subject"), sent.getlist("hours")
    return [
        Subject(" ".join(title.split())[:200], _hours(hour))
        for title, hour in zip(titles[:MOST_SUBJECTS], hours, strict=False)
        if title.strip()
    ]


def _hours(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1000):
        raise Invalid(N_("JP adalah bilangan bulat 1 sampai 1000."), field="source")
    return int(text)


class TemplateForm(Form):
    kind = RadioField(
        _l("Jenis"), choices=[SelectChoice(str(kind), _l(name)) for kind, name in KIND_NAMES.items()]
    )
    heading = StringField(_l("Judul"), validators=[DataRequired(_l("Tulis judulnya.")), Length(max=40)])
    organiser = StringField(_l("Penyelenggara"), validators=[_LINE])
    legal_basis = TextAreaField(_l("Dasar hukum"), validators=[Length(max=300)])
    body = TextAreaField(_l("Kalimat"))
    number_format = StringField(
        _l("Format nomor"), validators=[InputRequired(_l("Tulis format nomornya."))], filters=[]
    )
    classification = StringField(_l("Kode klasifikasi"), validators=[Length(max=40)])
    unit_code = StringField(_l("Kode unit"), validators=[Length(max=40)])
    place = StringField(
        _l("Tempat terbit"), validators=[DataRequired(_l("Tulis tempat terbitnya.")), Length(max=60)]
    )
    logo = FileField(_l("Logo instansi"))
    remove_logo = BooleanField(_l("Hapus logo yang sekarang"))
    front_on_behalf = StringField(_l("Atas nama (a.n.)"), validators=[_LINE])
    front_prefix = SelectField(_l("Status"), choices=_PREFIXES)
    front_position = StringField(
        _l("Jabatan"), validators=[DataRequired(_l("Tulis jabatan penanda tangan.")), _LINE]
    )
    front_name = StringField(
        _l("Nama dengan gelar"), validators=[DataRequired(_l("Tulis nama penanda tangan.")), _LINE]
    )
    front_rank = StringField(_l("Pangkat, golongan/ruang"), validators=[_LINE])
    front_number = StringField(_l("NIP"), validators=[Length(max=40)])
    back_on_behalf = StringField(_l("Atas nama (a.n.)"), validators=[_LINE])
    back_prefix = SelectField(_l("Status"), choices=_PREFIXES)
    back_position = StringField(_l("Jabatan"), validators=[_LINE])
    back_name = StringField(_l("Nama dengan gelar"), validators=[_LINE])
    back_rank = StringField(_l("Pangkat, golongan/ruang"), validators=[_LINE])
    back_number = StringField(_l("NIP"), validators=[Length(max=40)])

    @classmethod
    def of(cls, kept: CertificateTemplate | None) -> Self:
        """The form with what is in force, or with the usual texts before the first template."""
        if kept is None:
            return cls(kind=CertificateKind.CERTIFICATE.value, **_USUAL)
        values: dict[str, Any] = {name: getattr(kept, name) for name in _TEXTS}
        values["body"] = kept.body or USUAL_BODY
        for side, stored in zip(("front", "back"), kept.signatories, strict=False):
            values |= {f"{side}_{name}": text for name, text in stored.items()}
        return cls(kind=kept.kind.value, **values)

    def texts(self) -> Mapping[str, str]:
        return {name: self[name].data or "" for name in _TEXTS}

    def signatories(self) -> list[Signatory]:
        """Who signs the front, and who signs the back when somebody does."""
        named = [side for side in ("front", "back") if self[f"{side}_name"].data]
        return [
            Signatory(
                **{
                    name: self[f"{side}_{name}"].data or ""
                    for name in ("position", "name", "rank", "prefix", "on_behalf")
                },
                number="".join((self[f"{side}_number"].data or "").split()),
            )
            for side in named
        ]
