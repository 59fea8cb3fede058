"""Certificates that were earned in classes that have ended, and that nobody has issued yet."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course
from courses.certificates.models import Certificate
from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.progress.earning import MARKED_KINDS
from courses.progress.models import Progress, State

# Who has not issued by then has decided not to.
REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Ready:
    """A class, and how many of its learners are ready (courses.certificates.learners)."""

    cohort_id: uuid.UUID
    count: int
    title: str
    name: str


def ready_in(session: Session, agencies: Collection[uuid.UUID], *, today: date) -> list[Ready]:
    """Classes of some agencies that ended within the last ninety days, the oldest in front; one statement.

    The rule is that of courses.progress.earning, here over all seats at once.
    """
    ended = sa.and_(
        Cohort.agency_id.in_(agencies), Cohort.ends_on < today, Cohort.ends_on >= today - REMEMBERED
    )
    seats = _seats(ended).subquery()
    rows = session.execute(
        sa.select(Cohort.id, sa.func.count(), Course.title, Cohort.name)
        .join(Course, Course.id == Cohort.course_id)
        .join(seats, seats.c.cohort_id == Cohort.id)
        .where(seats.c.done == seats.c.asked, _high_enough(seats.c))
        .group_by(Cohort.id, Course.id)
        .order_by(Cohort.ends_on, Cohort.id)
    )
    return [Ready(*row) for row in rows]


def _seats(classes: Any) -> sa.Select[*tuple[Any, ...]]:
    """Seats without any certificate: how many activities their rule asks for, and how far they are with them."""
    chosen = Cohort.rule["chosen"].has_key(sa.cast(Activity.id, sa.Text))
    is_asked = sa.case((Cohort.rule.has_key("chosen"), chosen), else_=Activity.required)
    is_marked = sa.cast(Activity.kind, sa.Text).in_(MARKED_KINDS)
    mark = sa.func.avg(Progress.percent).filter(is_marked)
    return (
        sa.select(
            Enrolment.cohort_id,
            sa.func.count().label("asked"),
            sa.func.count().filter(Progress.state == State.DONE).label("done"),
            sa.func.count().filter(is_marked).label("marked"),
            sa.func.count(Progress.percent).filter(is_marked).label("known"),
            sa.func.round(mark, 2).label("score"),
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Activity, sa.and_(Activity.course_id == Cohort.course_id, Activity.published, is_asked))
        .outerjoin(
            Progress, sa.and_(Progress.enrolment_id == Enrolment.id, Progress.activity_id == Activity.id)
        )
        .where(
            classes,
            Enrolment.state == EnrolmentState.ACTIVE,
            ~sa.exists().where(Certificate.enrolment_id == Enrolment.id),
        )
        .group_by(Enrolment.id)
    )


def _high_enough(seat: Any) -> sa.ColumnElement[bool]:
    least = sa.cast(Cohort.rule["least"].astext, sa.Numeric)
    is_known = sa.and_(seat.marked > 0, seat.known == seat.marked)
    return sa.or_(least.is_(None), sa.and_(is_known, seat.score >= least))
