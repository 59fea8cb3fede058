"""What a certificate would look like: the real template with the longest real name, marked as a sample."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from courses.certificates.facts import Facts, derived_subjects, facts_of, shared_facts
from courses.certificates.models import CertificateTemplate
from courses.certificates.queries import longest_name, outlook, people, shared_facts_of
from courses.certificates.siasn import USUAL
from courses.cohorts.models import Cohort
from lms.media.models import Media
from lms.people.models import Agency

CODE = "0000000000000000"


@dataclass(frozen=True, slots=True)
class _Course:
    title: str = "Etika Pelayanan Publik bagi Petugas Loket"
    jp: int = 8


@dataclass(frozen=True, slots=True)
class _Cohort:
    """A class that stands in when a template is looked at by itself."""

    starts_on: date
    ends_on: date
    name: str = "Angkatan I"
    course: _Course = _Course()


_MODULES = [("Pelayanan yang adil dan hormat", 120), ("Menjaga data warga", 90), ("Menerima pengaduan", 150)]
_NOBODY = {
    "name": "Dr. Ir. Maria Magdalena Wairisal, S.E., M.Si.",
    "employee_number": "",
    "rank": "",
    "grade": "",
    "position": "",
    "unit": "",
    "agency": "",
}


def sample_facts(session: Session, template: CertificateTemplate, cohort: Cohort | None, on: date) -> Facts:
    """The facts of a sample: the longest name of the cohort (or of the agency) and the number that comes next."""
    shared = shared_facts_of(session, cohort, template) if cohort else _without_cohort(session, template, on)
    person_id = longest_name(session, template.agency_id, cohort.id if cohort else None)
    person = people(session, [person_id])[person_id] if person_id else _NOBODY
    number = outlook(session, template.agency_id, on.year).number(on)
    return {**facts_of(shared, person, number, on), "sample": True}


def sample_key(facts: Facts, suffix: str) -> str:
    """Where a sample is stored: by its content, so that an old one is never shown for a changed template."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return f"certificates/samples/{digest}.{suffix}"


def _without_cohort(session: Session, template: CertificateTemplate, on: date) -> Facts:
    issuer = session.get_one(Agency, template.agency_id).name
    cohort = _Cohort(on - timedelta(days=14), on - timedelta(days=1))
    logo = session.get(Media, template.logo_id) if template.logo_id else None
    return shared_facts(
        template,
        cohort,
        issuer,
        derived_subjects(_MODULES, cohort.course.jp),
        training=USUAL,
        logo=logo.key if logo else None,
    )
