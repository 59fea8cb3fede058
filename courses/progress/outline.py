"""What stands open, locked, late or done, and the one sentence that says why. Pure: values in, values out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

# The states of a row, as the design names them.
TODO, DOING, DONE, LATE, LOCKED, WAITING = "todo", "doing", "done", "late", "locked", "waiting"

# What a page costs a phone with its text: measured on the demo's lessons and quizzes, rounded up.
PAGE_BYTES = 25_000
# So long before it opens an activity may be waited for, and papers are prepared.
SOON = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lock:
    """Why an activity is closed: another one comes first, or its time has not come."""

    after_title: str = ""
    after_completion: str = ""
    opens_at: datetime | None = None
    soon: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An activity as one learner sees it. `state` is todo, doing, done, late, locked or waiting."""

    id: uuid.UUID
    module_id: uuid.UUID
    module_title: str
    kind: str
    title: str
    minutes: int
    required: bool
    completion: str
    detail: dict[str, Any]
    state: str
    percent: Decimal | None
    passed: bool | None
    lock: Lock | None
    due_at: datetime | None
    done_at: datetime | None

    @property
    def bytes(self) -> int:
        """What opening it costs a phone, with its pictures and films at the usual quality."""
        return PAGE_BYTES + int(self.detail.get("bytes", 0))


@dataclass(frozen=True, slots=True)
class ModuleRows:
    """A module with its activities."""

    id: uuid.UUID
    title: str
    rows: list[Row] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(row.state == DONE for row in self.rows)

    @property
    def is_locked(self) -> bool:
        return bool(self.rows) and all(row.state == LOCKED for row in self.rows)


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole syllabus as one learner sees it."""

    modules: list[ModuleRows]

    @property
    def rows(self) -> list[Row]:
        return [row for module in self.modules for row in module.rows]

    @property
    def done(self) -> int:
        return sum(row.state == DONE for row in self.rows)

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def percent(self) -> int:
        """Whole percent of activities done, rounded down: 100 only when all are."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def next(self) -> Row | None:
        """What to do now: what was begun, then what is late, then the first open one."""
        for wanted in ({DOING}, {LATE}, {TODO}):
            for row in self.rows:
                if row.state in wanted:
                    return row
        return None

    def row(self, activity_id: uuid.UUID) -> Row | None:
        return next((row for row in self.rows if row.id == activity_id), None)

    def after(self, activity_id: uuid.UUID) -> Row | None:
        """The activity that follows in order."""
        ids = [row.id for row in self.rows]
        position = ids.index(activity_id) + 1
        return self.rows[position] if position < len(ids) else None


def state_of(stored: str | None, lock: Lock | None, due_at: datetime | None, now: datetime) -> str:
    """Done and waiting stay what they are; a closed one is locked; what is due and not handed in is late."""
    if stored in (DONE, WAITING):
        return stored
    if lock:
        return LOCKED
    if due_at and due_at < now:
        return LATE
    return stored or TODO


def outline(records: Iterable[Any], *, now: datetime) -> Outline:
    """Rows of progress.queries (in syllabus order) as an Outline."""
    records = list(records)
    done = {record.id for record in records if record.stored == DONE}
    titles = {record.id: record for record in records}
    modules: list[ModuleRows] = []
    for record in records:
        if not modules or modules[-1].id != record.module_id:
            modules.append(ModuleRows(record.module_id, record.module_title))
        modules[-1].rows.append(_row(record, lock_of(record, titles, done, now), now))
    return Outline(modules)


def lock_of(record: Any, titles: dict[uuid.UUID, Any], done: set[uuid.UUID], now: datetime) -> Lock | None:
    """Why an activity is closed to one who has done these; None when it is open. `titles` has the activities by id."""
    first = titles.get(record.after_id)
    if first is not None and first.id not in done:
        return Lock(after_title=first.title, after_completion=first.completion)
    if record.opens_at and record.opens_at > now:
        return Lock(opens_at=record.opens_at, soon=record.opens_at - now <= SOON)
    return None


def _row(record: Any, lock: Lock | None, now: datetime) -> Row:
    return Row(
        id=record.id,
        module_id=record.module_id,
        module_title=record.module_title,
        kind=record.kind,
        title=record.title,
        minutes=record.minutes,
        required=record.required,
        completion=record.completion,
        detail=record.detail,
        state=state_of(record.stored, lock, record.due_at, now),
        percent=record.percent,
        passed=record.passed,
        lock=lock,
        due_at=record.due_at,
        done_at=record.done_at,
    )


def cycle(after: dict[uuid.UUID, uuid.UUID | None]) -> Sequence[uuid.UUID]:
    """A chain of prerequisites that returns to itself, or nothing. Such a chain would close its activities for ever."""
    for start in after:
        path = [start]
        while (following := after.get(path[-1])) is not None:
            if following in path:
                return [*path[path.index(following) :], following]
            path.append(following)
    return []
