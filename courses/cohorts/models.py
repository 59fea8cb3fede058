"""Cohorts (kelas, angkatan): a run of a course, its staff, dates and enrolments."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Course
from lms.database import Identified, Model, choice, fk


class Delivery(enum.StrEnum):
    ONLINE = "online"
    IN_PERSON = "in_person"
    BLENDED = "blended"


class Admission(enum.StrEnum):
    """How one gets in: by oneself, by oneself with the superior's approval, or only by an administrator."""

    OPEN = "open"
    APPROVAL = "approval"
    CLOSED = "closed"


class EnrolmentState(enum.StrEnum):
    REQUESTED = "requested"
    WAITING = "waiting"
    ACTIVE = "active"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Cohort(Identified, Model):
    """One run of a course. `quota` None means no limit; `rule` says what earns the certificate (progress.earning)."""

    __tablename__ = "cohort"
    __table_args__ = (sa.Index("ix_cohort_agency_dates", "agency_id", "ends_on"),)

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"))
    course_id: Mapped[uuid.UUID] = mapped_column(fk("course.id"), index=True)
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    zone: Mapped[str]
    quota: Mapped[int | None]
    delivery: Mapped[Delivery] = mapped_column(choice(Delivery), default=Delivery.ONLINE)
    place: Mapped[str] = mapped_column(default="")
    admission: Mapped[Admission] = mapped_column(choice(Admission), default=Admission.CLOSED)
    published: Mapped[bool] = mapped_column(default=False)
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]

    course: Mapped[Course] = relationship()


class CohortStaff(Model):
    """Who teaches a cohort."""

    __tablename__ = "cohort_staff"

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id", cascade=True), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"), primary_key=True, index=True)


class Enrolment(Identified, Model):
    """A person in a cohort. The unit is the one at enrolment: transfers do not rewrite the past."""

    __tablename__ = "enrolment"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "person_id"),
        sa.Index("ix_enrolment_person_state", "person_id", "state"),
        sa.Index("ix_enrolment_cohort_state", "cohort_id", "state"),
    )

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(fk("unit.id"))
    state: Mapped[EnrolmentState] = mapped_column(choice(EnrolmentState), default=EnrolmentState.ACTIVE)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    reason: Mapped[str] = mapped_column(default="")

    cohort: Mapped[Cohort] = relationship()


class ActivityDates(Model):
    """When an activity opens and is due in one cohort."""

    __tablename__ = "activity_dates"

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id", cascade=True), primary_key=True)
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True), primary_key=True)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
