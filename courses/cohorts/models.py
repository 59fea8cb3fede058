"""Cohorts (kelas, angkatan): a run of a course, its staff, dates, enrolments, announcements."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Course
from lms.database import Identified, Model, choice, fk
from lms.people.models import Person


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
    """One run of a course. `quota` None means no limit; `rule` says what earns the certificate (progress.earning).

    `enrol_from` and `enrol_until` are whole days in the cohort's zone; without them people may enrol from publication
    to the last day. `revision` counts the changes of its dates, as calendars ask for (RFC 5545, SEQUENCE).
    """

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
    enrol_from: Mapped[date | None]
    enrol_until: Mapped[date | None]
    published: Mapped[bool] = mapped_column(default=False)
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    course: Mapped[Course] = relationship()


class CohortStaff(Model):
    """Who teaches a cohort."""

    __tablename__ = "cohort_staff"

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id", cascade=True), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"), primary_key=True, index=True)


class Enrolment(Identified, Model):
    """A person in a cohort. The unit is the one at enrolment: transfers do not rewrite the past.

    `queue_number` orders the waiting list; it is given under the cohort's lock. `approver_id` is the superior who was
    asked, the one at that time; without one an administrator decides.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "person_id"),
        sa.Index("ix_enrolment_person_state", "person_id", "state"),
        sa.Index("ix_enrolment_cohort_state", "cohort_id", "state", "queue_number"),
        sa.Index("ix_enrolment_approver", "approver_id", postgresql_where=sa.text("state = 'requested'")),
    )

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(fk("unit.id"))
    state: Mapped[EnrolmentState] = mapped_column(choice(EnrolmentState), default=EnrolmentState.ACTIVE)
    queue_number: Mapped[int | None]
    approver_id: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    reminded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    reason: Mapped[str] = mapped_column(default="")

    cohort: Mapped[Cohort] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class ActivityDates(Model):
    """When an activity opens and is due in one cohort."""

    __tablename__ = "activity_dates"

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id", cascade=True), primary_key=True)
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True), primary_key=True)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]


class Announcement(Identified, Model):
    """Something said to everybody in a cohort: the author's Markdown, and the clean HTML made of it."""

    __tablename__ = "announcement"
    __table_args__ = (sa.Index("ix_announcement_cohort_created", "cohort_id", "created_at"),)

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id", cascade=True))
    author_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    title: Mapped[str]
    source: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]

    author: Mapped[Person] = relationship()


class CalendarAddress(Model):
    """The secret address of somebody's calendar feed. Only a hash of it is kept; a new one replaces it."""

    __tablename__ = "calendar_address"

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
