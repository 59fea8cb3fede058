"""Group projects: the brief and its rubric, groups and who was in them, handed-in versions, reviews and factors."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


class ReviewState(enum.StrEnum):
    """A draft is the assessor's own; what was released and taken back stays as it was."""

    DRAFT = "draft"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Project(Model):
    """The project of an activity. `rubric` is what courses.projects.marking reads; each change gives it a new version.

    Work that comes late is marked as late and never refused.
    """

    __tablename__ = "project"

    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True), primary_key=True)
    brief: Mapped[str] = mapped_column(default="")
    brief_html: Mapped[str] = mapped_column(default="")
    group_min: Mapped[int]
    group_max: Mapped[int]
    rubric: Mapped[list[Any]] = mapped_column(default=list)
    rubric_version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class Milestone(Identified, Model):
    """A stage of the work. It is due so many days after a cohort starts, unless the cohort says otherwise."""

    __tablename__ = "project_milestone"

    activity_id: Mapped[uuid.UUID] = mapped_column(fk("project.activity_id", cascade=True), index=True)
    title: Mapped[str]
    position: Mapped[int]
    days_after_start: Mapped[int]


class MilestoneDue(Model):
    """When a stage is due in one cohort, where staff chose a day of their own."""

    __tablename__ = "project_milestone_due"

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id", cascade=True), primary_key=True)
    milestone_id: Mapped[uuid.UUID] = mapped_column(
        fk("project_milestone.id", cascade=True), primary_key=True, index=True
    )
    due_at: Mapped[datetime]


class Group(Identified, Model):
    """A group of one cohort. `seed` repeats the draw that made it; None when it was formed by hand."""

    __tablename__ = "project_group"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "activity_id", "name"),)

    cohort_id: Mapped[uuid.UUID] = mapped_column(fk("cohort.id"))
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("project.activity_id"), index=True)
    name: Mapped[str]
    seed: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime]


class GroupMember(Identified, Model):
    """Somebody in a group, from when to when; who left keeps what they did."""

    __tablename__ = "project_member"
    __table_args__ = (
        sa.Index(
            "uq_project_member_current",
            "enrolment_id",
            "activity_id",
            unique=True,
            postgresql_where=sa.text("left_at IS NULL"),
        ),
    )

    group_id: Mapped[uuid.UUID] = mapped_column(fk("project_group.id", cascade=True), index=True)
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("project.activity_id"))
    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id"), index=True)
    role: Mapped[str] = mapped_column(default="")
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Draft(Model):
    """What a group is writing together. `revision` counts the savings; who saves names the one they had read."""

    __tablename__ = "project_draft"

    group_id: Mapped[uuid.UUID] = mapped_column(fk("project_group.id", cascade=True), primary_key=True)
    text: Mapped[str] = mapped_column(default="")
    links: Mapped[list[Any]] = mapped_column(default=list)
    revision: Mapped[int] = mapped_column(default=0)
    saved_by: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    saved_at: Mapped[datetime]


class DraftFile(Model):
    """A file that the group has laid beside its draft."""

    __tablename__ = "project_draft_file"

    group_id: Mapped[uuid.UUID] = mapped_column(fk("project_draft.group_id", cascade=True), primary_key=True)
    media_id: Mapped[uuid.UUID] = mapped_column(fk("media.id"), primary_key=True, index=True)
    position: Mapped[int]


class Version(Identified, Model):
    """What a group handed in, once and for all: the database refuses to change or delete it.

    Without a milestone it is the final work. `number` counts per group and stage; `late` is None when it came in time.
    `client_id` is the browser's name for one press of the button, so that a second press makes no second version.
    """

    __tablename__ = "project_version"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "milestone_id", "number", postgresql_nulls_not_distinct=True),
        sa.UniqueConstraint("group_id", "client_id"),
    )

    group_id: Mapped[uuid.UUID] = mapped_column(fk("project_group.id"))
    milestone_id: Mapped[uuid.UUID | None] = mapped_column(fk("project_milestone.id"), index=True)
    number: Mapped[int]
    client_id: Mapped[uuid.UUID]
    text: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    links: Mapped[list[Any]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(default="")
    submitted_by: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    submitted_at: Mapped[datetime]
    late: Mapped[timedelta | None] = mapped_column(sa.Interval)


class VersionFile(Model):
    """A file of a handed-in version."""

    __tablename__ = "project_version_file"

    version_id: Mapped[uuid.UUID] = mapped_column(fk("project_version.id"), primary_key=True)
    media_id: Mapped[uuid.UUID] = mapped_column(fk("media.id"), primary_key=True, index=True)
    position: Mapped[int]


class Comment(Identified, Model):
    """A word in a group's discussion, by a member or by staff. Never deleted; its author may hide it for ten minutes."""

    __tablename__ = "project_comment"
    __table_args__ = (sa.UniqueConstraint("group_id", "client_id"),)

    group_id: Mapped[uuid.UUID] = mapped_column(fk("project_group.id"))
    client_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    text: Mapped[str]
    at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]


class Review(Identified, Model):
    """One assessor's judgement of one version. Each assessor has at most one that is alive.

    `rubric` is the rubric as it was. `marks` maps a criterion's id to points (text of a Decimal) and comment, `factors`
    a member's id to value and reason as the assessor proposes them; they count from the release on (Factor).
    """

    __tablename__ = "project_review"
    __table_args__ = (
        sa.Index(
            "uq_project_review_alive",
            "version_id",
            "by_id",
            unique=True,
            postgresql_where=sa.text("state <> 'withdrawn'"),
        ),
    )

    version_id: Mapped[uuid.UUID] = mapped_column(fk("project_version.id"))
    by_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    rubric: Mapped[list[Any]]
    rubric_version: Mapped[int]
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comment: Mapped[str] = mapped_column(default="")
    factors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    percent: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 2))
    state: Mapped[ReviewState] = mapped_column(choice(ReviewState), default=ReviewState.DRAFT)
    saved_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")


class Moderation(Model):
    """What assessors agreed on when their marks of one version lay far apart."""

    __tablename__ = "project_moderation"

    version_id: Mapped[uuid.UUID] = mapped_column(fk("project_version.id"), primary_key=True)
    note: Mapped[str]
    by_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    at: Mapped[datetime]


class Factor(Model):
    """By how much a member's mark differs from the group's, as it was last released."""

    __tablename__ = "project_factor"

    member_id: Mapped[uuid.UUID] = mapped_column(fk("project_member.id", cascade=True), primary_key=True)
    value: Mapped[Decimal] = mapped_column(sa.Numeric(3, 2))
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    at: Mapped[datetime]
