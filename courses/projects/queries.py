"""Finding projects and groups, for somebody. Another group's work does not exist."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from courses.catalogue.models import Activity, Kind
from courses.cohorts.models import Cohort, CohortStaff, Enrolment, EnrolmentState
from courses.cohorts.permissions import RUN, SEE
from courses.cohorts.queries import Seat
from courses.projects.deadlines import default_due
from courses.projects.marking import read_rubric
from courses.projects.models import (
    Comment,
    Draft,
    DraftFile,
    Group,
    GroupMember,
    Milestone,
    MilestoneDue,
    Moderation,
    Project,
    Review,
    ReviewState,
    Version,
    VersionFile,
)
from courses.projects.reading import any_work, own_work
from courses.projects.work import (
    File,
    SharedDraft,
    Stage,
    Work,
    read_comments,
    read_files,
    read_members,
    read_moment,
    read_reviews,
    read_versions,
)
from lms.access import Actor, agencies_where
from lms.errors import Forbidden, NotFound
from lms.media.models import Media
from lms.people.models import EmployeeNumber, Person, Unit


@dataclass(frozen=True, slots=True)
class Ran:
    """A project in one cohort, as staff found it."""

    cohort: Cohort
    activity: Activity
    project: Project
    may_mark: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody with a seat in a cohort, and the group in which they are now."""

    enrolment_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    unit: str
    unit_id: uuid.UUID | None
    number: str
    group_id: uuid.UUID | None
    member_id: uuid.UUID | None
    role: str


def project_of(session: Session, activity_id: uuid.UUID) -> Project:
    """The project of an activity that the caller has already found for its reader."""
    project = session.get(Project, activity_id)
    if project is None:
        raise NotFound
    return project


def work_of(session: Session, seat: Seat, activity_id: uuid.UUID) -> Work:
    """The project with the work of the learner's own group, in one statement."""
    names = {"activity": activity_id, "cohort": seat.cohort_id, "reader": seat.enrolment_id}
    return _read(session.execute(own_work(), names).one_or_none())


def work_of_group(session: Session, ran: Ran, group_id: uuid.UUID) -> Work:
    """One group's work as staff see it, in one statement."""
    names = {"activity": ran.activity.id, "cohort": ran.cohort.id, "reader": None, "group": group_id}
    work = _read(session.execute(any_work(), names).one_or_none())
    if work.group_id is None:
        raise NotFound
    return work


def _read(row: sa.Row[*tuple[Any, ...]] | None) -> Work:
    if row is None:
        raise NotFound
    project: Project = row.Project
    return Work(
        activity_id=project.activity_id,
        brief_html=project.brief_html,
        group_min=project.group_min,
        group_max=project.group_max,
        rubric=read_rubric(project.rubric),
        rubric_version=project.rubric_version,
        stages=_stages(row),
        group_id=row.group_id,
        group_name=row.group_name or "",
        members=read_members(row.members),
        draft=_draft(row),
        comments=read_comments(row.comments),
        reviews=read_reviews(row.reviews),
    )


def _stages(row: sa.Row[*tuple[Any, ...]]) -> list[Stage]:
    versions = read_versions(row.versions)
    stages = [
        Stage(
            uuid.UUID(stage["id"]),
            stage["title"],
            read_moment(stage["due_at"]) or default_due(row.starts_on, stage["days"], row.zone),
        )
        for stage in row.milestones
    ]
    final_due = row.due_at or (stages[-1].due_at if stages else None)
    stages.append(Stage(None, "", final_due))
    for stage in stages:
        stage.versions.extend(version for version in versions if version.milestone_id == stage.id)
    return stages


def _draft(row: sa.Row[*tuple[Any, ...]]) -> SharedDraft:
    if row.revision is None:
        return SharedDraft()
    files = read_files(row.draft_files)
    return SharedDraft(row.text, row.links, files, row.revision, row.saved_by, row.saved_at)


def locked_group(session: Session, seat: Seat, activity_id: uuid.UUID) -> Group:
    """The learner's own group, locked until the transaction ends: its members change it one after the other."""
    found = (
        sa.select(Group)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(
            GroupMember.enrolment_id == seat.enrolment_id,
            GroupMember.activity_id == activity_id,
            GroupMember.left_at.is_(None),
            Group.cohort_id == seat.cohort_id,
        )
        .with_for_update(of=Group)
        .execution_options(populate_existing=True)
    )
    group = session.scalars(found).one_or_none()
    if group is None:
        raise NotFound
    return group


def draft_of(session: Session, group_id: uuid.UUID) -> Draft | None:
    return session.get(Draft, group_id, populate_existing=True)


def comment_of(session: Session, group_id: uuid.UUID, comment_id: uuid.UUID) -> Comment:
    comment = session.get(Comment, comment_id)
    if comment is None or comment.group_id != group_id:
        raise NotFound
    return comment


def usable_files(
    session: Session, group_id: uuid.UUID, person_id: uuid.UUID, media_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Media]:
    """Those of these files that this person may hand in: their own, and what the group has laid down already."""
    in_draft = sa.select(DraftFile.media_id).where(DraftFile.group_id == group_id)
    handed = (
        sa.select(VersionFile.media_id)
        .join(Version, Version.id == VersionFile.version_id)
        .where(Version.group_id == group_id)
    )
    found = session.scalars(
        sa.select(Media).where(
            Media.id.in_(media_ids),
            sa.or_(Media.owner_id == person_id, Media.id.in_(in_draft), Media.id.in_(handed)),
        )
    )
    return {media.id: media for media in found}


def file_of(media: Media) -> File:
    return File(media.id, media.name, media.content_type, media.size)


