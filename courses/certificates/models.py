"""Certificates: numbers without gaps, facts frozen at issue, and what became of each."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


class CertificateState(enum.StrEnum):
    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"


class CertificateTemplate(Identified, Model):
    """How an agency's certificates look and are numbered; the newest row of an agency is in force."""

    __tablename__ = "certificate_template"

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"), index=True)
    number_format: Mapped[str]
    heading: Mapped[str]
    place: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    signatories: Mapped[list[Any]] = mapped_column(default=list)
    logo_id: Mapped[uuid.UUID | None] = mapped_column(fk("media.id"))
    classification: Mapped[str] = mapped_column(default="")
    unit_code: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))


class NumberCounter(Model):
    """The last number that an agency used in a year. Locked while a number is taken, so none is skipped."""

    __tablename__ = "number_counter"

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Certificate(Identified, Model):
    """An issued certificate. `facts` is everything printed, frozen; nothing of it is looked up again."""

    __tablename__ = "certificate"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "year", "sequence"),
        sa.Index(
            "uq_certificate_enrolment",
            "enrolment_id",
            unique=True,
            postgresql_where=sa.text("state = 'valid'"),
        ),
    )

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"))
    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"), index=True)
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[dict[str, Any]]
    state: Mapped[CertificateState] = mapped_column(choice(CertificateState), default=CertificateState.VALID)
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(fk("certificate.id"))
    pdf_key: Mapped[str | None]
    pdf_size: Mapped[int | None]
