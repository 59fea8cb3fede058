"""Forming groups: by hand, from a list, by a balanced draw; members come and go, and what they did stays."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.projects.grouping import draw
from courses.projects.models import Comment, Factor, Group, GroupMember, MilestoneDue, Version
from courses.projects.queries import Participant, Ran, groups_of, milestones_of, participants_of
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Conflict, Invalid

LONGEST_NAME = 80
EMPTY_LIST = N_("Tempel daftar atau pilih berkas lebih dahulu.")


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line of a list: a sentence (a msgid) with its values; `ok` when the person was placed."""

    number: int
    text: str
    ok: bool
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


def lock_run(session: Session, ran: Ran) -> None:
    """Let staff who form groups of one cohort wait for each other."""
    session.execute(
        sa.select(
            sa.func.pg_advisory_xact_lock(
                sa.func.hashtextextended(f"groups:{ran.cohort.id}:{ran.activity.id}", 0)
            )
        )
    )


def add_group(session: Session, ran: Ran, name: str, *, now: datetime, seed: int | None = None) -> Group:
    """A new group. Its name is unique in the class."""
    lock_run(session, ran)
    checked = _free_name(session, ran, name)
    group = Group(
        cohort_id=ran.cohort.id, activity_id=ran.activity.id, name=checked, seed=seed, created_at=now
    )
    session.add(group)
    session.flush()
    return group


def rename(session: Session, ran: Ran, group: Group, name: str) -> None:
    lock_run(session, ran)
    group.name = _free_name(session, ran, name, but=group.id)


