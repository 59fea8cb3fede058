"""Certificates: numbers without gaps, facts frozen at issue, and what became of each."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk
from lms.errors import N_


class CertificateState(enum.StrEnum):
    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"


class CertificateKind(enum.StrEnum):
    """What the paper calls itself (domain 3.1). The letter in SIASN's history is another thing: siasn.TRAINING."""

    CERTIFICATE = "certificate"
    CHARTER = "charter"


KIND_NAMES = {CertificateKind.CERTIFICATE: N_("Sertifikat"), CertificateKind.CHARTER: N_("Piagam")}
STATE_NAMES = {
    CertificateState.VALID: N_("Berlaku"),
    CertificateState.REVOKED: N_("Dicabut"),
    CertificateState.REPLACED: N_("Diganti"),
}


class CertificateTemplate(Identified, Model):
    """How an agency's certificates look and are numbered. Rows never change: the newest of an agency is in force.

    `signatories` holds mappings as `wording.Signatory` writes them; the first signs the front, the second the back.
    """

    __tablename__ = "certificate_template"
    __table_args__ = (sa.Index("ix_certificate_template_agency", "agency_id", "created_at"),)

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"))
    kind: Mapped[CertificateKind] = mapped_column(
        choice(CertificateKind), default=CertificateKind.CERTIFICATE
    )
    number_format: Mapped[str]
    classification: Mapped[str] = mapped_column(default="")
    unit_code: Mapped[str] = mapped_column(default="")
    organiser: Mapped[str] = mapped_column(default="")
    heading: Mapped[str]
    legal_basis: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    place: Mapped[str]
    signatories: Mapped[list[Any]] = mapped_column(default=list)
    logo_id: Mapped[uuid.UUID | None] = mapped_column(fk("media.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))


class CohortCertificate(Model):
    """What one cohort's certificates say beside the template. Without a row everything is derived from the course.

    `subjects` holds [title, hours or None] in order; None as a whole: the course's modules.
    """

    __tablename__ = "cohort_certificate"

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id", cascade=True), primary_key=True)
    subjects: Mapped[list[Any] | None]
    training: Mapped[int]


class NumberCounter(Model):
    """The last number that an agency used in a year. Locked while numbers are taken, so none is skipped."""

    __tablename__ = "number_counter"

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class CertificateBatch(Identified, Model):
    """One press of the button. Its id is made with the page that asks, so a second press finds it."""

    __tablename__ = "certificate_batch"

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"))
    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id"), index=True)
    issued_at: Mapped[datetime]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))


class Certificate(Identified, Model):
    """An issued certificate. `facts` is everything printed, frozen; nothing of it is looked up again.

    The database itself refuses to change what was issued and to delete it (migrations: platform_append_only).
    `name` repeats facts["name"], so that a list can be searched and sorted.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "year", "sequence"),
        sa.UniqueConstraint("agency_id", "number"),
        sa.Index("ix_certificate_agency_issued", "agency_id", "issued_at"),
        sa.Index(
            "uq_certificate_enrolment",
            "enrolment_id",
            unique=True,
            postgresql_where=sa.text("state = 'valid'"),
        ),
    )

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"))
    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id"), index=True)
    batch_id: Mapped[uuid.UUID | None] = mapped_column(fk("certificate_batch.id"), index=True)
    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"), index=True)
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    facts: Mapped[dict[str, Any]]
    state: Mapped[CertificateState] = mapped_column(choice(CertificateState), default=CertificateState.VALID)
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(fk("certificate.id"), unique=True)
    pdf_key: Mapped[str | None]
    pdf_size: Mapped[int | None]
