"""Who is told when something happens around a cohort."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session, joinedload

from courses.cohorts.events import (
    Announced,
    ApprovalAsked,
    EnrolmentDeclined,
    EnrolmentWithdrawn,
    PutOnWaitingList,
    SeatsGiven,
)
from courses.cohorts.joining import approval_token
from courses.cohorts.models import Announcement, Cohort, Enrolment
from courses.cohorts.queries import members_of
from lms.clock import now
from lms.notifications.services import notify
from lms.richtext import text_of


def tell_seated(session: Session, fact: SeatsGiven) -> None:
    name = "promoted" if fact.promoted else "enrolled"
    cohort = _cohort(session, fact.cohort_id)
    if cohort.published:
        _tell(session, fact.person_ids, name, _path("progress.show", cohort), cohort)


def tell_waiting(session: Session, fact: PutOnWaitingList) -> None:
    cohort = _cohort(session, fact.cohort_id)
    if cohort.published:
        _tell(session, fact.person_ids, "waiting", _path("browse.show", cohort), cohort)


def ask_superior(session: Session, fact: ApprovalAsked) -> None:
    """Nobody is asked when there is no superior: the request waits for an administrator."""
    enrolment = session.get_one(
        Enrolment,
        fact.enrolment_id,
        options=[joinedload(Enrolment.person), joinedload(Enrolment.cohort).joinedload(Cohort.course)],
    )
    if enrolment.approver_id is None:
        return
    path = url_for("approvals.show", token=approval_token(enrolment, now=now()), _external=False)
    template = "reminded" if fact.again else "asked"
    _tell(
        session,
        [enrolment.approver_id],
        template,
        path,
        enrolment.cohort,
        person=enrolment.person.titled_name,
    )


def tell_declined(session: Session, fact: EnrolmentDeclined) -> None:
    cohort = _cohort(session, fact.cohort_id)
    reason = session.get_one(Enrolment, fact.enrolment_id).reason
    _tell(session, [fact.person_id], "declined", _path("browse.show", cohort), cohort, reason=reason)


def tell_taken_out(session: Session, fact: EnrolmentWithdrawn) -> None:
    """Who left by themselves knows it."""
    if not fact.by_staff:
        return
    cohort = _cohort(session, fact.cohort_id)
    reason = session.get_one(Enrolment, fact.enrolment_id).reason
    _tell(session, [fact.person_id], "taken_out", "", cohort, reason=reason)


def tell_announced(session: Session, fact: Announced) -> None:
    cohort = _cohort(session, fact.cohort_id)
    said = session.get_one(Announcement, fact.announcement_id)
    people = members_of(session, cohort.id)
    path = _path("cohorts.news.show", cohort)
    _tell(session, people, "announced", path, cohort, title=said.title, body=text_of(said.body))


def _cohort(session: Session, cohort_id: uuid.UUID) -> Cohort:
    return session.get_one(Cohort, cohort_id, options=[joinedload(Cohort.course)])


def _path(endpoint: str, cohort: Cohort) -> str:
    return url_for(endpoint, cohort_id=cohort.id, _external=False)


def _tell(
    session: Session, people: Iterable[uuid.UUID], name: str, path: str, cohort: Cohort, **values: Any
) -> None:
    notify(
        session,
        people,
        kind=f"cohorts:{name}",
        template=f"cohorts/mail/{name}",
        path=path,
        now=now(),
        cohort=cohort,
        course=cohort.course,
        **values,
    )
