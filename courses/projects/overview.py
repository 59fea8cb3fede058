"""All groups of a project in one cohort: where each stands, and every member's mark. Each is one statement."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from courses.cohorts.models import Enrolment, EnrolmentState
from courses.progress.models import Progress
from courses.projects.deadlines import in_words
from courses.projects.models import (
    Factor,
    Group,
    GroupMember,
    Milestone,
    Review,
    ReviewState,
    Version,
)
from courses.projects.queries import Ran, employee_number
from lms.people.models import Person, Unit

# Where a group stands, by its latest version.
NOTHING, SUBMITTED, REVIEWING, RELEASED = "nothing", "submitted", "reviewing", "released"


@dataclass(frozen=True, slots=True)
class Standing:
    """One group as the list shows it; the latest version's facts are None when nothing was handed in."""

    id: uuid.UUID
    name: str
    members: list[str]
    stages_done: int
    number: int | None
    stage_title: str | None
    is_final: bool
    submitted_at: datetime | None
    late: timedelta | None
    state: str
    percent: Decimal | None

    @property
    def late_words(self) -> tuple[str, int] | None:
        return in_words(self.late) if self.late is not None else None


def standings(session: Session, ran: Ran) -> list[Standing]:
    """Every group with its members, its latest version and how far the review is."""
    latest = aliased(
        Version,
        sa.select(Version)
        .where(Version.group_id == Group.id)
        .order_by(Version.submitted_at.desc(), Version.id.desc())
        .limit(1)
        .correlate(Group)
        .lateral(),
    )
    rows = session.execute(
        sa.select(
            Group.id,
            Group.name,
            _names().label("members"),
            _stages_done().label("stages_done"),
            latest.id.label("version_id"),
            latest.number,
            latest.milestone_id,
            Milestone.title.label("stage_title"),
            latest.submitted_at,
            latest.late,
            _reviews(latest.id, *ReviewState).label("any"),
            _reviews(latest.id, ReviewState.RELEASED).label("released"),
            _mean(latest.id).label("percent"),
        )
        .select_from(Group)
        .outerjoin(latest, sa.true())
        .outerjoin(Milestone, Milestone.id == latest.milestone_id)
        .where(Group.cohort_id == ran.cohort.id, Group.activity_id == ran.activity.id)
        .order_by(Group.created_at, Group.id)
    )
    return [_standing(row) for row in rows]


def _standing(row: sa.Row[*tuple[Any, ...]]) -> Standing:
    return Standing(
        id=row.id,
        name=row.name,
        members=row.members or [],
        stages_done=row.stages_done,
        number=row.number,
        stage_title=row.stage_title,
        is_final=row.version_id is not None and row.milestone_id is None,
        submitted_at=row.submitted_at,
        late=row.late,
        state=state_of(row.version_id is not None, bool(row.any), bool(row.released)),
        percent=row.percent,
    )


def state_of(handed_in: bool, begun: bool, released: bool) -> str:
    if not handed_in:
        return NOTHING
    if released:
        return RELEASED
    return REVIEWING if begun else SUBMITTED


def _names() -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.array_agg(Person.full_name))
        .select_from(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(GroupMember, GroupMember.enrolment_id == Enrolment.id)
        .where(GroupMember.group_id == Group.id, GroupMember.left_at.is_(None))
        .correlate(Group)
        .scalar_subquery()
    )


def _stages_done() -> sa.ScalarSelect[Any]:
    stage = sa.func.coalesce(sa.cast(Version.milestone_id, sa.Text), "")
    return (
        sa.select(sa.func.count(sa.distinct(stage)))
        .where(Version.group_id == Group.id)
        .correlate(Group)
        .scalar_subquery()
    )


def _reviews(version_id: Any, *states: ReviewState) -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.count(Review.id))
        .where(Review.version_id == version_id, Review.state.in_(states))
        .scalar_subquery()
    )


def _mean(version_id: Any) -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.round(sa.func.avg(Review.percent), 2))
        .where(Review.version_id == version_id, Review.state == ReviewState.RELEASED)
        .scalar_subquery()
    )


HEADINGS = (
    "NIP",
    "Nama",
    "Unit kerja",
    "Kelompok",
    "Peran",
    "Versi",
    "Dikumpulkan",
    "Terlambat (hari)",
    "Nilai kelompok",
    "Faktor",
    "Alasan faktor",
    "Nilai",
)

Cell = str | int | Decimal | datetime | None


def mark_rows(session: Session, ran: Ran) -> Iterable[Sequence[Cell]]:
    """The sheet of marks: one row for each participant, with the headings in front."""
    zone = ZoneInfo(ran.cohort.zone)
    yield HEADINGS
    for row in session.execute(_marks(ran)):
        yield (
            row.employee_number or "",
            row.Person.titled_name,
            row.unit or "",
            row.group or "",
            row.role or "",
            row.number,
            row.submitted_at.astimezone(zone) if row.submitted_at else None,
            row.late.days if row.late is not None else None,
            row.group_percent,
            row.factor,
            row.factor_reason or "",
            row.percent,
        )


def _final() -> Any:
    """The newest version of a group's final work, beside the group."""
    return aliased(
        Version,
        sa.select(Version)
        .where(Version.group_id == Group.id, Version.milestone_id.is_(None))
        .order_by(Version.number.desc())
        .limit(1)
        .correlate(Group)
        .lateral(),
    )


def unmarked_per_project(classes: sa.Select[uuid.UUID]) -> sa.Select[uuid.UUID, uuid.UUID, int]:
    """How many groups' final work nobody has released a review of, in projects that have any.

    Rows are (cohort_id, activity_id, count).
    """
    final = _final()
    released = sa.exists().where(Review.version_id == final.id, Review.state == ReviewState.RELEASED)
    return (
        sa.select(Group.cohort_id, Group.activity_id, sa.func.count())
        .join(final, sa.true())
        .where(Group.cohort_id.in_(classes), ~released)
        .group_by(Group.cohort_id, Group.activity_id)
    )


def _marks(ran: Ran) -> sa.Select[*tuple[Any, ...]]:
    final = _final()
    return (
        sa.select(
            Person,
            employee_number().label("employee_number"),
            Unit.name.label("unit"),
            Group.name.label("group"),
            GroupMember.role,
            final.number,
            final.submitted_at,
            final.late,
            _mean(final.id).label("group_percent"),
            Factor.value.label("factor"),
            Factor.reason.label("factor_reason"),
            Progress.percent,
        )
        .select_from(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(
            GroupMember,
            sa.and_(
                GroupMember.enrolment_id == Enrolment.id,
                GroupMember.activity_id == ran.activity.id,
                GroupMember.left_at.is_(None),
            ),
        )
        .outerjoin(Group, Group.id == GroupMember.group_id)
        .outerjoin(final, sa.true())
        .outerjoin(Factor, Factor.member_id == GroupMember.id)
        .outerjoin(
            Progress,
            sa.and_(Progress.enrolment_id == Enrolment.id, Progress.activity_id == ran.activity.id),
        )
        .where(Enrolment.cohort_id == ran.cohort.id, Enrolment.state == EnrolmentState.ACTIVE)
        .order_by(Group.created_at.nulls_last(), Person.full_name, Person.id)
    )
