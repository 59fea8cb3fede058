"""The one statement that reads a group's whole work: lists of rows come as JSON, so that their number costs nothing."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from courses.cohorts.models import ActivityDates, Cohort, Enrolment
from courses.projects.models import (
    Comment,
    Draft,
    DraftFile,
    Factor,
    Group,
    GroupMember,
    Milestone,
    MilestoneDue,
    Project,
    Review,
    ReviewState,
    Version,
    VersionFile,
)
from lms.media.models import Media
from lms.people.models import Person, Unit

Json = sa.ScalarSelect[Any]
_NAME = {"front_title": Person.front_title, "name": Person.full_name, "back_title": Person.back_title}


def _listed(columns: dict[str, Any], order: tuple[Any, ...], rows: sa.Select[Any]) -> Json:
    """The rows of a correlated select as one JSON list. `rows` brings its FROM and WHERE; its columns are replaced."""
    pairs: list[Any] = []
    for name, column in columns.items():
        pairs += [sa.literal_column(f"'{name}'"), column]
    many = sa.func.jsonb_agg(aggregate_order_by(sa.func.jsonb_build_object(*pairs), *order))
    empty: sa.ColumnElement[Any] = sa.literal_column("'[]'::jsonb")
    return rows.with_only_columns(sa.func.coalesce(many, empty, type_=JSONB)).scalar_subquery()


def _files(link: type[DraftFile] | type[VersionFile], belongs: sa.ColumnElement[bool], outer: Any) -> Json:
    columns = {"id": Media.id, "name": Media.name, "content_type": Media.content_type, "size": Media.size}
    rows = (
        sa.select(Media.id)
        .select_from(Media)
        .join(link, link.media_id == Media.id)
        .where(belongs)
        .correlate(outer)
    )
    return _listed(columns, (link.position,), rows)


def _members() -> Json:
    sees = sa.or_(
        sa.bindparam("reader", type_=sa.Uuid).is_(None),
        GroupMember.enrolment_id == sa.bindparam("reader", type_=sa.Uuid),
    )
    columns = {
        "id": GroupMember.id,
        "enrolment_id": GroupMember.enrolment_id,
        "person_id": Person.id,
        **_NAME,
        "unit": Unit.name,
        "role": GroupMember.role,
        "left_at": GroupMember.left_at,
        "factor": sa.case((sees, Factor.value)),
        "factor_reason": sa.case((sees, Factor.reason)),
    }
    rows = (
        sa.select(GroupMember.id)
        .select_from(GroupMember)
        .join(Enrolment, Enrolment.id == GroupMember.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(Factor, Factor.member_id == GroupMember.id)
        .where(GroupMember.group_id == Group.id)
        .correlate(Group)
    )
    return _listed(columns, (GroupMember.joined_at, Person.full_name, GroupMember.id), rows)


def _withdrawn() -> sa.ColumnElement[bool]:
    """Whether a version's release was taken back and nothing released stands in its place."""

    def exists(state: ReviewState) -> sa.ColumnElement[bool]:
        found = sa.select(Review.id).where(Review.version_id == Version.id, Review.state == state)
        return sa.exists(found.correlate(Version))

    return sa.and_(exists(ReviewState.WITHDRAWN), sa.not_(exists(ReviewState.RELEASED)))


def _versions() -> Json:
    columns = {
        "id": Version.id,
        "milestone_id": Version.milestone_id,
        "number": Version.number,
        "text": Version.text,
        "html": Version.html,
        "links": Version.links,
        "note": Version.note,
        **_NAME,
        "submitted_at": Version.submitted_at,
        "late": sa.extract("epoch", Version.late),
        "files": _files(VersionFile, VersionFile.version_id == Version.id, Version),
        "under_review": _withdrawn(),
    }
    rows = (
        sa.select(Version.id)
        .select_from(Version)
        .join(Person, Person.id == Version.submitted_by)
        .where(Version.group_id == Group.id)
        .correlate(Group)
    )
    return _listed(columns, (Version.number.desc(),), rows)


