"""What the pages of the directory send."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from lms.access import ROLE_NAMES
from lms.clock import now
from lms.people import readings
from lms.people.models import (
    EMPLOYMENT_NAMES,
    POSITION_NAMES,
    STATUS_NAMES,
    EmploymentType,
    Person,
    PersonStatus,
    PositionType,
)
from lms.people.person_rows import LONGEST
from lms.people.records import GIVEN_IN_AGENCIES, AgencyFacts, Profile, UnitFacts
from lms.people.tree import Branch
from lms.problems import Problem
from lms.web import Form

SHORT = Length(max=LONGEST, message=_l("Tulisan ini terlalu panjang. Batasnya %(max)d karakter."))
ZONES = [
    SelectChoice("Asia/Jakarta", _l("WIB, Waktu Indonesia Barat")),
    SelectChoice("Asia/Makassar", _l("WITA, Waktu Indonesia Tengah")),
    SelectChoice("Asia/Jayapura", _l("WIT, Waktu Indonesia Timur")),
]
Choices = list[SelectChoice]


def required(message: Any) -> DataRequired:
    return DataRequired(message)


def unit_choices(rows: list[Branch], empty: str) -> Choices:
    """Units for a select box, those below another one indented."""
    return [SelectChoice("", empty)] + [
        SelectChoice(str(row.unit.id), "\u2003" * row.depth + getattr(row.unit, "name", "")) for row in rows
    ]


def _names(names: Any, *, empty: Any = None) -> Choices:
    return ([SelectChoice("", empty)] if empty else []) + [
        SelectChoice(key.value, _l(name)) for key, name in names.items()
    ]


def _kind(value: str | None) -> EmploymentType:
    return EmploymentType(value) if value in set(EmploymentType) else EmploymentType.PNS


class ReadForm(Form):
    """A form whose texts mean something: `meant` holds what was read, problems stand at their fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meant: dict[str, Any] = {}

    def read(self, field: Any, how: Callable[[str], Any]) -> None:
        """Read a field; an empty one means None."""
        found = how(field.data) if field.data else None
        if isinstance(found, Problem):
            raise ValidationError(_(found.message) % found.values)
        self.meant[field.name] = found


class PersonForm(ReadForm):
    front_title = StringField(_l("Gelar depan"), validators=[Optional(), SHORT])
    full_name = StringField(
        _l("Nama tanpa gelar"), validators=[required(_l("Tulis nama lengkap pegawai ini.")), SHORT]
    )
    back_title = StringField(_l("Gelar belakang"), validators=[Optional(), SHORT])
    employment_type = SelectField(_l("Jenis pegawai"), choices=_names(EMPLOYMENT_NAMES))
    email = StringField(_l("Surel"), validators=[Optional(), SHORT])
    phone = StringField(_l("Nomor ponsel"), validators=[Optional(), SHORT])
    unit_id = SelectField(_l("Unit kerja"), validators=[Optional()])
    position_type = SelectField(
        _l("Jenis jabatan"), choices=_names(POSITION_NAMES, empty=_l("Belum diisi")), validators=[Optional()]
    )
    position = StringField(_l("Nama jabatan"), validators=[Optional(), SHORT])
    position_level = StringField(_l("Jenjang jabatan"), validators=[Optional(), SHORT])
    position_since = StringField(_l("Mulai menjabat"), validators=[Optional(), SHORT])
    grade = StringField(_l("Golongan"), validators=[Optional(), SHORT])
    superior = StringField(_l("NIP atasan langsung"), validators=[Optional(), SHORT])

    def validate_email(self, field: Any) -> None:
        self.read(field, readings.email)

    def validate_phone(self, field: Any) -> None:
        self.read(field, readings.phone)

    def validate_position_since(self, field: Any) -> None:
        self.read(field, lambda text: readings.day(text, field.name))

    def validate_grade(self, field: Any) -> None:
        self.read(field, lambda text: readings.grade(text, _kind(self.employment_type.data)))

    def profile(self, superior_id: uuid.UUID | None, rank_name: str | None = None) -> Profile:
        """What was sent, as a record. A grade decides the rank; `rank_name` is that of somebody without a grade."""
        grade = self.meant.get("grade")
        return Profile(
            front_title=self.front_title.data or "",
            full_name=" ".join(self.full_name.data.split()),
            back_title=self.back_title.data or "",
            email=self.meant.get("email"),
            phone=self.meant.get("phone"),
            employment_type=EmploymentType(self.employment_type.data),
            grade=grade.code if grade else None,
            rank_name=grade.rank if grade else rank_name,
            position=self.position.data or "",
            position_type=PositionType(self.position_type.data) if self.position_type.data else None,
            position_level=self.position_level.data or "",
            position_since=self.meant.get("position_since"),
            unit_id=uuid.UUID(self.unit_id.data) if self.unit_id.data else None,
            superior_id=superior_id,
        )


class NewPersonForm(PersonForm):
    number = StringField(_l("NIP atau NI PPPK"), validators=[Optional(), SHORT])
    invite = BooleanField(_l("Kirim undangan masuk ke alamat surel ini"), default=True)

    def validate_number(self, field: Any) -> None:
        kind = _kind(self.employment_type.data)
        self.read(field, lambda text: readings.number(text, kind, today=now().date()))


