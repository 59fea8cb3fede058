"""Finding certificates: one's own, an agency's, a cohort's learners, and by the code that anybody may type."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from courses.catalogue.models import Activity, Module
from courses.certificates.facts import Facts, Subject, derived_subjects, shared_facts
from courses.certificates.models import (
    Certificate,
    CertificateBatch,
    CertificateState,
    CertificateTemplate,
    CohortCertificate,
    NumberCounter,
)
from courses.certificates.numbering import Numbered, normalised, render
from courses.certificates.permissions import LIST
from courses.certificates.siasn import USUAL
from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from lms.access import Actor, Permission, agencies_where, allows
from lms.errors import N_, Conflict, Forbidden, NotFound
from lms.media.models import Media
from lms.people.models import Agency, EmployeeNumber, Person, Unit, titled
from lms.web import PER_PAGE


def mine(session: Session, actor: Actor) -> Sequence[Certificate]:
    """The actor's certificates, the newest first."""
    found = sa.select(Certificate).where(Certificate.person_id == actor.id)
    return session.scalars(found.order_by(Certificate.issued_at.desc(), Certificate.id)).all()


def own(session: Session, actor: Actor, certificate_id: uuid.UUID) -> Certificate:
    """One of the actor's own certificates."""
    certificate = session.get(Certificate, certificate_id)
    if certificate is None or certificate.person_id != actor.id:
        raise NotFound
    return certificate


def certificate_of(
    session: Session, actor: Actor, certificate_id: uuid.UUID, *, permission: Permission = LIST
) -> Certificate:
    """A certificate of an agency that the actor oversees. Another agency's: NotFound; not theirs to do: Forbidden."""
    certificate = session.get(Certificate, certificate_id)
    if certificate is None or not allows(actor, LIST, certificate.agency_id):
        raise NotFound
    if not allows(actor, permission, certificate.agency_id):
        raise Forbidden
    return certificate


def readable(session: Session, actor: Actor, certificate_id: uuid.UUID) -> Certificate:
    """A certificate whose PDF the actor may have: their own, or one of an agency that they oversee."""
    certificate = session.get(Certificate, certificate_id)
    if certificate is None or not (
        certificate.person_id == actor.id or allows(actor, LIST, certificate.agency_id)
    ):
        raise NotFound
    return certificate


@dataclass(frozen=True, slots=True)
class Checked:
    """What a code leads to: the certificate, and the one that took its place."""

    certificate: Certificate
    replacement: Certificate | None


def by_code(session: Session, typed: str) -> Checked | None:
    """The certificate with a verification code, however it was typed. One statement, none when it cannot be a code."""
    code = normalised(typed)
    if code is None:
        return None
    newer = aliased(Certificate)
    found = (
        sa.select(Certificate, newer)
        .outerjoin(newer, newer.id == Certificate.replaced_by_id)
        .where(Certificate.code == code)
    )
    row = session.execute(found).one_or_none()
    return Checked(*row) if row else None


def neighbours(session: Session, certificate: Certificate) -> tuple[Certificate | None, Certificate | None]:
    """The certificate whose place this one took, and the one that took its place. One statement."""
    found = session.scalars(
        sa.select(Certificate).where(
            sa.or_(Certificate.replaced_by_id == certificate.id, Certificate.id == certificate.replaced_by_id)
        )
    ).all()
    older = next((one for one in found if one.replaced_by_id == certificate.id), None)
    newer = next((one for one in found if one.id == certificate.replaced_by_id), None)
    return older, newer


def facts_today(session: Session, certificate: Certificate) -> dict[str, str]:
    """What a replacement would print about the person, as the records stand now."""
    return people(session, [certificate.person_id])[certificate.person_id]


def template_of(session: Session, agency_id: uuid.UUID) -> CertificateTemplate:
    """The template in force in an agency: its newest. Raises Conflict while there is none."""
    template = template_in_force(session, agency_id)
    if template is None:
        raise Conflict(N_("Templat sertifikat instansi ini belum diatur. Atur templatnya lebih dahulu."))
    return template


