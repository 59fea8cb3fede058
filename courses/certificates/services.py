"""Issuing, revoking and replacing: gapless numbers, frozen facts, at most one valid certificate per enrolment."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.certificates.events import CertificateReplaced, CertificateRevoked, CertificatesIssued
from courses.certificates.facts import facts_of
from courses.certificates.learners import chosen, learners_of
from courses.certificates.models import (
    Certificate,
    CertificateBatch,
    CertificateState,
    CertificateTemplate,
    NumberCounter,
)
from courses.certificates.numbering import Numbered, render, verification_code
from courses.certificates.queries import people, shared_facts_of, template_of, today_in
from courses.cohorts.models import Cohort
from lms.access import Actor
from lms.audit.services import note
from lms.database import new_id
from lms.errors import N_, Conflict, Invalid
from lms.events import publish

LEAST_REASON, MOST_REASON = 10, 300


@dataclass(frozen=True, slots=True)
class Promise:
    """What the page before the button said: how many certificates, and the first running number."""

    count: int
    first: int


def issue(
    session: Session,
    cohort: Cohort,
    enrolment_ids: Collection[uuid.UUID] | None,
    *,
    by: Actor,
    now: datetime,
    batch_id: uuid.UUID | None = None,
    promise: Promise | None = None,
) -> Sequence[Certificate]:
    """Certificates for those of these enrolments (None: for all) that are eligible and have no valid one.

    The agency's counter is locked from the first look to the commit. Eligibility is checked again here; pressing twice
    (the same `batch_id`) issues nothing the second time. Raises Conflict when a promise can no longer be kept.
    """
    template = template_of(session, cohort.agency_id)
    today = today_in(cohort.zone, now)
    counter = _locked_counter(session, cohort.agency_id, today.year)
    if batch_id and session.get(CertificateBatch, batch_id):
        return []
    ready = chosen(learners_of(session, cohort), enrolment_ids)
    if promise and promise != Promise(len(ready), counter.last + 1):
        raise Conflict(
            N_("Daftar atau nomornya berubah sejak halaman ini dibuka. Periksa lagi, lalu terbitkan.")
        )
    if not ready:
        return []
    batch = CertificateBatch(
        id=batch_id or new_id(),
        agency_id=cohort.agency_id,
        cohort_id=cohort.id,
        issued_at=now,
        issued_by=by.id,
    )
    session.add(batch)
    seats = [(learner.enrolment_id, learner.person_id) for learner in ready]
    issued = _write(session, cohort, template, counter, seats, today, by=by, now=now, batch_id=batch.id)
    publish(session, CertificatesIssued(tuple(certificate.id for certificate in issued)))
    return issued


def _locked_counter(session: Session, agency_id: uuid.UUID, year: int) -> NumberCounter:
    """The counter of a year. All counters of the agency are locked, so that New Year's Eve has no gap between two."""
    session.execute(
        insert(NumberCounter).values(agency_id=agency_id, year=year, last=0).on_conflict_do_nothing()
    )
    found = sa.select(NumberCounter).where(NumberCounter.agency_id == agency_id).order_by(NumberCounter.year)
    counters = session.scalars(found.with_for_update().execution_options(populate_existing=True)).all()
    return next(counter for counter in counters if counter.year == year)


def _write(
    session: Session,
    cohort: Cohort,
    template: CertificateTemplate,
    counter: NumberCounter,
    seats: Sequence[tuple[uuid.UUID, uuid.UUID]],
    today: date,
    *,
    by: Actor,
    now: datetime,
    batch_id: uuid.UUID | None,
) -> list[Certificate]:
    """Rows for (enrolment, person) pairs with the next numbers; the number of statements does not grow with them."""
    shared = shared_facts_of(session, cohort, template)
    persons = people(session, [person_id for _, person_id in seats])
    rows: list[dict[str, Any]] = []
    for sequence, (enrolment_id, person_id) in enumerate(seats, counter.last + 1):
        number = render(
            template.number_format,
            Numbered(sequence, template.classification, template.unit_code, today),
        )
        facts = facts_of(shared, persons[person_id], number, today)
        rows.append(
            {
                "id": new_id(),
                "enrolment_id": enrolment_id,
                "person_id": person_id,
                "sequence": sequence,
                "number": number,
                "code": verification_code(),
                "name": facts["name"],
                "facts": facts,
                "agency_id": cohort.agency_id,
                "cohort_id": cohort.id,
                "batch_id": batch_id,
                "year": today.year,
                "issued_on": today,
                "issued_at": now,
                "issued_by": by.id,
            }
        )
    _refuse_used_numbers(session, cohort.agency_id, [row["number"] for row in rows])
    counter.last += len(rows)
    session.flush()
    made = session.scalars(
        sa.insert(Certificate).returning(Certificate, sort_by_parameter_order=True), rows
    ).all()
    _note_issued(session, made, by=by, now=now)
    return list(made)