def person_values(person: Person, superior: str) -> dict[str, Any]:
    """A record as a form shows it."""
    names = (
        "front_title",
        "full_name",
        "back_title",
        "email",
        "phone",
        "position",
        "position_level",
        "grade",
    )
    return {name: getattr(person, name) or "" for name in names} | {
        "employment_type": person.employment_type.value,
        "unit_id": str(person.unit_id or ""),
        "position_type": person.position_type.value if person.position_type else "",
        "position_since": person.position_since.isoformat() if person.position_since else "",
        "superior": superior,
    }


class NumberForm(ReadForm):
    number = StringField(
        _l("NIP atau NI PPPK baru"), validators=[required(_l("Tulis nomor yang baru, 18 angka.")), SHORT]
    )
    since = StringField(
        _l("Berlaku mulai"), validators=[required(_l("Tulis tanggal mulai nomor baru ini.")), SHORT]
    )

    def validate_since(self, field: Any) -> None:
        self.read(field, lambda text: readings.day(text, "since"))


class StatusForm(Form):
    status = RadioField(
        _l("Status"),
        choices=[
            SelectChoice(s.value, _l(STATUS_NAMES[s])) for s in (PersonStatus.RETIRED, PersonStatus.MOVED)
        ],
        validators=[InputRequired(_l("Pilih pensiun atau pindah."))],
    )
    reason = StringField(_l("Alasan"), validators=[Optional(), SHORT])


class UnitForm(ReadForm):
    code = StringField(_l("Kode unit kerja"), validators=[required(_l("Tulis kode unit ini.")), SHORT])
    name = StringField(_l("Nama unit kerja"), validators=[required(_l("Tulis nama unit ini.")), SHORT])
    kind = StringField(_l("Jenis unit"), validators=[Optional(), SHORT])
    parent_id = SelectField(_l("Unit induk"), validators=[Optional()])
    zone = SelectField(
        _l("Zona waktu"),
        validators=[Optional()],
        choices=[SelectChoice("", _l("Sama dengan instansi")), *ZONES],
    )
    kemendagri_code = StringField(_l("Kode wilayah Kemendagri"), validators=[Optional(), SHORT])
    since = StringField(_l("Berlaku dari"), validators=[Optional(), SHORT])

    def validate_kemendagri_code(self, field: Any) -> None:
        self.read(field, readings.kemendagri_code)

    def validate_since(self, field: Any) -> None:
        self.read(field, lambda text: readings.day(text, "since"))

    def facts(self) -> UnitFacts:
        return UnitFacts(
            code=self.code.data,
            name=" ".join(self.name.data.split()),
            kind=self.kind.data or "",
            zone=self.zone.data or None,
            kemendagri_code=self.meant.get("kemendagri_code"),
        )

    @property
    def place(self) -> uuid.UUID | None:
        return uuid.UUID(self.parent_id.data) if self.parent_id.data else None


class CloseForm(ReadForm):
    last_day = StringField(
        _l("Hari terakhir"), validators=[required(_l("Tulis hari terakhir unit ini berlaku.")), SHORT]
    )

    def validate_last_day(self, field: Any) -> None:
        self.read(field, lambda text: readings.day(text, "last_day"))

    def is_past(self, today: date) -> bool:
        return bool(self.meant["last_day"] <= today)


class AgencyForm(ReadForm):
    name = StringField(_l("Nama instansi"), validators=[required(_l("Tulis nama lengkap instansi.")), SHORT])
    short_name = StringField(
        _l("Nama pendek"), validators=[required(_l("Tulis nama pendek instansi.")), SHORT]
    )
    zone = SelectField(_l("Zona waktu"), choices=ZONES)
    kemendagri_code = StringField(_l("Kode wilayah Kemendagri"), validators=[Optional(), SHORT])
    bps_code = StringField(_l("Kode wilayah BPS"), validators=[Optional(), SHORT])
    bkn_code = StringField(_l("Kode instansi BKN"), validators=[Optional(), SHORT])

    def validate_kemendagri_code(self, field: Any) -> None:
        self.read(field, readings.kemendagri_code)

    def validate_bps_code(self, field: Any) -> None:
        self.read(field, readings.bps_code)

    def validate_bkn_code(self, field: Any) -> None:
        self.read(field, readings.bkn_code)

    def facts(self) -> AgencyFacts:
        codes = {name: self.meant.get(name) for name in ("kemendagri_code", "bps_code", "bkn_code")}
        return AgencyFacts(
            name=" ".join(self.name.data.split()),
            short_name=self.short_name.data,
            zone=self.zone.data,
            **codes,
        )


class GrantForm(Form):
    person = StringField(
        _l("NIP atau surel"), validators=[required(_l("Tulis NIP atau surel orangnya.")), SHORT]
    )
    role = SelectField(
        _l("Peran"), choices=[SelectChoice(role.value, _l(ROLE_NAMES[role])) for role in GIVEN_IN_AGENCIES]
    )


class RevokeForm(Form):
    reason = StringField(_l("Alasan"), validators=[Optional(), SHORT])


class UploadForm(Form):
    kind = RadioField(
        _l("Isi berkas"),
        choices=[SelectChoice("people", _l("Pegawai")), SelectChoice("units", _l("Unit kerja"))],
        default="people",
        validators=[InputRequired(_l("Pilih isi berkas ini."))],
    )
    file = FileField(_l("Berkas XLSX atau CSV"))


class ConfirmForm(Form):
    whole = RadioField(
        _l("Jika ada baris bermasalah"),
        choices=[SelectChoice("", ""), SelectChoice("1", _l("Jangan simpan apa pun sampai semua benar"))],
        default="",
        validators=[Optional()],
    )
    invites = BooleanField(_l("Kirim undangan masuk kepada pegawai baru yang punya surel"))
