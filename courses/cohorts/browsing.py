"""What a learner may enrol in: the open classes of the own agency, and how the learner stands with each."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from courses.catalogue.models import Course
from courses.cohorts.models import Admission, Cohort, Delivery, Enrolment, EnrolmentState
from courses.cohorts.queries import offered, queue_place
from courses.cohorts.schedule import Window, today_in, window
from lms.access import Actor
from lms.media.models import Media
from lms.people.models import Agency, Person, titled

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A class on offer, with the learner's own place in it (`state` None: none yet; `place` in the waiting list)."""

    cohort_id: uuid.UUID
    course_id: uuid.UUID
    title: str
    summary: str
    objectives: Sequence[str]
    jp: int
    tags: Sequence[str]
    name: str
    starts_on: date
    ends_on: date
    zone: str
    quota: int | None
    delivery: Delivery
    venue: str
    admission: Admission
    enrol_from: date | None
    enrol_until: date | None
    agency: str
    taken: int
    waiting: int
    state: EnrolmentState | None
    asked_at: datetime | None
    reason: str
    place: int
    cover: dict[str, Any] | None
    approver: str

    @property
    def free(self) -> int | None:
        """Seats that a newcomer could get; None: no limit."""
        if self.quota is None:
            return None
        return 0 if self.waiting else max(0, self.quota - self.taken)

    def standing(self, now: datetime) -> str:
        """What the learner can do now: the state of the own place, or join, ask, queue, before, over, closed."""
        if self.state and self.state is not EnrolmentState.WITHDRAWN:
            return self.state.value
        if self.admission is Admission.CLOSED:
            return "closed"
        opens = window(self.enrol_from, self.enrol_until, self.ends_on, today_in(self.zone, now))
        if opens is not Window.OPEN:
            return opens.value
        if self.admission is Admission.APPROVAL:
            return "ask"
        return "queue" if self.free == 0 else "join"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a learner looks for; empty parts do not narrow."""

    text: str = ""
    tag: str = ""
    delivery: Delivery | None = None
    place: str = ""
    since: date | None = None


def _count(state: EnrolmentState) -> sa.ScalarSelect[int]:
    other = aliased(Enrolment)
    return (
        sa.select(sa.func.count())
        .where(other.cohort_id == Cohort.id, other.state == state)
        .correlate(Cohort)
        .scalar_subquery()
    )


def _offers(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    approver = aliased(Person)
    return (
        sa.select(
            Cohort.id,
            Course.id,
            Course.title,
            Course.summary,
            Course.objectives,
            Course.jp,
            Course.tags,
            Cohort.name,
            Cohort.starts_on,
            Cohort.ends_on,
            Cohort.zone,
            Cohort.quota,
            Cohort.delivery,
            Cohort.place,
            Cohort.admission,
            Cohort.enrol_from,
            Cohort.enrol_until,
            Agency.name,
            _count(EnrolmentState.ACTIVE),
            _count(EnrolmentState.WAITING),
            Enrolment.state,
            Enrolment.created_at,
            sa.func.coalesce(Enrolment.reason, ""),
            sa.case((Enrolment.state == EnrolmentState.WAITING, queue_place()), else_=0),
            Media.renditions,
            approver.front_title,
            approver.full_name,
            approver.back_title,
        )
        .join(Course, Course.id == Cohort.course_id)
        .join(Agency, Agency.id == Cohort.agency_id)
        .outerjoin(Enrolment, sa.and_(Enrolment.cohort_id == Cohort.id, Enrolment.person_id == actor.id))
        .outerjoin(Media, Media.id == Course.cover_id)
        .outerjoin(approver, approver.id == Enrolment.approver_id)
        .where(Cohort.published, Cohort.agency_id == actor.agency_id)
    )


def _offer(row: sa.Row[*tuple[Any, ...]]) -> Offer:
    front, name, back = row[-3:]
    values = [*row[:-3], titled(front, name, back) if name else ""]
    return Offer(*values)


def _open(now: datetime) -> sa.ColumnElement[bool]:
    """Takes people in, or will: not closed, and neither the window nor the class is over."""
    today = sa.cast(sa.func.timezone(Cohort.zone, now), sa.Date)
    last = sa.func.least(sa.func.coalesce(Cohort.enrol_until, Cohort.ends_on), Cohort.ends_on)
    return sa.and_(Cohort.admission != Admission.CLOSED, last >= today)


def offers(
    session: Session, actor: Actor, wanted: Filter, *, page: int, now: datetime
) -> tuple[list[Offer], bool]:
    """One page of what is open in the actor's agency, the earliest start first, and whether there are more."""
    found = _narrowed(_offers(actor).where(_open(now)), wanted)
    rows = session.execute(
        found.order_by(Cohort.starts_on, Course.title, Cohort.id)
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return [_offer(row) for row in rows[:PER_PAGE]], len(rows) > PER_PAGE


def _narrowed(found: sa.Select[*tuple[Any, ...]], wanted: Filter) -> sa.Select[*tuple[Any, ...]]:
    if wanted.text:
        found = found.where(
            sa.or_(
                Course.title.icontains(wanted.text, autoescape=True),
                Course.summary.icontains(wanted.text, autoescape=True),
                Cohort.name.icontains(wanted.text, autoescape=True),
            )
        )
    if wanted.tag:
        found = found.where(Course.tags.contains([wanted.tag]))
    if wanted.delivery:
        found = found.where(Cohort.delivery == wanted.delivery)
    if wanted.place:
        found = found.where(Cohort.place == wanted.place)
    if wanted.since:
        found = found.where(Cohort.starts_on >= wanted.since)
    return found


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters of the page offer: topics and places of the classes that are open now."""

    tags: Sequence[str]
    places: Sequence[str]


def choices(session: Session, actor: Actor, *, now: datetime) -> Choices:
    rows = session.execute(
        sa.select(Course.tags, Cohort.place)
        .join(Course, Course.id == Cohort.course_id)
        .where(Cohort.published, Cohort.agency_id == actor.agency_id, _open(now))
        .distinct()
    ).all()
    tags = {str(tag) for row in rows for tag in row.tags}
    return Choices(sorted(tags), sorted({row.place for row in rows if row.place}))


def offer_of(session: Session, actor: Actor, cohort_id: uuid.UUID) -> Offer:
    """One class on offer to the actor, or NotFound."""
    cohort = offered(session, actor, cohort_id)
    return _offer(session.execute(_offers(actor).where(Cohort.id == cohort.id)).one())