def _refuse_used_numbers(session: Session, agency_id: uuid.UUID, numbers: list[str]) -> None:
    """A changed number format could write an old number again."""
    used = session.scalar(
        sa.select(Certificate.number)
        .where(Certificate.agency_id == agency_id, Certificate.number.in_(numbers))
        .limit(1)
    )
    if used:
        raise Conflict(
            N_("Nomor %(number)s sudah pernah dipakai. Ubah format nomor di templat."), number=used
        )


def _note_issued(session: Session, issued: Sequence[Certificate], *, by: Actor, now: datetime) -> None:
    for certificate in issued:
        note(
            session,
            "certificate:issued",
            "certificate",
            certificate.id,
            by=by,
            now=now,
            agency_id=certificate.agency_id,
            after={"number": certificate.number},
        )


def revoke(session: Session, certificate: Certificate, reason: str, *, by: Actor, now: datetime) -> None:
    """End a certificate for a reason that everybody may read. Its number stays used."""
    reason = _checked_reason(reason)
    _lock_valid(session, certificate)
    _end(certificate, CertificateState.REVOKED, reason, by=by, now=now)
    note(
        session,
        "certificate:revoked",
        "certificate",
        certificate.id,
        by=by,
        now=now,
        agency_id=certificate.agency_id,
        before={"state": str(CertificateState.VALID)},
        after={"number": certificate.number, "state": str(CertificateState.REVOKED), "reason": reason},
    )
    publish(session, CertificateRevoked(certificate.id, certificate.person_id, now))


def replace(
    session: Session, certificate: Certificate, reason: str, *, by: Actor, now: datetime
) -> Certificate:
    """A new certificate with today's facts and the next number; the old one leads to it."""
    reason = _checked_reason(reason)
    cohort = session.get_one(Cohort, certificate.cohort_id)
    template = template_of(session, certificate.agency_id)
    today = today_in(cohort.zone, now)
    counter = _locked_counter(session, certificate.agency_id, today.year)
    _lock_valid(session, certificate)
    _end(certificate, CertificateState.REPLACED, reason, by=by, now=now)
    session.flush()
    seat = (certificate.enrolment_id, certificate.person_id)
    (new,) = _write(session, cohort, template, counter, [seat], today, by=by, now=now, batch_id=None)
    certificate.replaced_by_id = new.id
    note(
        session,
        "certificate:replaced",
        "certificate",
        certificate.id,
        by=by,
        now=now,
        agency_id=certificate.agency_id,
        before={"number": certificate.number},
        after={"number": new.number, "replaced_by": str(new.id), "reason": reason},
    )
    publish(session, CertificatesIssued((new.id,)))
    publish(session, CertificateReplaced(certificate.id, new.id, certificate.person_id))
    return new


def _lock_valid(session: Session, certificate: Certificate) -> None:
    session.refresh(certificate, with_for_update=True)
    if certificate.state is not CertificateState.VALID:
        raise Conflict(N_("Sertifikat ini sudah dicabut atau diganti. Muat ulang halaman untuk melihatnya."))


def _end(certificate: Certificate, state: CertificateState, reason: str, *, by: Actor, now: datetime) -> None:
    certificate.state, certificate.reason = state, reason
    certificate.ended_at, certificate.ended_by = now, by.id


def _checked_reason(text: str) -> str:
    reason = " ".join(text.split())
    if len(reason) < LEAST_REASON:
        raise Invalid(
            N_("Tulis alasannya, paling sedikit %(least)s huruf."), field="reason", least=LEAST_REASON
        )
    if len(reason) > MOST_REASON:
        raise Invalid(N_("Alasan paling panjang %(most)s huruf."), field="reason", most=MOST_REASON)
    return reason


def store_pdfs(session: Session, sizes: dict[uuid.UUID, tuple[str, int]]) -> list[uuid.UUID]:
    """Note which PDFs (key, bytes) are in the store now; returns those that were not noted before."""
    rows = session.scalars(
        sa.select(Certificate)
        .where(Certificate.id.in_(sizes), Certificate.pdf_key.is_(None))
        .order_by(Certificate.id)
        .with_for_update()
    ).all()
    for certificate in rows:
        certificate.pdf_key, certificate.pdf_size = sizes[certificate.id]
    session.flush()
    return [certificate.id for certificate in rows]
