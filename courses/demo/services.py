"""Loading the demonstration: agencies, people, courses, and classes at different moments of their life."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Course
from courses.certificates.models import CertificateTemplate
from courses.certificates.services import issue
from courses.certificates.wording import Signatory
from courses.cohorts.joining import join
from courses.cohorts.models import Admission, Cohort, Delivery
from courses.cohorts.services import assign_staff, enrol, open_cohort
from courses.demo.cast import AGENCIES, PEOPLE, ROLES
from courses.demo.history import live
from courses.demo.people import Loaded, load_people
from courses.demo.together import together
from courses.exchange.services import import_path
from lms.access import Actor
from lms.people.models import Agency, Person
from lms.storage.store import ObjectStore

# Any number that nothing else in the database locks.
ONE_AT_A_TIME = 20_261_121
CONTENT = Path(__file__).parent / "content"
# The head of the invented agency for personnel (cast: markus-sagrim).
SIGNATORY = Signatory(
    position="Kepala Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
    name="Drs. Markus Yermias Sagrim, M.Si.",
    rank="Pembina Tingkat I, IV/b",
    number="196903211994031004",
    on_behalf="Wali Kota Sorong",
)


def load(session: Session, store: ObjectStore, *, now: datetime) -> bool:
    """Load everything in one transaction. Returns False when it is there already; two at once wait for each other."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    if session.scalar(sa.select(Agency.id).where(Agency.name == AGENCIES[0].name)):
        return False
    loaded = load_people(session, today=now.date())
    sorong = loaded.agencies["sorong"]
    teacher = loaded.role("instructor")
    author = Actor(teacher.id, sorong.id, teacher.full_name)
    session.add(_template(sorong, now))
    courses: list[Course] = []
    for folder in sorted(file.parent for file in CONTENT.glob("*/course.json")):
        [(course, left_out)] = import_path(session, store, folder, sorong.id, by=author, now=now)
        assert not left_out
        cohort = _open(session, sorong, course, author, now=now)
        for person in _learners(loaded):
            enrol(session, cohort, person, by=author, now=now)
        courses.append(course)
    _more_classes(session, loaded, courses, author, now=now)
    return True


def _more_classes(
    session: Session, loaded: Loaded, courses: list[Course], author: Actor, *, now: datetime
) -> None:
    """One class that is over, one that takes people in (with a waiting list), one for which the superior is asked."""
    sorong, learners = loaded.agencies["sorong"], _learners(loaded)
    over, opened, asking = courses[0], courses[1 % len(courses)], courses[2 % len(courses)]
    finished = _open(session, sorong, over, author, now=now, name="Angkatan Perdana", begins=-70)
    announced = _open(session, sorong, opened, author, now=now, name="Angkatan II", begins=10)
    announced.admission, announced.quota = Admission.OPEN, 8
    announced.delivery, announced.place = Delivery.BLENDED, "Aula BKPSDM, Jalan Kurana"
    approved = _open(session, sorong, asking, author, now=now, name="Angkatan II", begins=14)
    approved.admission = Admission.APPROVAL
    maria = loaded.role("learner")
    others = [person for person in learners if person not in (maria, loaded.role("second_learner"))]
    for person in others[6:]:
        enrol(session, finished, person, by=author, now=now)
    for person in others[:11]:
        enrol(session, announced, person, by=None, now=now)
    join(session, Actor(maria.id, sorong.id, maria.full_name), approved.id, now=now)
    enrol(session, finished, maria, by=author, now=now)
    _live(session, loaded, finished, courses, author, now=now)


def _live(
    session: Session, loaded: Loaded, finished: Cohort, courses: list[Course], author: Actor, *, now: datetime
) -> None:
    """The finished class was taken to its end and got its certificates; the running ones are somewhere half-way."""
    chance = random.Random(2026)  # noqa: S311  (the same demonstration every time)
    live(session, finished, author, now=now - timedelta(days=45), most=None, chance=chance)
    issuer = loaded.role("issuer")
    by = Actor(issuer.id, issuer.agency_id, issuer.full_name)
    issue(session, finished, None, by=by, now=now - timedelta(days=40))
    for cohort in session.scalars(sa.select(Cohort).where(Cohort.name == "Angkatan I").order_by(Cohort.id)):
        live(session, cohort, author, now=now - timedelta(days=2), most=6, ahead=1, chance=chance)
        together(session, cohort, author, loaded.role("learner").id, now=now)


def _open(
    session: Session,
    agency: Agency,
    course: Course,
    author: Actor,
    *,
    now: datetime,
    name: str = "Angkatan I",
    begins: int = -7,
) -> Cohort:
    """A published class of four weeks that begins so many days from today."""
    first = now.date() + timedelta(days=begins)
    cohort = open_cohort(
        session,
        agency.id,
        course.id,
        name=name,
        starts_on=first,
        ends_on=first + timedelta(days=28),
        zone=agency.zone,
        by=author,
        now=now,
    )
    cohort.published = True
    assign_staff(session, cohort, author.id)
    return cohort


def _learners(loaded: Loaded) -> list[Person]:
    return [loaded.people[p.key] for p in PEOPLE if p.unit.startswith("sorong-")][:20]


def _template(agency: Agency, now: datetime) -> CertificateTemplate:
    return CertificateTemplate(
        agency_id=agency.id,
        number_format="{klasifikasi}/{urut:04}/{unit}/{bulan_romawi}/{tahun}",
        heading="SERTIFIKAT",
        organiser="Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
        place="Sorong",
        signatories=[SIGNATORY.facts()],
        classification="800.2.2",
        unit_code="BKPSDM",
        created_at=now,
    )


def standing_cast(session: Session) -> dict[str, uuid.UUID]:
    """The person of each role for `flask demo links`."""
    emails = {p.email: p.key for p in PEOPLE}
    rows = session.execute(sa.select(Person.email, Person.id).where(Person.email.in_(emails))).all()
    by_key = {emails[email]: id_ for email, id_ in rows if email}
    return {role: by_key[key] for role, key in ROLES.items()}
