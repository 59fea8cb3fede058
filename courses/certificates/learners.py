"""A cohort's learners with what their certificate still waits for: two statements, whatever their number."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Module
from courses.certificates.models import Certificate, CertificateState
from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.progress.earning import Item, Rule, Standing, final_score, missing
from courses.progress.models import Progress
from lms.people.models import EmployeeNumber, Person, titled
from lms.problems import Problem

# What a learner is to whoever issues: ready, not_yet, issued (has a valid certificate), revoked (the last one was).
READY, NOT_YET, ISSUED, REVOKED = "ready", "not_yet", "issued", "revoked"


@dataclass(frozen=True, slots=True)
class Learner:
    """One seat. `missing` says in sentences what is not earned yet; `certificate` is the last one issued for the seat."""

    enrolment_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    employee_number: str
    score: Decimal | None
    missing: list[Problem]
    certificate_id: uuid.UUID | None
    certificate_number: str
    certificate_state: CertificateState | None

    @property
    def standing(self) -> str:
        if self.certificate_state is CertificateState.VALID:
            return ISSUED
        if self.certificate_state is CertificateState.REVOKED:
            return REVOKED
        return NOT_YET if self.missing else READY

    @property
    def may_have_one(self) -> bool:
        """Whether a certificate can be issued now: earned, and none is valid."""
        return self.standing in {READY, REVOKED} and not self.missing


def items_of(session: Session, course_id: uuid.UUID) -> list[Item]:
    """The published activities of a course, in order."""
    rows = session.execute(
        sa.select(Activity.id, Activity.title, sa.cast(Activity.kind, sa.Text), Activity.required)
        .join(Module, Module.id == Activity.module_id)
        .where(Activity.course_id == course_id, Activity.published)
        .order_by(Module.position, Module.id, Activity.position, Activity.id)
    )
    return [Item(*row) for row in rows]


def learners_of(session: Session, cohort: Cohort) -> list[Learner]:
    """Everybody with a seat, by name."""
    items, rule = items_of(session, cohort.course_id), Rule.from_json(cohort.rule)
    return [_learner(row, rule, items) for row in session.execute(_seats(cohort.id))]


def counts(learners: Sequence[Learner]) -> Counter[str]:
    return Counter(learner.standing for learner in learners)


def chosen(learners: Sequence[Learner], enrolment_ids: Collection[uuid.UUID] | None) -> list[Learner]:
    """Those that get a certificate: the named ones who may have one; None: all who are ready.

    Somebody whose certificate was revoked gets a new one only by name, never with all others.
    """
    if enrolment_ids is None:
        return [learner for learner in learners if learner.standing == READY]
    return [learner for learner in learners if learner.enrolment_id in enrolment_ids and learner.may_have_one]


def _seats(cohort_id: uuid.UUID) -> sa.Select[*tuple[Any, ...]]:
    mark = sa.func.jsonb_build_array(sa.cast(Progress.state, sa.Text), sa.cast(Progress.percent, sa.Text))
    marks = (
        sa.select(sa.func.jsonb_object_agg(sa.cast(Progress.activity_id, sa.Text), mark))
        .where(Progress.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    number = (
        sa.select(sa.func.max(EmployeeNumber.number))
        .where(EmployeeNumber.person_id == Person.id, EmployeeNumber.valid_to.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )
    newest = (
        sa.select(Certificate.enrolment_id, Certificate.id, Certificate.number, Certificate.state)
        .ext(distinct_on(Certificate.enrolment_id))
        .where(Certificate.cohort_id == cohort_id)
        .order_by(Certificate.enrolment_id, Certificate.issued_at.desc(), Certificate.sequence.desc())
        .subquery()
    )
    return (
        sa.select(
            Enrolment.id,
            Person.id.label("person_id"),
            Person.front_title,
            Person.full_name,
            Person.back_title,
            number.label("employee_number"),
            marks.label("marks"),
            newest.c.id.label("certificate_id"),
            newest.c.number.label("certificate_number"),
            newest.c.state.label("certificate_state"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(newest, newest.c.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .order_by(Person.full_name, Enrolment.id)
    )


def _learner(row: Any, rule: Rule, items: Sequence[Item]) -> Learner:
    standings = {
        uuid.UUID(activity): Standing(state, Decimal(percent) if percent is not None else None)
        for activity, (state, percent) in (row.marks or {}).items()
    }
    return Learner(
        enrolment_id=row.id,
        person_id=row.person_id,
        name=titled(row.front_title, row.full_name, row.back_title),
        employee_number=row.employee_number or "",
        score=final_score(rule.asked(items), standings),
        missing=missing(rule, items, standings),
        certificate_id=row.certificate_id,
        certificate_number=row.certificate_number or "",
        certificate_state=row.certificate_state,
    )
