"""What the course pages send."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from courses.catalogue.forms import VersionedForm
from courses.catalogue.models import WATCH_PERCENT, Completion, Kind
from lms.errors import Invalid
from lms.web import Form

KIND_NAMES = {Kind.LESSON: _l("Pelajaran"), Kind.QUIZ: _l("Kuis"), Kind.PROJECT: _l("Proyek kelompok")}
COMPLETION_NAMES = {
    Completion.VIEWED: _l("Ditandai selesai oleh peserta"),
    Completion.WATCHED: _l("Video atau audio cukup diputar"),
    Completion.SUBMITTED: _l("Dikumpulkan"),
    Completion.PASSED: _l("Lulus"),
    Completion.MARKED: _l("Dinilai pengajar"),
}
_TITLE = [DataRequired(_l("Tulis judulnya.")), Length(max=200, message=_l("Judul paling panjang 200 huruf."))]


class TitleForm(Form):
    """One field is enough to begin."""

    title = StringField(_l("Judul"), validators=_TITLE)


class ModuleForm(Form):
    title = StringField(_l("Judul modul"), validators=_TITLE)


class CourseForm(VersionedForm):
    """A course's facts; objectives are one a line, tags are divided by commas."""

    title = StringField(_l("Judul kursus"), validators=_TITLE)
    summary = TextAreaField(_l("Ringkasan"), validators=[Length(max=2000)])
    objectives = TextAreaField(_l("Tujuan belajar"), validators=[Length(max=5000)])
    jp = IntegerField(
        _l("Jam pelajaran"),
        validators=[
            InputRequired(_l("Tulis jumlah JP, atau 0.")),
            NumberRange(0, 500, _l("Tulis angka antara 0 dan 500.")),
        ],
    )
    tags = StringField(_l("Topik"), validators=[Length(max=500)])

    def facts(self) -> dict[str, Any]:
        return {
            "title": self.title.data,
            "summary": self.summary.data or "",
            "objectives": [
                line.strip() for line in (self.objectives.data or "").splitlines() if line.strip()
            ],
            "jp": self.jp.data,
            "tags": list(dict.fromkeys(t.strip() for t in (self.tags.data or "").split(",") if t.strip())),
        }


class NewActivityForm(Form):
    title = StringField(_l("Judul kegiatan"), validators=_TITLE)
    kind = RadioField(
        _l("Jenis"),
        choices=[SelectChoice(kind.value, name) for kind, name in KIND_NAMES.items()],
        default=Kind.LESSON.value,
    )


class ActivityForm(VersionedForm):
    """An activity's settings; the choices of `completion` and `after` are set by the page."""

    title = StringField(_l("Judul kegiatan"), validators=_TITLE)
    minutes = IntegerField(
        _l("Perkiraan waktu"),
        validators=[Optional(), NumberRange(0, 10_000, _l("Tulis angka antara 0 dan 10.000."))],
    )
    required = BooleanField(_l("Wajib untuk sertifikat"))
    completion = RadioField(_l("Selesai bila"))
    watch_percent = IntegerField(
        _l("Bagian yang harus diputar"),
        validators=[Optional(), NumberRange(1, 100, _l("Tulis angka antara 1 dan 100."))],
    )
    after = SelectField(_l("Terbuka setelah"))

    def settings(self) -> dict[str, Any]:
        return {
            "title": self.title.data,
            "minutes": self.minutes.data or 0,
            "required": self.required.data,
            "completion": Completion(self.completion.data),
            "watch_percent": self.watch_percent.data or WATCH_PERCENT,
            "after_id": uuid.UUID(self.after.data) if self.after.data else None,
        }


def order_in(body: object) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The order that was dragged: `{"<module>": ["<activity>", …], …}`."""
    if not isinstance(body, Mapping):
        raise Invalid
    try:
        return {uuid.UUID(module): [uuid.UUID(str(id_)) for id_ in ids] for module, ids in body.items()}
    except (ValueError, TypeError):
        raise Invalid from None