def template_in_force(session: Session, agency_id: uuid.UUID) -> CertificateTemplate | None:
    """The newest template of an agency, or None."""
    found = sa.select(CertificateTemplate).where(CertificateTemplate.agency_id == agency_id)
    newest = found.order_by(CertificateTemplate.created_at.desc(), CertificateTemplate.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the next certificates of an agency will look like. `last` is the last running number of the year."""

    template: CertificateTemplate | None
    issuer: str
    last: int

    def number(self, on: date, ahead: int = 1) -> str:
        """The number that would be written `ahead` certificates from now, from 1. Only with a template."""
        assert self.template is not None
        numbered = Numbered(self.last + ahead, self.template.classification, self.template.unit_code, on)
        return render(self.template.number_format, numbered)


def outlook(session: Session, agency_id: uuid.UUID, year: int) -> Outlook:
    """The template in force, the agency's name and its counter: one statement."""
    newest = (
        sa.select(CertificateTemplate.id)
        .where(CertificateTemplate.agency_id == agency_id)
        .order_by(CertificateTemplate.created_at.desc(), CertificateTemplate.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = session.execute(
        sa.select(CertificateTemplate, Agency.name, sa.func.coalesce(NumberCounter.last, 0))
        .select_from(Agency)
        .outerjoin(CertificateTemplate, CertificateTemplate.id == newest)
        .outerjoin(NumberCounter, sa.and_(NumberCounter.agency_id == Agency.id, NumberCounter.year == year))
        .where(Agency.id == agency_id)
    ).one()
    return Outlook(*row)


_NUMBER = (
    sa.select(sa.func.max(EmployeeNumber.number))
    .where(EmployeeNumber.person_id == Person.id, EmployeeNumber.valid_to.is_(None))
    .correlate(Person)
    .scalar_subquery()
)


def people(session: Session, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    """What certificates print about these people, as it is today: one statement for all of them."""
    rows = session.execute(
        sa.select(Person, Unit.name, Agency.name, _NUMBER)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .where(Person.id.in_(list(person_ids)))
        .execution_options(populate_existing=True)
    )
    return {
        person.id: {
            "name": person.titled_name,
            "employee_number": number or "",
            "rank": person.rank_name or "",
            "grade": person.grade or "",
            "position": person.position,
            "unit": unit or "",
            "agency": agency or "",
        }
        for person, unit, agency, number in rows
    }


def shared_facts_of(session: Session, cohort: Cohort, template: CertificateTemplate) -> Facts:
    """What all certificates of a cohort say alike, as it is now."""
    agency, logo = session.execute(
        sa.select(Agency.name, Media.key)
        .outerjoin(Media, Media.id == template.logo_id)
        .where(Agency.id == template.agency_id)
    ).one()
    chosen = content_of(session, cohort)
    return shared_facts(
        template, cohort, agency, chosen.subjects, training=chosen.training, logo=logo or None
    )


@dataclass(frozen=True, slots=True)
class Content:
    """What a cohort's certificates say beside the template; `derived` while nobody wrote the subjects."""

    subjects: list[Subject]
    training: int
    derived: bool


def content_of(session: Session, cohort: Cohort) -> Content:
    """The subjects of the back page and the kind of training: as written for the cohort, else from the course."""
    written = session.get(CohortCertificate, cohort.id)
    if written is not None and written.subjects is not None:
        return Content([Subject(*pair) for pair in written.subjects], written.training, derived=False)
    modules = session.execute(
        sa.select(Module.title, sa.func.coalesce(sa.func.sum(Activity.minutes), 0))
        .outerjoin(Activity, sa.and_(Activity.module_id == Module.id, Activity.published))
        .where(Module.course_id == cohort.course_id)
        .group_by(Module.id)
        .order_by(Module.position, Module.id)
    )
    found = [(title, int(minutes)) for title, minutes in modules]
    return Content(
        derived_subjects(found, cohort.course.jp), written.training if written else USUAL, derived=True
    )


def longest_name(session: Session, agency_id: uuid.UUID, cohort_id: uuid.UUID | None) -> uuid.UUID | None:
    """The person with the longest printed name of a cohort, or of the whole agency."""
    found = sa.select(Person.id).order_by(
        sa.func.length(sa.func.concat(Person.front_title, Person.full_name, Person.back_title)).desc(),
        Person.id,
    )
    if cohort_id:
        found = found.join(Enrolment, Enrolment.person_id == Person.id).where(
            Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE
        )
    else:
        found = found.where(Person.agency_id == agency_id)
    return session.scalar(found.limit(1))


def names(session: Session, person_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The names of some people, with their titles."""
    rows = session.execute(
        sa.select(Person.id, Person.front_title, Person.full_name, Person.back_title).where(
            Person.id.in_([person_id for person_id in person_ids if person_id])
        )
    )
    return {row.id: titled(row.front_title, row.full_name, row.back_title) for row in rows}


@dataclass(frozen=True, slots=True)
class Found:
    """A page of an agency's certificates, the newest first, and how many there are by state."""

    page: Sequence[Certificate]
    counts: dict[str, int]
    has_next: bool


def search(
    session: Session, actor: Actor, *, text: str = "", state: CertificateState | None = None, page: int = 1
) -> Found:
    """Certificates of the actor's agencies by name, number or code. Two statements."""
    wanted = _matching(actor, text)
    counts: dict[str, int] = {
        str(found): count
        for found, count in session.execute(
            wanted.with_only_columns(Certificate.state, sa.func.count()).group_by(Certificate.state)
        )
    }
    rows = session.scalars(
        _of_state(wanted, state)
        .order_by(Certificate.issued_at.desc(), Certificate.year.desc(), Certificate.sequence.desc())
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE + 1)
    ).all()
    return Found(rows[:PER_PAGE], counts, len(rows) > PER_PAGE)


def exported(
    session: Session, actor: Actor, *, text: str = "", state: CertificateState | None = None
) -> Iterable[Facts]:
    """The frozen facts of the same certificates, in the order of their numbers, streamed."""
    rows = (
        _of_state(_matching(actor, text), state)
        .with_only_columns(Certificate.facts)
        .order_by(Certificate.year, Certificate.sequence)
    )
    return session.scalars(rows.execution_options(yield_per=500))


def _matching(actor: Actor, text: str) -> sa.Select[Any]:
    found = sa.select(Certificate).where(Certificate.agency_id.in_(agencies_where(actor, LIST)))
    if not text:
        return found
    code = normalised(text)
    return found.where(
        sa.or_(
            Certificate.name.icontains(text, autoescape=True),
            Certificate.number.icontains(text, autoescape=True),
            Certificate.code == code if code else sa.false(),
        )
    )


def _of_state(found: sa.Select[Any], state: CertificateState | None) -> sa.Select[Any]:
    return found.where(Certificate.state == state) if state else found


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far the PDFs of one batch are."""

    batch: CertificateBatch
    ready: int
    total: int
    first: str
    last: str


def batch_progress(session: Session, cohort: Cohort, batch_id: uuid.UUID) -> BatchProgress:
    """One statement for the batch, one for its certificates. A batch of another cohort does not exist."""
    batch = session.get(CertificateBatch, batch_id)
    if batch is None or batch.cohort_id != cohort.id:
        raise NotFound
    numbers = sa.func.array_agg(
        sa.dialects.postgresql.aggregate_order_by(Certificate.number, Certificate.sequence)
    )
    ready, total, ordered = session.execute(
        sa.select(sa.func.count(Certificate.pdf_key), sa.func.count(), numbers).where(
            Certificate.batch_id == batch_id
        )
    ).one()
    return BatchProgress(batch, ready, total, ordered[0], ordered[-1])


def waiting_for_pdf(session: Session, ids: Iterable[uuid.UUID]) -> Sequence[Certificate]:
    """Those of these certificates whose PDF is not stored yet."""
    return session.scalars(
        sa.select(Certificate)
        .where(Certificate.id.in_(list(ids)), Certificate.pdf_key.is_(None))
        .order_by(Certificate.year, Certificate.sequence)
    ).all()


@dataclass(frozen=True, slots=True)
class Told:
    """What a message about a certificate says; `replaces` when it took the place of another."""

    id: uuid.UUID
    person_id: uuid.UUID
    course: str
    number: str
    reason: str
    replaces: bool


def told(session: Session, ids: Iterable[uuid.UUID]) -> list[Told]:
    """What their owners are told about these certificates: one statement."""
    older = aliased(Certificate)
    rows = session.execute(
        sa.select(
            Certificate.id,
            Certificate.person_id,
            Certificate.facts["course"].astext,
            Certificate.number,
            sa.func.coalesce(older.reason, Certificate.reason),
            older.id.is_not(None),
        )
        .outerjoin(older, older.replaced_by_id == Certificate.id)
        .where(Certificate.id.in_(list(ids)))
        .order_by(Certificate.year, Certificate.sequence)
    )
    return [Told(*row) for row in rows]


def today_in(zone: str, now: datetime) -> date:
    """The local date of a class: certificates bear it."""
    return now.astimezone(ZoneInfo(zone)).date()
