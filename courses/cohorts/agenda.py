"""A person's dates: when classes begin and end, when activities open and are due; as rows and as a calendar."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course
from courses.cohorts.ics import Entry
from courses.cohorts.models import (
    ActivityDates,
    CalendarAddress,
    Cohort,
    CohortStaff,
    Enrolment,
    EnrolmentState,
)
from lms.access import Actor
from lms.auth.tokens import hashed, new_token
from lms.people.models import Person, PersonStatus

# A feed keeps what lately passed, so that a phone's calendar does not lose last month at once.
KEPT = timedelta(days=180)


class What(enum.StrEnum):
    STARTS = "starts"
    ENDS = "ends"
    OPENS = "opens"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Happening:
    """One date: a whole day (classes) or a moment (activities). `learns` is False for those who teach the class."""

    what: What
    at: date | datetime
    cohort_id: uuid.UUID
    course_title: str
    cohort_name: str
    zone: str
    place: str
    revision: int
    learns: bool
    activity_id: uuid.UUID | None = None
    activity_title: str = ""
    activity_kind: str = ""

    @property
    def day(self) -> date:
        """The day in the class's own zone."""
        return self.at.astimezone(ZoneInfo(self.zone)).date() if isinstance(self.at, datetime) else self.at

    @property
    def order(self) -> tuple[date, bool, datetime | None, str]:
        """Whole days stand before the moments of the day."""
        timed = isinstance(self.at, datetime)
        return (self.day, timed, self.at if isinstance(self.at, datetime) else None, self.course_title)


def happenings(session: Session, person_id: uuid.UUID, *, since: date) -> list[Happening]:
    """Everything from a day on, in order, in two statements."""
    classes = session.execute(_classes(person_id, since)).all()
    found = [happening for row in classes for happening in _days(row) if happening.day >= since]
    found += [h for h in _moments(session, {row.id: row for row in classes}) if h.day >= since]
    return sorted(found, key=lambda h: tuple(str(part) for part in h.order))


def class_happenings(session: Session, actor: Actor, cohort_id: uuid.UUID) -> list[Happening]:
    """The dates of one class that the actor attends or teaches; none when there is no such class."""
    return [h for h in happenings(session, actor.id, since=date.min) if h.cohort_id == cohort_id]


def _classes(person_id: uuid.UUID, since: date) -> sa.Select[*tuple[Any, ...]]:
    learns = (
        sa.exists()
        .where(
            Enrolment.cohort_id == Cohort.id,
            Enrolment.person_id == person_id,
            Enrolment.state == EnrolmentState.ACTIVE,
        )
        .correlate(Cohort)
    )
    teaches = (
        sa.exists()
        .where(CohortStaff.cohort_id == Cohort.id, CohortStaff.person_id == person_id)
        .correlate(Cohort)
    )
    return (
        sa.select(
            Cohort.id,
            Course.title,
            Cohort.name,
            Cohort.starts_on,
            Cohort.ends_on,
            Cohort.zone,
            Cohort.place,
            Cohort.revision,
            learns.label("learns"),
        )
        .join(Course, Course.id == Cohort.course_id)
        .where(Cohort.published, Cohort.ends_on >= since, sa.or_(learns, teaches))
    )


def _common(row: Any) -> dict[str, Any]:
    return {
        "cohort_id": row.id,
        "course_title": row.title,
        "cohort_name": row.name,
        "zone": row.zone,
        "place": row.place,
        "revision": row.revision,
        "learns": row.learns,
    }


def _days(row: Any) -> Iterable[Happening]:
    yield Happening(What.STARTS, row.starts_on, **_common(row))
    yield Happening(What.ENDS, row.ends_on, **_common(row))


def _moments(session: Session, classes: dict[uuid.UUID, Any]) -> Iterable[Happening]:
    rows = session.execute(
        sa.select(ActivityDates, Activity.title, sa.cast(Activity.kind, sa.Text))
        .join(Activity, Activity.id == ActivityDates.activity_id)
        .where(ActivityDates.cohort_id.in_(classes), Activity.published)
    )
    for dates, title, kind in rows:
        common = _common(classes[dates.cohort_id])
        activity: dict[str, Any] = {
            "activity_id": dates.activity_id,
            "activity_title": title,
            "activity_kind": kind,
        }
        for what, at in ((What.OPENS, dates.opens_at), (What.DUE, dates.due_at)):
            if at:
                yield Happening(what, at, **common, **activity)


def entries(found: Iterable[Happening]) -> list[Entry]:
    """The same as calendar entries, in the language of the moment. The uid names the thing, not its date."""
    return [
        Entry(
            uid=f"{h.what}-{h.cohort_id}{f'-{h.activity_id}' if h.activity_id else ''}@bina",
            at=h.at,
            summary=_summary(h),
            sequence=h.revision,
            description=f"{h.course_title}\n{h.cohort_name}",
            location=h.place,
            url=url_for("progress.show", cohort_id=h.cohort_id, _external=True) if h.learns else "",
        )
        for h in found
    ]


def _summary(h: Happening) -> str:
    if h.what is What.STARTS:
        return str(_("Mulai: %(title)s", title=h.course_title))
    if h.what is What.ENDS:
        return str(_("Berakhir: %(title)s", title=h.course_title))
    if h.what is What.OPENS:
        return str(_("Dibuka: %(title)s", title=h.activity_title))
    return str(_("Tenggat: %(title)s", title=h.activity_title))


def new_address(session: Session, actor: Actor, *, now: datetime) -> str:
    """A new secret for the actor's feed, shown only now; an earlier one stops working."""
    token = new_token()
    row = insert(CalendarAddress).values(person_id=actor.id, token_hash=hashed(token), created_at=now)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[CalendarAddress.person_id],
            set_={"token_hash": row.excluded.token_hash, "created_at": row.excluded.created_at},
        )
    )
    return token


def forget_address(session: Session, actor: Actor) -> None:
    session.execute(sa.delete(CalendarAddress).where(CalendarAddress.person_id == actor.id))


def address_since(session: Session, actor: Actor) -> datetime | None:
    """Since when the actor has a feed."""
    found = session.get(CalendarAddress, actor.id)
    return found.created_at if found else None


def person_of_address(session: Session, token: str) -> Person | None:
    """Whose feed this secret opens; nobody's once the person left."""
    return session.scalars(
        sa.select(Person)
        .join(CalendarAddress, CalendarAddress.person_id == Person.id)
        .where(CalendarAddress.token_hash == hashed(token), Person.status == PersonStatus.ACTIVE)
    ).one_or_none()


def by_day(found: Sequence[Happening]) -> list[tuple[date, list[Happening]]]:
    """Grouped for an agenda; `found` is in order already."""
    days: dict[date, list[Happening]] = {}
    for happening in found:
        days.setdefault(happening.day, []).append(happening)
    return list(days.items())
