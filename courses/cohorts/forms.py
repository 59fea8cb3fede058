"""What the pages of cohorts send."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from courses.cohorts.models import Admission, Cohort, Delivery
from courses.cohorts.plan import ZONES, Plan, Times
from courses.cohorts.roster import Dated
from courses.cohorts.schedule import BadMoment, local_moment, local_text
from lms.errors import N_
from lms.shell.words import ZONE_NAMES
from lms.web import Form

DELIVERY_NAMES = {
    Delivery.ONLINE: N_("Daring"),
    Delivery.IN_PERSON: N_("Tatap muka"),
    Delivery.BLENDED: N_("Campuran"),
}
ADMISSION_NAMES = {
    Admission.OPEN: N_("Pegawai mendaftar sendiri"),
    Admission.APPROVAL: N_("Pegawai mendaftar, atasan menyetujui"),
    Admission.CLOSED: N_("Hanya didaftarkan pengelola"),
}


class CohortForm(Form):
    """A cohort's settings. The course can be chosen only when it is opened."""

    course = SelectField(_l("Kursus"))
    name = StringField(
        _l("Nama angkatan"), validators=[DataRequired(_l("Tulis nama angkatan.")), Length(max=120)]
    )
    starts_on = DateField(_l("Tanggal mulai"), validators=[InputRequired(_l("Tulis tanggal mulai."))])
    ends_on = DateField(_l("Tanggal selesai"), validators=[InputRequired(_l("Tulis tanggal selesai."))])
    zone = SelectField(_l("Zona waktu"), choices=[SelectChoice(zone, ZONE_NAMES[zone]) for zone in ZONES])
    quota = IntegerField(
        _l("Kuota peserta"),
        validators=[
            Optional(),
            NumberRange(1, 100_000, _l("Tulis angka dari 1 sampai 100000, atau kosongkan.")),
        ],
    )
    delivery = RadioField(
        _l("Bentuk"), choices=[SelectChoice(one.value, _l(word)) for one, word in DELIVERY_NAMES.items()]
    )
    place = StringField(_l("Tempat"), validators=[Length(max=300)])
    admission = RadioField(
        _l("Cara mendaftar"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in ADMISSION_NAMES.items()],
    )
    enrol_from = DateField(_l("Pendaftaran dibuka"), validators=[Optional()])
    enrol_until = DateField(_l("Pendaftaran ditutup"), validators=[Optional()])

    def plan(self) -> Plan:
        return Plan(
            name=self.name.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            zone=self.zone.data,
            quota=self.quota.data,
            delivery=Delivery(self.delivery.data),
            place=self.place.data or "",
            admission=Admission(self.admission.data),
            enrol_from=self.enrol_from.data,
            enrol_until=self.enrol_until.data,
        )

    @classmethod
    def of(cls, cohort: Cohort) -> CohortForm:
        """Filled with what a cohort is now."""
        fields = (
            "name", "starts_on", "ends_on", "zone", "quota", "place", "enrol_from", "enrol_until",
        )  # fmt: skip
        form = cls(
            delivery=cohort.delivery.value,
            admission=cohort.admission.value,
            **{name: getattr(cohort, name) for name in fields},
        )
        del form.course
        return form


class AnnouncementForm(Form):
    title = StringField(_l("Judul"), validators=[DataRequired(_l("Tulis judul.")), Length(max=200)])
    source = TextAreaField(
        _l("Isi"), validators=[DataRequired(_l("Tulis isi pengumuman.")), Length(max=20_000)]
    )


class DecisionForm(Form):
    """A superior's answer."""

    reason = TextAreaField(_l("Alasan"), validators=[Length(max=2000)])


class DatesForm:
    """The dates of a course's activities: `opens_<id>` and `due_<id>`, as datetime-local fields send them."""

    def __init__(
        self, activities: Sequence[Dated], zone: str, sent: MultiDict[str, str] | None = None
    ) -> None:
        self.activities, self.zone = activities, zone
        self.errors: dict[str, str] = {}
        self.texts = _sent_texts(activities, sent) if sent is not None else _known_texts(activities, zone)

    @property
    def modules(self) -> list[tuple[str, list[Dated]]]:
        """The activities under their modules, in the order of the course."""
        return [(title, list(group)) for title, group in groupby(self.activities, key=lambda a: a.module)]

    def read(self) -> Mapping[uuid.UUID, Times]:
        """What was typed; look at `errors` (by field name) before using it."""
        return {activity.id: self._times(activity) for activity in self.activities}

    def _times(self, activity: Dated) -> Times:
        opens, due = (self._moment(f"{part}_{activity.id}") for part in ("opens", "due"))
        if opens and due and due <= opens:
            self.errors[f"due_{activity.id}"] = _(
                "%(title)s: tenggat mendahului waktu buka.", title=activity.title
            )
        return Times(opens, due)

    def _moment(self, name: str) -> Any:
        try:
            return local_moment(self.texts[name], self.zone)
        except BadMoment:
            self.errors[name] = _("Tulis tanggal dan jam yang benar.")
            return None


def _sent_texts(activities: Sequence[Dated], sent: MultiDict[str, str]) -> dict[str, str]:
    names = [f"{part}_{activity.id}" for activity in activities for part in ("opens", "due")]
    return {name: sent.get(name, "")[:40] for name in names}


def _known_texts(activities: Sequence[Dated], zone: str) -> dict[str, str]:
    opens = {f"opens_{a.id}": local_text(a.opens_at, zone) for a in activities}
    return opens | {f"due_{a.id}": local_text(a.due_at, zone) for a in activities}
