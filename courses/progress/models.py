"""One row for each activity that a learner has begun, and the ledger of every mark."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


class State(enum.StrEnum):
    """Todo has no row. Waiting: handed in, a person must mark it."""

    TODO = "todo"
    DOING = "doing"
    WAITING = "waiting"
    DONE = "done"


class Progress(Model):
    """Where one enrolment stands with one activity. `percent` is the mark that counts, 0 to 100."""

    __tablename__ = "progress"
    __table_args__ = (sa.Index("ix_progress_activity", "activity_id"),)

    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id", cascade=True), primary_key=True)
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True), primary_key=True)
    state: Mapped[State] = mapped_column(choice(State))
    percent: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 2))
    passed: Mapped[bool | None]
    watched: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    began_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class MarkEntry(Identified, Model):
    """The append-only ledger: every mark that was ever given, by whom and why."""

    __tablename__ = "mark_entry"
    __table_args__ = (sa.Index("ix_mark_entry_enrolment_activity", "enrolment_id", "activity_id"),)

    enrolment_id: Mapped[uuid.UUID] = mapped_column(fk("enrolment.id", cascade=True))
    activity_id: Mapped[uuid.UUID] = mapped_column(fk("activity.id", cascade=True))
    percent: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 2))
    passed: Mapped[bool | None]
    given_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
