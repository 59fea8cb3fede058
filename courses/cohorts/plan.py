"""What an administrator decides about a cohort and its activities, checked as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from courses.cohorts.models import Admission, Delivery
from lms.errors import N_, Invalid

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an administrator decides about a cohort."""

    name: str
    starts_on: date
    ends_on: date
    zone: str
    quota: int | None
    delivery: Delivery
    place: str
    admission: Admission
    enrol_from: date | None
    enrol_until: date | None

    def check(self) -> None:
        """Raises Invalid, naming the field."""
        if self.ends_on < self.starts_on:
            raise Invalid(N_("Tanggal selesai mendahului tanggal mulai."), field="ends_on")
        if self.enrol_until and self.enrol_from and self.enrol_until < self.enrol_from:
            raise Invalid(N_("Pendaftaran ditutup sebelum dibuka."), field="enrol_until")
        if self.enrol_until and self.enrol_until > self.ends_on:
            raise Invalid(
                N_("Pendaftaran ditutup paling lambat pada hari terakhir kelas."), field="enrol_until"
            )
        if self.delivery is not Delivery.ONLINE and not self.place:
            raise Invalid(N_("Kelas tatap muka dan campuran memerlukan tempat."), field="place")

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Times:
    """When one activity opens and is due; None leaves it free."""

    opens_at: datetime | None
    due_at: datetime | None
