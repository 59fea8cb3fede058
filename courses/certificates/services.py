"""Issuing certificates: gapless numbers, frozen facts, exactly one valid one per enrolment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.certificates.events import CertificateIssued
from courses.certificates.models import Certificate, CertificateState, CertificateTemplate, NumberCounter
from courses.certificates.numbering import Numbered, render, verification_code
from courses.certificates.queries import template_of
from courses.cohorts.models import Cohort
from courses.progress.queries import Eligibility, eligibility
from lms.access import Actor
from lms.audit.services import note
from lms.events import publish
from lms.people.models import Agency, EmployeeNumber, Person, Unit


def issue(
    session: Session, cohort: Cohort, enrolment_ids: Iterable[uuid.UUID], *, by: Actor, now: datetime
) -> list[Certificate]:
    """Certificates for those of these enrolments that are eligible and have no valid one yet.

    Eligibility is checked again here; pressing twice issues nothing the second time, because the agency's counter is
    locked from the first look to the commit.
    """
    template = template_of(session, cohort.agency_id)
    today = now.astimezone(ZoneInfo(cohort.zone)).date()
    counter = _locked_counter(session, cohort.agency_id, today.year)
    wanted = set(enrolment_ids)
    ready = [e for e in eligibility(session, cohort) if e.enrolment_id in wanted and e.is_eligible]
    have = _with_certificate(session, [e.enrolment_id for e in ready])
    issued = [
        _issue_one(session, cohort, template, counter, learner, today, by=by, now=now)
        for learner in ready
        if learner.enrolment_id not in have
    ]
    session.flush()
    for certificate in issued:
        note(
            session,
            "certificate:issued",
            "certificate",
            certificate.id,
            by=by,
            now=now,
            agency_id=cohort.agency_id,
            after={"number": certificate.number},
        )
        publish(session, CertificateIssued(certificate.id, certificate.person_id))
    return issued


def _locked_counter(session: Session, agency_id: uuid.UUID, year: int) -> NumberCounter:
    session.execute(
        insert(NumberCounter).values(agency_id=agency_id, year=year, last=0).on_conflict_do_nothing()
    )
    found = sa.select(NumberCounter).where(NumberCounter.agency_id == agency_id, NumberCounter.year == year)
    return session.scalars(found.with_for_update().execution_options(populate_existing=True)).one()


def _with_certificate(session: Session, enrolment_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    found = sa.select(Certificate.enrolment_id).where(
        Certificate.enrolment_id.in_(enrolment_ids), Certificate.state == CertificateState.VALID
    )
    return set(session.scalars(found))


def _issue_one(
    session: Session,
    cohort: Cohort,
    template: CertificateTemplate,
    counter: NumberCounter,
    learner: Eligibility,
    today: date,
    *,
    by: Actor,
    now: datetime,
) -> Certificate:
    counter.last += 1
    numbered = Numbered(
        sequence=counter.last, classification=template.classification, unit=template.unit_code, on=today
    )
    certificate = Certificate(
        agency_id=cohort.agency_id,
        enrolment_id=learner.enrolment_id,
        person_id=learner.person_id,
        year=today.year,
        sequence=counter.last,
        number=render(template.number_format, numbered),
        code=verification_code(),
        facts=facts_of(session, cohort, template, learner.person_id, today),
        issued_on=today,
        issued_at=now,
        issued_by=by.id,
    )
    session.add(certificate)
    return certificate


def facts_of(
    session: Session, cohort: Cohort, template: CertificateTemplate, person_id: uuid.UUID, today: date
) -> dict[str, Any]:
    """Everything that a certificate prints, as it is at this moment."""
    person = session.get_one(Person, person_id)
    unit = session.get(Unit, person.unit_id) if person.unit_id else None
    number = session.scalar(
        sa.select(EmployeeNumber.number).where(
            EmployeeNumber.person_id == person_id, EmployeeNumber.valid_to.is_(None)
        )
    )
    return {
        "name": person.titled_name,
        "employee_number": number or "",
        "rank": person.rank_name or "",
        "grade": person.grade or "",
        "position": person.position,
        "unit": unit.name if unit else "",
        "agency": session.get_one(Agency, cohort.agency_id).name,
        "course": cohort.course.title,
        "cohort": cohort.name,
        "jp": cohort.course.jp,
        "starts_on": cohort.starts_on.isoformat(),
        "ends_on": cohort.ends_on.isoformat(),
        "issued_on": today.isoformat(),
        "heading": template.heading,
        "place": template.place,
        "body": template.body,
        "signatories": template.signatories,
    }
