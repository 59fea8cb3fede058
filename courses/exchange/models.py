"""Imports of whole courses: one row each, from the uploaded archive to the report."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


class ImportState(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class CourseImport(Identified, Model):
    """An archive that becomes courses. `report` lists what was not taken, or why nothing was: lines of a msgid and values;
    `courses` are the ids of the courses that came of it; `done` of `total` activities are written.
    """

    __tablename__ = "course_import"

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    name: Mapped[str]
    key: Mapped[str]
    publish: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ImportState] = mapped_column(choice(ImportState), default=ImportState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    report: Mapped[list[Any]] = mapped_column(default=list)
    courses: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
