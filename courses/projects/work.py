"""A group's work as values: what the learner's and the assessor's pages show, read from one row. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from courses.projects.deadlines import in_words, lateness
from courses.projects.marking import Criterion, Level, read_rubric
from lms.people.models import titled

# How long an author may take back a word said in the discussion.
HIDE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a member typed and chose. Links begin with http:// or https://.

    A form and a script send the same words with other line ends and margins; here they are the same.
    """

    text: str = ""
    links: list[str] = field(default_factory=list)
    media_ids: list[uuid.UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "\n".join(self.text.splitlines()).strip())

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.links or self.media_ids)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is or was in the group. `factor` is None where the reader may not see it or none was released."""

    id: uuid.UUID
    enrolment_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    plain_name: str
    unit: str
    role: str
    left_at: datetime | None
    factor: Decimal | None
    factor_reason: str

    @property
    def initials(self) -> str:
        return initials(self.plain_name)


@dataclass(frozen=True, slots=True)
class File:
    """A file in a draft or a version; `size` in bytes."""

    id: uuid.UUID
    name: str
    content_type: str
    size: int

    @property
    def ending(self) -> str:
        """PDF, JPG, …: what the row says beside the size."""
        _, dot, ending = self.name.rpartition(".")
        return ending.upper() if dot and len(ending) <= 5 else ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion of a released review: what was reached, in words and points."""

    criterion: Criterion
    points: Decimal | None
    comment: str

    @property
    def level(self) -> Level | None:
        return self.criterion.level_of(self.points)


@dataclass(frozen=True, slots=True)
class Released:
    """A released review as its group reads it."""

    id: uuid.UUID
    version_id: uuid.UUID
    by_name: str
    released_at: datetime
    percent: Decimal | None
    comment: str
    judged: list[Judged]


@dataclass(frozen=True, slots=True)
class Handed:
    """A handed-in version."""

    id: uuid.UUID
    milestone_id: uuid.UUID | None
    number: int
    text: str
    html: str
    links: list[str]
    note: str
    by_name: str
    submitted_at: datetime
    late: timedelta | None
    files: list[File]
    under_review: bool

    @property
    def late_words(self) -> tuple[str, int] | None:
        """("days", 2) for a version that came two days late."""
        return in_words(self.late) if self.late is not None else None


@dataclass(frozen=True, slots=True)
class Said:
    """A word in the discussion. Hidden ones come without their text."""

    id: uuid.UUID
    person_id: uuid.UUID
    name: str
    plain_name: str
    text: str
    at: datetime
    is_hidden: bool

    @property
    def initials(self) -> str:
        return initials(self.plain_name)

    def may_hide(self, person_id: uuid.UUID, now: datetime) -> bool:
        return not self.is_hidden and self.person_id == person_id and now - self.at <= HIDE_WITHIN


@dataclass(frozen=True, slots=True)
class Stage:
    """A milestone, or (without an id) the final work, with the versions handed in for it, the latest in front."""

    id: uuid.UUID | None
    title: str
    due_at: datetime | None
    versions: list[Handed] = field(default_factory=list)

    @property
    def latest(self) -> Handed | None:
        return self.versions[0] if self.versions else None

    def state(self, now: datetime, *, is_next: bool) -> str:
        """As ui.stages names it: done once something was handed in, late when nothing came in time."""
        if self.versions:
            return "done"
        if lateness(now, self.due_at):
            return "late"
        return "doing" if is_next else "todo"