def _free_name(session: Session, ran: Ran, name: str, *, but: uuid.UUID | None = None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(N_("Nama kelompok berisi 1 sampai 80 huruf."), field="name")
    for group in groups_of(session, ran):
        if group.id != but and group.name.casefold() == name.casefold():
            raise Invalid(N_("Nama “%(name)s” sudah dipakai kelompok lain."), field="name", name=name)
    return name


def next_name(session: Session, ran: Ran) -> str:
    """ "Kelompok 4": the first number that no group carries."""
    taken = {group.name.casefold() for group in groups_of(session, ran)}
    return next(name for name in map("Kelompok {}".format, range(1, 10_000)) if name.casefold() not in taken)


def drop_group(session: Session, ran: Ran, group: Group, *, by: Actor, now: datetime) -> None:
    """Delete a group that never did anything; one with work or words stays."""
    lock_run(session, ran)
    for table in (Version, Comment):
        if session.scalar(sa.select(table.id).where(table.group_id == group.id).limit(1)):
            raise Conflict(
                N_("Kelompok ini sudah punya kumpulan atau diskusi, jadi tidak dapat dihapus. Ganti namanya.")
            )
    session.delete(group)
    _noted(session, ran, "project:group-dropped", by, now, {"name": group.name})


def place(
    session: Session,
    ran: Ran,
    wanted: Mapping[uuid.UUID, uuid.UUID | None],
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Put participants (by enrolment) into groups, or (None) out of theirs. Returns how many moved.

    Who moves leaves the old group with a date and begins in the new one; who stays is not touched.
    """
    lock_run(session, ran)
    groups = {group.id for group in groups_of(session, ran)}
    moved = 0
    for person in participants_of(session, ran):
        target = wanted.get(person.enrolment_id, person.group_id)
        if target == person.group_id or (target is not None and target not in groups):
            continue
        _move(session, ran, person, target, now)
        moved += 1
    session.flush()
    if moved:
        _noted(session, ran, "project:members-placed", by, now, {"moved": moved})
    return moved


def _move(session: Session, ran: Ran, person: Participant, target: uuid.UUID | None, now: datetime) -> None:
    if person.member_id:
        _leave(session, person.member_id, now)
    if target is None:
        return
    session.add(
        GroupMember(
            group_id=target,
            activity_id=ran.activity.id,
            enrolment_id=person.enrolment_id,
            role=person.role,
            joined_at=now,
        )
    )
    session.flush()


def _leave(session: Session, member_id: uuid.UUID, now: datetime) -> None:
    """A member's days end; one who was put in and out within a minute, before any work, leaves no trace."""
    member = session.get_one(GroupMember, member_id)
    worked = session.scalar(
        sa.select(sa.or_(sa.exists().where(Version.group_id == member.group_id), _has_factor(member.id)))
    )
    if worked or (now - member.joined_at).total_seconds() > 60:
        member.left_at = now
    else:
        session.delete(member)
    session.flush()


def leave_all(session: Session, enrolment_id: uuid.UUID, *, now: datetime) -> None:
    """Whoever gave up a place in a class is in none of its groups any more."""
    found = sa.select(GroupMember.id).where(
        GroupMember.enrolment_id == enrolment_id, GroupMember.left_at.is_(None)
    )
    for member_id in session.scalars(found).all():
        _leave(session, member_id, now)


def _has_factor(member_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.exists().where(Factor.member_id == member_id)


def draw_groups(
    session: Session, ran: Ran, *, by: Actor, now: datetime, seed: int | None = None
) -> list[Group]:
    """Draw groups for everybody who has none yet, sizes balanced and units mixed. The seed is kept with each group."""
    lock_run(session, ran)
    free = sorted(
        (person for person in participants_of(session, ran) if person.group_id is None),
        key=lambda person: person.enrolment_id,
    )
    if not free:
        raise Conflict(N_("Semua peserta sudah punya kelompok."))
    seed = secrets.randbits(62) if seed is None else seed
    people = [(person, person.unit_id or person.enrolment_id) for person in free]
    drawn = draw(people, least=ran.project.group_min, most=ran.project.group_max, seed=seed)
    made = []
    for members in drawn:
        group = add_group(session, ran, next_name(session, ran), now=now, seed=seed)
        for person in members:
            _move(session, ran, person, group.id, now)
        made.append(group)
    _noted(session, ran, "project:groups-drawn", by, now, {"groups": len(made), "seed": str(seed)})
    return made


def place_listed(
    session: Session, ran: Ran, rows: Sequence[tuple[int, Sequence[str]]], *, by: Actor, now: datetime
) -> list[Line]:
    """Place people by a list of (line number, [NIP, group name]); unknown groups are made. Says what became of each line."""
    lock_run(session, ran)
    by_number = {person.number: person for person in participants_of(session, ran) if person.number}
    groups = {group.name.casefold(): group for group in groups_of(session, ran)}
    lines: list[Line] = []
    wanted: dict[uuid.UUID, uuid.UUID | None] = {}
    for number, cells in rows:
        line, person, name = _read_line(number, cells, by_number, wanted)
        if person is not None:
            group = groups.get(name.casefold()) or add_group(session, ran, name, now=now)
            groups[name.casefold()] = group
            wanted[person.enrolment_id] = group.id
        lines.append(line)
    place(session, ran, wanted, by=by, now=now)
    return lines


def _read_line(
    number: int,
    cells: Sequence[str],
    by_number: Mapping[str, Participant],
    seen: Mapping[uuid.UUID, object],
) -> tuple[Line, Participant | None, str]:
    text = "; ".join(cells)
    digits = "".join(mark for mark in (cells[0] if cells else "") if mark.isdigit())
    name = " ".join(cells[1].split()) if len(cells) > 1 else ""
    person = by_number.get(digits)
    wrong = _line_problem(digits, name, person, seen)
    if wrong or person is None:
        return Line(number, text, False, wrong), None, name
    told = {"name": person.name, "group": name}
    return Line(number, text, True, N_("%(name)s masuk %(group)s."), told), person, name


def _line_problem(
    digits: str, name: str, person: Participant | None, seen: Mapping[uuid.UUID, object]
) -> str:
    if not digits:
        return N_("Baris ini tidak memuat NIP. Tulis NIP; nama kelompok.")
    if person is None:
        return N_("NIP ini bukan peserta aktif kelas ini.")
    if not name or len(name) > LONGEST_NAME:
        return N_("Nama kelompok berisi 1 sampai 80 huruf.")
    if person.enrolment_id in seen:
        return N_("NIP ini sudah ada di baris lain.")
    return ""


def set_dues(
    session: Session, ran: Ran, dues: Mapping[uuid.UUID, datetime | None], *, by: Actor, now: datetime
) -> None:
    """Days of this cohort's own for some stages; None goes back to the course's plan. Versions keep their lateness."""
    known: set[uuid.UUID] = {stage.id for stage in milestones_of(session, ran.activity.id)}
    for stage_id, due_at in dues.items():
        if stage_id not in known:
            continue
        row = session.get(MilestoneDue, (ran.cohort.id, stage_id))
        if due_at is None:
            if row:
                session.delete(row)
        elif row:
            row.due_at = due_at
        else:
            session.add(MilestoneDue(cohort_id=ran.cohort.id, milestone_id=stage_id, due_at=due_at))
    session.flush()
    _noted(session, ran, "project:dues-set", by, now, {"stages": len(dues)})


def _noted(session: Session, ran: Ran, act: str, by: Actor, now: datetime, after: dict[str, Any]) -> None:
    note(
        session,
        act,
        "cohort",
        ran.cohort.id,
        by=by,
        now=now,
        agency_id=ran.cohort.agency_id,
        after={"activity": str(ran.activity.id), **after},
    )
