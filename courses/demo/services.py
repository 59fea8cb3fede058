"""Loading the demonstration: agencies, people, courses, and classes at three moments of their life."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.certificates.models import CertificateTemplate
from courses.cohorts.services import assign_staff, enrol, open_cohort
from courses.exchange.services import import_folder
from lms.access import Actor, Role
from lms.people.models import Agency, EmployeeNumber, Grant, Person

CONTENT = Path(__file__).parent / "content"
MARK = "demo.contoh.invalid"
CAST = {
    "learner": ("Maria Magdalena Kambu", ()),
    "second_learner": ("Yosef Rumbiak", ()),
    "instructor": ("Yohanis Kambuaya", (Role.INSTRUCTOR,)),
    "admin": ("Nurul Hidayati", (Role.ADMIN, Role.INSTRUCTOR)),
    "issuer": ("Bernadus Asmuruf", (Role.ISSUER,)),
    "superior": ("Dorkas Wanma", ()),
}


def load(session: Session, *, now: datetime) -> bool:
    """Load everything in one transaction. Returns False when it is there already."""
    if session.scalar(sa.select(Agency.id).where(Agency.short_name == "Sorong")):
        return False
    agency = Agency(
        name="Pemerintah Kota Sorong", short_name="Sorong", zone="Asia/Jayapura", kemendagri_code="96.71"
    )
    session.add(agency)
    session.flush()
    people = {
        role: _person(session, agency, role, *facts, n) for n, (role, facts) in enumerate(CAST.items(), 1)
    }
    author = Actor(people["instructor"].id, agency.id, people["instructor"].full_name)
    session.add(
        CertificateTemplate(
            agency_id=agency.id,
            number_format="{klasifikasi}/{urut:04}/{unit}/{bulan_romawi}/{tahun}",
            heading="SERTIFIKAT",
            place="Sorong",
            classification="800.2.2",
            unit_code="BKPSDM",
            created_at=now,
        )
    )
    for folder in sorted(p.parent for p in CONTENT.glob("*/course.json")):
        course = import_folder(session, folder, agency.id, by=author, now=now)
        today = now.date()
        cohort = open_cohort(
            session,
            agency.id,
            course.id,
            name="Angkatan I",
            starts_on=today - timedelta(days=7),
            ends_on=today + timedelta(days=21),
            zone=agency.zone,
            by=author,
            now=now,
        )
        cohort.published = True
        assign_staff(session, cohort, author.id)
        for role in ("learner", "second_learner"):
            enrol(session, cohort, people[role], by=author, now=now)
    return True


def _person(
    session: Session, agency: Agency, role: str, name: str, grants: tuple[Role, ...], n: int
) -> Person:
    person = Person(agency_id=agency.id, full_name=name, email=f"{role}@{MARK}")
    session.add(person)
    session.flush()
    session.add(EmployeeNumber(person_id=person.id, number=f"1986031420100120{n:02}", kind="pns"))
    session.add_all(Grant(person_id=person.id, role=grant, agency_id=agency.id) for grant in grants)
    return person


def standing_cast(session: Session) -> dict[str, uuid.UUID]:
    """The person of each role for `flask demo links`."""
    rows = session.execute(sa.select(Person.email, Person.id).where(Person.email.like(f"%@{MARK}")))
    return {str(email).partition("@")[0]: id_ for email, id_ in rows}