def group_file(session: Session, group_id: uuid.UUID, media_id: uuid.UUID) -> Media:
    """A file that lies in a group's draft or in one of its versions."""
    in_draft = sa.exists().where(DraftFile.group_id == group_id, DraftFile.media_id == media_id)
    handed = (
        sa.exists()
        .where(Version.group_id == group_id, VersionFile.media_id == media_id)
        .where(VersionFile.version_id == Version.id)
    )
    media = session.scalars(
        sa.select(Media).where(Media.id == media_id, sa.or_(in_draft, handed))
    ).one_or_none()
    if media is None:
        raise NotFound
    return media


def run_of(
    session: Session, actor: Actor, cohort_id: uuid.UUID, activity_id: uuid.UUID, *, write: bool = False
) -> Ran:
    """A project in a cohort that the actor teaches or oversees; with `write`, where they form groups and mark.

    Whoever teaches the cohort and the administrators of its agency may mark.
    """
    taught = sa.exists().where(CohortStaff.cohort_id == Cohort.id, CohortStaff.person_id == actor.id)
    found = session.execute(
        sa.select(Cohort, Activity, Project, taught.label("taught"))
        .options(joinedload(Cohort.course))
        .join(Activity, Activity.course_id == Cohort.course_id)
        .join(Project, Project.activity_id == Activity.id)
        .where(Cohort.id == cohort_id, Activity.id == activity_id, Activity.kind == Kind.PROJECT)
    ).one_or_none()
    if found is None:
        raise NotFound
    agency_id = found.Cohort.agency_id
    if not found.taught and agency_id not in agencies_where(actor, SEE):
        raise NotFound
    may_mark = found.taught or agency_id in agencies_where(actor, RUN)
    if write and not may_mark:
        raise Forbidden
    return Ran(found.Cohort, found.Activity, found.Project, may_mark)


def group_of(session: Session, ran: Ran, group_id: uuid.UUID, *, lock: bool = False) -> Group:
    """A group of this project in this cohort."""
    found = sa.select(Group).where(
        Group.id == group_id, Group.cohort_id == ran.cohort.id, Group.activity_id == ran.activity.id
    )
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    group = session.scalars(found).one_or_none()
    if group is None:
        raise NotFound
    return group


def groups_of(session: Session, ran: Ran) -> Sequence[Group]:
    """The groups of a project in a cohort, as they were made."""
    found = sa.select(Group).where(Group.cohort_id == ran.cohort.id, Group.activity_id == ran.activity.id)
    return session.scalars(found.order_by(Group.created_at, Group.id)).all()


def employee_number() -> sa.ScalarSelect[Any]:
    """The number of a Person that is valid now."""
    return (
        sa.select(EmployeeNumber.number)
        .where(EmployeeNumber.person_id == Person.id, EmployeeNumber.valid_to.is_(None))
        .order_by(EmployeeNumber.id)
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def participants_of(session: Session, ran: Ran) -> list[Participant]:
    """Everybody with a seat (or still in a group), by name, with the group in which they are now: one statement."""
    rows = session.execute(
        sa.select(
            Enrolment.id,
            Person,
            Unit.name.label("unit"),
            Enrolment.unit_id,
            employee_number().label("number"),
            GroupMember.group_id,
            GroupMember.id.label("member_id"),
            GroupMember.role,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(
            GroupMember,
            sa.and_(
                GroupMember.enrolment_id == Enrolment.id,
                GroupMember.activity_id == ran.activity.id,
                GroupMember.left_at.is_(None),
            ),
        )
        .where(
            Enrolment.cohort_id == ran.cohort.id,
            sa.or_(Enrolment.state == EnrolmentState.ACTIVE, GroupMember.id.is_not(None)),
        )
        .order_by(Person.full_name, Person.id)
    )
    return [
        Participant(
            row.id,
            row.Person.id,
            row.Person.titled_name,
            row.unit or "",
            row.unit_id,
            row.number or "",
            row.group_id,
            row.member_id,
            row.role or "",
        )
        for row in rows
    ]


def version_of(session: Session, group_id: uuid.UUID, version_id: uuid.UUID) -> Version:
    """A version of a group."""
    version = session.get(Version, version_id)
    if version is None or version.group_id != group_id:
        raise NotFound
    return version


def reviews_of(
    session: Session, version_id: uuid.UUID, by_id: uuid.UUID
) -> tuple[list[Review], Moderation | None]:
    """The living reviews of a version (everybody's released ones, one's own draft) and what assessors agreed on."""
    found = session.execute(
        sa.select(Review, Moderation)
        .outerjoin(Moderation, Moderation.version_id == Review.version_id)
        .where(
            Review.version_id == version_id,
            sa.or_(
                Review.state == ReviewState.RELEASED,
                sa.and_(Review.state == ReviewState.DRAFT, Review.by_id == by_id),
            ),
        )
        .order_by(Review.released_at, Review.id)
    ).all()
    return [row.Review for row in found], next((row.Moderation for row in found), None)


def milestones_of(session: Session, activity_id: uuid.UUID) -> Sequence[Milestone]:
    """The stages of a project in order."""
    found = sa.select(Milestone).where(Milestone.activity_id == activity_id)
    return session.scalars(found.order_by(Milestone.position, Milestone.id)).all()


def dues_of(session: Session, ran: Ran) -> list[tuple[Milestone, datetime | None]]:
    """Each stage with the day that this cohort chose for it, if it did."""
    own = sa.and_(MilestoneDue.milestone_id == Milestone.id, MilestoneDue.cohort_id == ran.cohort.id)
    found = (
        sa.select(Milestone, MilestoneDue.due_at)
        .outerjoin(MilestoneDue, own)
        .where(Milestone.activity_id == ran.activity.id)
        .order_by(Milestone.position, Milestone.id)
    )
    return [(row.Milestone, row.due_at) for row in session.execute(found)]