@dataclass(frozen=True, slots=True)
class SharedDraft:
    """What the group is writing; revision 0 means that nobody saved yet."""

    text: str = ""
    links: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    revision: int = 0
    saved_by: str = ""
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A project and what one group (None: none yet) made of it."""

    activity_id: uuid.UUID
    brief_html: str
    group_min: int
    group_max: int
    rubric: list[Criterion]
    rubric_version: int
    stages: list[Stage]
    group_id: uuid.UUID | None
    group_name: str
    members: list[Member]
    draft: SharedDraft
    comments: list[Said]
    reviews: list[Released]

    @property
    def current(self) -> list[Member]:
        """Who is in the group now."""
        return [member for member in self.members if member.left_at is None]

    @property
    def next_stage(self) -> Stage:
        """The first stage for which nothing was handed in; the final one as soon as it was."""
        final = self.stages[-1]
        return final if final.versions else next(stage for stage in self.stages if not stage.versions)

    @property
    def versions(self) -> list[Handed]:
        """All versions of all stages, the latest in front."""
        every = [version for stage in self.stages for version in stage.versions]
        return sorted(every, key=lambda version: (version.submitted_at, version.number), reverse=True)

    @property
    def reviewed(self) -> list[tuple[Stage, Handed, list[Released]]]:
        """The latest version of each stage that has released reviews, with them; the final work in front."""
        found = []
        for stage in reversed(self.stages):
            for version in stage.versions:
                reviews = [review for review in self.reviews if review.version_id == version.id]
                if reviews:
                    found.append((stage, version, reviews))
                    break
        return found

    @property
    def under_review(self) -> bool:
        """Whether a release was taken back and nothing stands in its place yet."""
        return any(version.under_review for stage in self.stages for version in stage.versions)

    def stage_of(self, version: Handed) -> Stage:
        return next(stage for stage in self.stages if stage.id == version.milestone_id)

    def version(self, version_id: uuid.UUID) -> Handed | None:
        return next((version for version in self.versions if version.id == version_id), None)

    def member(self, enrolment_id: uuid.UUID) -> Member | None:
        return next((member for member in self.current if member.enrolment_id == enrolment_id), None)


def initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def read_members(rows: Iterable[Mapping[str, Any]]) -> list[Member]:
    return [
        Member(
            id=uuid.UUID(row["id"]),
            enrolment_id=uuid.UUID(row["enrolment_id"]),
            person_id=uuid.UUID(row["person_id"]),
            name=_titled(row),
            plain_name=row["name"],
            unit=row["unit"] or "",
            role=row["role"],
            left_at=read_moment(row["left_at"]),
            factor=Decimal(str(row["factor"])) if row["factor"] is not None else None,
            factor_reason=row["factor_reason"] or "",
        )
        for row in rows
    ]


def read_files(rows: Iterable[Mapping[str, Any]]) -> list[File]:
    return [File(uuid.UUID(row["id"]), row["name"], row["content_type"], row["size"]) for row in rows]


def read_versions(rows: Iterable[Mapping[str, Any]]) -> list[Handed]:
    return [
        Handed(
            id=uuid.UUID(row["id"]),
            milestone_id=uuid.UUID(row["milestone_id"]) if row["milestone_id"] else None,
            number=row["number"],
            text=row["text"],
            html=row["html"],
            links=row["links"],
            note=row["note"],
            by_name=_titled(row),
            submitted_at=_at(row["submitted_at"]),
            late=timedelta(seconds=float(row["late"])) if row["late"] is not None else None,
            files=read_files(row["files"]),
            under_review=row["under_review"],
        )
        for row in rows
    ]


def read_comments(rows: Iterable[Mapping[str, Any]]) -> list[Said]:
    return [
        Said(
            id=uuid.UUID(row["id"]),
            person_id=uuid.UUID(row["person_id"]),
            name=_titled(row),
            plain_name=row["name"],
            text=row["text"],
            at=_at(row["at"]),
            is_hidden=row["is_hidden"],
        )
        for row in rows
    ]


def read_reviews(rows: Iterable[Mapping[str, Any]]) -> list[Released]:
    return [
        Released(
            id=uuid.UUID(row["id"]),
            version_id=uuid.UUID(row["version_id"]),
            by_name=_titled(row),
            released_at=_at(row["released_at"]),
            percent=Decimal(str(row["percent"])) if row["percent"] is not None else None,
            comment=row["comment"],
            judged=judged(read_rubric(row["rubric"]), row["marks"]),
        )
        for row in rows
    ]


def judged(rubric: Iterable[Criterion], marks: Mapping[str, Mapping[str, Any]]) -> list[Judged]:
    """Each criterion with the points and the comment that a review gives it."""
    found = []
    for criterion in rubric:
        mark = marks.get(criterion.id, {})
        points = mark.get("points")
        found.append(Judged(criterion, Decimal(points) if points else None, mark.get("comment", "")))
    return found


def points_of(marks: Mapping[str, Mapping[str, Any]]) -> dict[str, Decimal]:
    """The points of a review's marks by criterion."""
    return {id_: Decimal(mark["points"]) for id_, mark in marks.items() if mark.get("points")}


def _titled(row: Mapping[str, Any]) -> str:
    return titled(row["front_title"], row["name"], row["back_title"])


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read_moment(text: str | None) -> datetime | None:
    """A time as the database writes it into JSON."""
    return _at(text) if text else None
