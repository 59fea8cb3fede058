"""Who hears of a group's work: its instructors and its members."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.events import CourseCopied
from courses.catalogue.models import Activity
from courses.cohorts.events import EnrolmentWithdrawn
from courses.cohorts.models import CohortStaff, Enrolment
from courses.projects.events import ProjectReviewed, ProjectSubmitted
from courses.projects.forming import leave_all
from courses.projects.models import Group, GroupMember, Project, Review, Version
from courses.projects.services import copy_project
from lms.notifications.services import notify
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Told:
    """What the messages say about a version."""

    title: str
    group: str
    number: int
    by: str
    at: datetime


def tell_of_submission(session: Session, event: ProjectSubmitted) -> None:
    """The instructors have something to mark; the other members know that it is handed in."""
    version = session.get_one(Version, event.version_id)
    told = _told(session, event.activity_id, version, event.submitted_by, version.submitted_at)
    staff = session.scalars(
        sa.select(CohortStaff.person_id).where(CohortStaff.cohort_id == event.cohort_id)
    ).all()
    values = {"title": told.title, "group": told.group, "number": told.number, "by": told.by}
    notify(
        session,
        staff,
        kind="projects:submitted",
        template="projects/mail/submitted",
        path=f"/kelola/kelas/{event.cohort_id}/proyek/{event.activity_id}/kelompok/{event.group_id}/nilai",
        now=told.at,
        **values,
    )
    notify(
        session,
        [id_ for id_ in _members(session, event.group_id) if id_ != event.submitted_by],
        kind="projects:handed-in",
        template="projects/mail/handed_in",
        path=f"/kelas/{event.cohort_id}/proyek/{event.activity_id}",
        now=told.at,
        **values,
    )


def tell_of_review(session: Session, event: ProjectReviewed) -> None:
    """The members can read what their work was found to be."""
    review = session.get_one(Review, event.review_id)
    version = session.get_one(Version, event.version_id)
    told = _told(
        session, event.activity_id, version, event.reviewed_by, review.released_at or review.saved_at
    )
    notify(
        session,
        _members(session, event.group_id),
        kind="projects:reviewed",
        template="projects/mail/reviewed",
        path=f"/kelas/{event.cohort_id}/proyek/{event.activity_id}",
        now=told.at,
        title=told.title,
        number=told.number,
        by=told.by,
    )


def _told(session: Session, activity_id: uuid.UUID, version: Version, by_id: uuid.UUID, at: datetime) -> Told:
    group = session.get_one(Group, version.group_id)
    by = session.get_one(Person, by_id)
    return Told(session.get_one(Activity, activity_id).title, group.name, version.number, by.titled_name, at)


def _members(session: Session, group_id: uuid.UUID) -> Sequence[uuid.UUID]:
    found = (
        sa.select(Enrolment.person_id)
        .join(GroupMember, GroupMember.enrolment_id == Enrolment.id)
        .where(GroupMember.group_id == group_id, GroupMember.left_at.is_(None))
    )
    return session.scalars(found).all()


def copy_projects(session: Session, event: CourseCopied) -> None:
    """A copied course has the same projects, without groups."""
    found = sa.select(Project.activity_id).where(Project.activity_id.in_(list(event.activities)))
    for source_id in session.scalars(found):
        target = session.get_one(Activity, event.activities[source_id])
        copy_project(session, source_id, target, now=event.now)


def leave_groups(session: Session, event: EnrolmentWithdrawn) -> None:
    """Who leaves the class leaves its groups; what they did stays."""
    enrolment = session.get_one(Enrolment, event.enrolment_id)
    leave_all(session, enrolment.id, now=enrolment.decided_at or enrolment.created_at)