def _comments() -> Json:
    columns = {
        "id": Comment.id,
        "person_id": Comment.person_id,
        **_NAME,
        "text": sa.case((Comment.hidden_at.is_(None), Comment.text), else_=""),
        "at": Comment.at,
        "is_hidden": Comment.hidden_at.is_not(None),
    }
    rows = (
        sa.select(Comment.id)
        .select_from(Comment)
        .join(Person, Person.id == Comment.person_id)
        .where(Comment.group_id == Group.id)
        .correlate(Group)
    )
    return _listed(columns, (Comment.at, Comment.id), rows)


def _reviews() -> Json:
    columns = {
        "id": Review.id,
        "version_id": Review.version_id,
        **_NAME,
        "released_at": Review.released_at,
        "percent": Review.percent,
        "comment": Review.comment,
        "rubric": Review.rubric,
        "marks": Review.marks,
    }
    rows = (
        sa.select(Review.id)
        .select_from(Review)
        .join(Version, Version.id == Review.version_id)
        .join(Person, Person.id == Review.by_id)
        .where(Version.group_id == Group.id, Review.state == ReviewState.RELEASED)
        .correlate(Group)
    )
    return _listed(columns, (Review.released_at, Review.id), rows)


def _milestones() -> Json:
    columns = {
        "id": Milestone.id,
        "title": Milestone.title,
        "days": Milestone.days_after_start,
        "due_at": MilestoneDue.due_at,
    }
    rows = (
        sa.select(Milestone.id)
        .select_from(Milestone)
        .outerjoin(
            MilestoneDue,
            sa.and_(MilestoneDue.milestone_id == Milestone.id, MilestoneDue.cohort_id == Cohort.id),
        )
        .where(Milestone.activity_id == Project.activity_id)
        .correlate(Project, Cohort)
    )
    return _listed(columns, (Milestone.position, Milestone.id), rows)


def _work(group: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """A project in a cohort and one group's work; without such a group its columns are empty."""
    saver = aliased(Person)
    return (
        sa.select(
            Project,
            Cohort.starts_on,
            Cohort.zone,
            ActivityDates.due_at,
            _milestones().label("milestones"),
            Group.id.label("group_id"),
            Group.name.label("group_name"),
            _members().label("members"),
            _versions().label("versions"),
            _comments().label("comments"),
            _reviews().label("reviews"),
            Draft.text,
            Draft.links,
            Draft.revision,
            Draft.saved_at,
            saver.full_name.label("saved_by"),
            _files(DraftFile, DraftFile.group_id == Draft.group_id, Draft).label("draft_files"),
        )
        .select_from(Project)
        .join(Cohort, Cohort.id == sa.bindparam("cohort", type_=sa.Uuid))
        .outerjoin(
            ActivityDates,
            sa.and_(ActivityDates.cohort_id == Cohort.id, ActivityDates.activity_id == Project.activity_id),
        )
        .outerjoin(
            Group,
            sa.and_(Group.activity_id == Project.activity_id, Group.cohort_id == Cohort.id, group),
        )
        .outerjoin(Draft, Draft.group_id == Group.id)
        .outerjoin(saver, saver.id == Draft.saved_by)
        .where(Project.activity_id == sa.bindparam("activity", type_=sa.Uuid))
    )


def _mine() -> sa.ColumnElement[bool]:
    return Group.id == (
        sa.select(GroupMember.group_id)
        .where(
            GroupMember.enrolment_id == sa.bindparam("reader", type_=sa.Uuid),
            GroupMember.activity_id == sa.bindparam("activity", type_=sa.Uuid),
            GroupMember.left_at.is_(None),
        )
        .scalar_subquery()
    )


# Both take `activity` and `cohort`. `reader` is the enrolment whose group is read and the only one whose factor is
# shown; staff name the `group`, and with `reader` None they see every factor. Each of them is a megabyte of objects, so
# it is put together when it is first asked for, and kept.


@cache
def own_work() -> sa.Select[*tuple[Any, ...]]:
    return _work(_mine())


@cache
def any_work() -> sa.Select[*tuple[Any, ...]]:
    return _work(Group.id == sa.bindparam("group", type_=sa.Uuid))
