"""One agency with a course and its people, and a second agency that must see nothing of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.cohorts.models import Admission, Cohort, Enrolment, EnrolmentState
from courses.cohorts.services import enrol
from lms.access import Role
from lms.people.models import Person, Unit
from tests.factories.learning import make_cohort, make_course, make_lesson, make_module
from tests.factories.people import make_agency, make_person


class Scene:
    """Ayu learns, Citra teaches the class, Cahya teaches another, Dewi administers, Anton audits, Susi is Ayu's
    superior; Galih administers and Gita learns elsewhere."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.agency = make_agency(session)
        self.elsewhere = make_agency(session, "Pemerintah Kota Salatiga", zone="Asia/Jakarta")
        self.ayu = make_person(session, self.agency, "Ayu Lestari")
        self.susi = make_person(session, self.agency, "Susi Atasan")
        self.ayu.superior_id = self.susi.id
        self.citra = make_person(session, self.agency, "Citra Dewi", Role.INSTRUCTOR)
        self.cahya = make_person(session, self.agency, "Cahya Guru", Role.INSTRUCTOR)
        self.dewi = make_person(session, self.agency, "Dewi Admin", Role.ADMIN)
        self.anton = make_person(session, self.agency, "Anton Periksa", Role.AUDITOR)
        self.galih = make_person(session, self.elsewhere, "Galih Admin", Role.ADMIN)
        self.gita = make_person(session, self.elsewhere, "Gita Lain")
        self.course = make_course(session, self.agency, self.citra, now)
        self.course.tags, self.course.objectives = ["etika", "loket"], ["Menyapa warga"]
        self.lesson = make_lesson(session, make_module(session, self.course, now), now)
        self.cohort = self.open_cohort()
        session.commit()

    def open_cohort(self, *, quota: int | None = None, **changes: Any) -> Cohort:
        """A published cohort that takes people in by themselves, taught by Citra."""
        cohort = make_cohort(self.session, self.course, self.citra, self.now, quota=quota)
        cohort.admission = Admission.OPEN
        for name, value in changes.items():
            setattr(cohort, name, value)
        self.session.commit()
        return cohort

    def people(self, count: int) -> list[Person]:
        return [make_person(self.session, self.agency, f"Pegawai{n} Uji") for n in range(count)]

    def seat(self, person: Person, cohort: Cohort | None = None) -> Enrolment:
        made = enrol(self.session, cohort or self.cohort, person, by=None, now=self.now)
        self.session.commit()
        return made

    def unit(self, name: str, parent: Unit | None = None) -> Unit:
        unit = Unit(agency_id=self.agency.id, parent_id=parent.id if parent else None, code=name, name=name)
        self.session.add(unit)
        self.session.commit()
        return unit

    def state(self, person: Person, cohort: Cohort | None = None) -> EnrolmentState | None:
        self.session.expire_all()
        return self.session.scalar(
            sa.select(Enrolment.state).where(
                Enrolment.person_id == person.id, Enrolment.cohort_id == (cohort or self.cohort).id
            )
        )

    def names(self, state: EnrolmentState, cohort: Cohort) -> list[str]:
        """First names of those in a state, the queue in its order."""
        self.session.expire_all()
        found = (
            sa.select(Person.full_name)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .where(Enrolment.cohort_id == cohort.id, Enrolment.state == state)
            .order_by(Enrolment.queue_number, Person.full_name)
        )
        return [name.split()[0] for name in self.session.scalars(found)]
