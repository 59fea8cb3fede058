"""A class whose learners have finished, somebody who issues, and people who may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.certificates.models import Certificate, CertificateTemplate
from courses.certificates.services import issue
from courses.cohorts.models import Cohort, Enrolment
from courses.progress.models import Progress, State
from lms.access import Actor, Role
from lms.people.models import Agency, EmployeeNumber, Person, Unit
from tests.factories.learning import make_cohort, make_course, make_lesson, make_module, make_quiz
from tests.factories.people import actor_for, make_agency, make_person

SIGNATORY = {
    "position": "Kepala BKPSDM",
    "name": "Drs. Markus Sagrim, M.Si.",
    "rank": "Pembina Tingkat I, IV/b",
    "number": "196903211994031004",
    "prefix": "Plt.",
    "on_behalf": "Wali Kota Sorong",
}

_serials = count(1)


def invented_number() -> str:
    """A NIP that nobody else has in this run."""
    serial = next(_serials)
    return f"19850312{2000 + serial // 1000 % 26}012{serial % 1000:03}"


class Scene:
    """A class of one lesson and one quiz with learners who are ready, and the people around it."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.agency = make_agency(session)
        self.unit = Unit(agency_id=self.agency.id, code="dukcapil", name="Dinas Kependudukan")
        session.add(self.unit)
        self.edi = make_person(session, self.agency, "Edi Kurnia", Role.ISSUER)
        self.dewi = make_person(session, self.agency, "Dewi Anggraini", Role.ADMIN)
        self.tono = make_person(session, self.agency, "Tono Pemeriksa", Role.AUDITOR)
        course = make_course(session, self.agency, self.edi, now)
        module = make_module(session, course, now)
        self.lesson = make_lesson(session, module, now)
        self.quiz = make_quiz(session, module, now).activity_id
        self.cohort: Cohort = make_cohort(session, course, self.edi, now)
        self.template = self.design(self.agency)
        self.learners: list[Person] = []
        self.seats: list[Enrolment] = []
        session.commit()

    @property
    def issuer(self) -> Actor:
        return actor_for(self.edi, Role.ISSUER)

    def design(self, agency: Agency, **changes: Any) -> CertificateTemplate:
        values: dict[str, Any] = {
            "agency_id": agency.id,
            "number_format": "{klasifikasi}/{urut:04}/{unit}/{tahun}",
            "classification": "800.2.2",
            "unit_code": "BKPSDM",
            "heading": "SERTIFIKAT",
            "place": "Sorong",
            "signatories": [SIGNATORY],
            "created_at": self.now,
        }
        template = CertificateTemplate(**{**values, **changes})
        self.session.add(template)
        self.session.flush()
        return template

    def seat(
        self, name: str = "Ayu Lestari", *, done: bool = True, score: float = 80, **facts: Any
    ) -> Enrolment:
        """A learner with a seat, who finished unless said otherwise."""
        return self.seat_many([name], done=done, score=score, **facts)[0]

    def seat_many(
        self, names: list[str], *, done: bool = True, score: float = 80, **facts: Any
    ) -> list[Enrolment]:
        people = [
            Person(full_name=name, agency_id=self.agency.id, unit_id=self.unit.id, **facts) for name in names
        ]
        self.session.add_all(people)
        self.session.flush()
        self.session.add_all(
            EmployeeNumber(person_id=person.id, number=invented_number(), kind="pns") for person in people
        )
        seats = [
            Enrolment(cohort_id=self.cohort.id, person_id=person.id, created_at=self.now) for person in people
        ]
        self.session.add_all(seats)
        self.session.flush()
        if done:
            self.session.add_all(
                self.progress(seat, activity, score if activity == self.quiz else None)
                for seat in seats
                for activity in (self.lesson.id, self.quiz)
            )
        self.learners += people
        self.seats += seats
        self.session.commit()
        return seats

    def progress(
        self, seat: Enrolment, activity_id: Any, percent: float | None, state: State = State.DONE
    ) -> Progress:
        return Progress(
            enrolment_id=seat.id,
            activity_id=activity_id,
            state=state,
            percent=percent,
            detail={},
            began_at=self.now,
            updated_at=self.now,
        )

    def issue_all(self) -> list[Certificate]:
        issued = issue(self.session, self.cohort, None, by=self.issuer, now=self.now)
        self.session.commit()
        return list(issued)


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return Scene(session, now)


@pytest.fixture
def make_scene(session: Session, now: datetime) -> Callable[[], Scene]:
    return lambda: Scene(session, now)


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    """As in a request or a job: messages need the application's settings and templates."""
    with app.test_request_context(base_url="http://localhost"):
        yield
