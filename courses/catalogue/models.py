"""Courses, modules and activities: the syllabus. An activity is the one polymorphic seam of the learning."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.database import Identified, Model, choice, fk


class Kind(enum.StrEnum):
    """What an activity is. The value is the blueprint that shows it: `url_for(f"{kind}.show", …)`."""

    LESSON = "lessons"
    QUIZ = "quizzes"
    PROJECT = "projects"


class Completion(enum.StrEnum):
    """What makes an activity complete."""

    VIEWED = "viewed"
    WATCHED = "watched"
    SUBMITTED = "submitted"
    PASSED = "passed"
    MARKED = "marked"


WATCH_PERCENT = 90

# What each kind may ask for; the first is the usual one.
COMPLETIONS = {
    Kind.LESSON: (Completion.VIEWED, Completion.WATCHED),
    Kind.QUIZ: (Completion.PASSED, Completion.SUBMITTED),
    Kind.PROJECT: (Completion.MARKED, Completion.SUBMITTED),
}


class Course(Identified, Model):
    """A course on offer. `jp` are lesson hours of 45 minutes."""

    __tablename__ = "course"
    __table_args__ = (sa.Index("ix_course_agency_title", "agency_id", "title"),)

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"))
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    objectives: Mapped[list[Any]] = mapped_column(default=list)
    jp: Mapped[int] = mapped_column(default=0)
    tags: Mapped[list[Any]] = mapped_column(default=list)
    cover_id: Mapped[uuid.UUID | None] = mapped_column(fk("media.id", set_null=True))
    # Counts saved facts, so that of two editors the second is told about the first.
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    modules: Mapped[list[Module]] = relationship(order_by="Module.position", back_populates="course")


class CourseStaff(Model):
    """Who may change a course besides the administrators of its agency."""

    __tablename__ = "course_staff"

    course_id: Mapped[uuid.UUID] = mapped_column(fk("course.id", cascade=True), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"), primary_key=True, index=True)


class Module(Identified, Model):
    """A part of a course."""

    __tablename__ = "module"

    course_id: Mapped[uuid.UUID] = mapped_column(fk("course.id", cascade=True), index=True)
    title: Mapped[str]
    position: Mapped[int]

    course: Mapped[Course] = relationship(back_populates="modules")
    activities: Mapped[list[Activity]] = relationship(order_by="Activity.position", back_populates="module")


class Activity(Identified, Model):
    """One item of the syllabus. What it holds lives in the feature of its kind, under the same id.

    `after_id` names the activity that must be complete before this one opens.
    """

    __tablename__ = "activity"

    course_id: Mapped[uuid.UUID] = mapped_column(fk("course.id", cascade=True), index=True)
    module_id: Mapped[uuid.UUID] = mapped_column(fk("module.id", cascade=True), index=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    title: Mapped[str]
    minutes: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    published: Mapped[bool] = mapped_column(default=False)
    required: Mapped[bool] = mapped_column(default=True)
    completion: Mapped[Completion] = mapped_column(choice(Completion), default=Completion.VIEWED)
    # How much of its videos and recordings must be played, where `completion` is "watched": the rest are usually credits.
    watch_percent: Mapped[int] = mapped_column(default=WATCH_PERCENT)
    after_id: Mapped[uuid.UUID | None] = mapped_column(fk("activity.id", set_null=True))
    # What the row says beside its state: "10 soal, 20 menit", "video 8 menit"; written by the feature of the kind.
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)

    module: Mapped[Module] = relationship(back_populates="activities")
