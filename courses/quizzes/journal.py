"""Keeping answers: what counts, and beside it the journal of everything that arrived."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from courses.quizzes.merging import Change, Standing, Verdict, after, judge
from courses.quizzes.models import Answer, Attempt, LateAnswer, Lateness, Quiz
from courses.quizzes.room import MOST_LATE, Room, size_of
from courses.quizzes.saving import as_json, held_select, journal_insert
from courses.quizzes.timing import lateness
from lms.errors import NotFound


@dataclass(frozen=True, slots=True)
class Held:
    """An attempt with its row locked, and how the questions stand that are being answered.

    The standings are from before the lock was granted. When another transaction changed them meanwhile, writing meets its
    rows in the journal and fails as a whole; the phone sends again. So is `room`: what arrives at once on several ways may
    be kept beyond its end.
    """

    attempt: Attempt
    quiz: Quiz
    standings: dict[int, Standing]
    conflicts: list[int]
    room: Room


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a change; `late` says why a person has to decide on it."""

    verdict: Verdict
    revision: int
    standing: Standing
    late: Lateness | None = None


def held_attempt(
    session: Session,
    person_id: uuid.UUID,
    attempt_id: uuid.UUID,
    changes: Sequence[Change] = (),
    *,
    keys: bool = False,
) -> Held:
    """Somebody's own attempt, locked, with the standings of the questions that `changes` answer: one statement."""
    asked = {
        "attempt": attempt_id,
        "person": person_id,
        "device": next((change.device for change in changes), None),
        "revs": [change.rev for change in changes if change.rev is not None],
        "numbers": list({change.number for change in changes}),
    }
    options = {"populate_existing": True}
    result = session.execute(held_select(keys), asked, execution_options=options).one_or_none()
    if result is None:
        raise NotFound
    attempt, quiz, told, (many, size, conflicts) = result
    return Held(attempt, quiz, _standings(told or {}), sorted(conflicts or []), Room(many or 0, size or 0))


def _standings(told: Mapping[str, Sequence[Any]]) -> dict[int, Standing]:
    return {
        int(number): Standing(
            value,
            revision,
            last,
            None if device is None else uuid.UUID(device),
            conflict,
            newest or 0,
            {int(rev): (place, earlier) for rev, (place, earlier) in (seen or {}).items()},
        )
        for number, (value, revision, last, device, conflict, newest, seen) in told.items()
    }


def keep(session: Session, held: Held, changes: Sequence[Change], *, now: datetime) -> list[Kept]:
    """Take changes in their order: what may count is written in one statement, what is late in another.

    The first device that answers holds the attempt.
    """
    attempt = held.attempt
    holder = attempt.device or next((change.device for change in changes if attempt.is_open), None)
    standings, kept, shelf = dict(held.standings), [], _Shelf(session, held, changes)
    for change in changes:
        standing = standings.get(change.number, Standing())
        verdict = judge(standing, change, holder)
        late = _late(held, change, verdict, standing, now)
        if late is None and not attempt.is_open and verdict is not Verdict.MISMATCH:
            verdict = Verdict.KNOWN  # it says what was handed in
        if not shelf.takes(change, verdict, late):
            verdict, late = Verdict.FULL, None
        if late is None:
            standing = standings[change.number] = after(standing, change, verdict)
        kept.append(Kept(verdict, _place(standing, change, verdict), standing, late))
    _write(session, attempt, holder, list(zip(changes, kept, strict=True)), now)
    return kept


@dataclass
class _Shelf:
    """The room for what is new: that of the journal and, looked at only when something is late, that of the late answers."""

    session: Session
    held: Held
    changes: Sequence[Change]

    def takes(self, change: Change, verdict: Verdict, late: Lateness | None) -> bool:
        """Whether a change is kept, or needs no room because it is there already."""
        if late is not None:
            room, there = self._late
            return (change.number, change.device, change.rev) in there or room.takes(size_of(change.value))
        return not _is_new(verdict) or self.held.room.takes(size_of(change.value))

    @cached_property
    def _late(self) -> tuple[Room, Container[tuple[int, uuid.UUID | None, int | None]]]:
        """Sizes are those on disk: nothing is unpacked to be counted."""
        revs = [change.rev for change in self.changes if change.rev is not None]
        again = sa.func.jsonb_agg(
            sa.func.jsonb_build_array(LateAnswer.number, LateAnswer.device, LateAnswer.rev)
        ).filter(LateAnswer.rev.in_(revs))
        size = sa.func.coalesce(sa.func.sum(sa.func.pg_column_size(LateAnswer.value)), 0)
        many, used, there = self.session.execute(
            sa.select(sa.func.count(), size, again).where(LateAnswer.attempt_id == self.held.attempt.id)
        ).one()
        known = {(number, uuid.UUID(device), rev) for number, device, rev in there or []}
        return Room(many, int(used), MOST_LATE), known


def _late(held: Held, change: Change, verdict: Verdict, standing: Standing, now: datetime) -> Lateness | None:
    """Why a person has to decide; what came before, and what is there already, needs no decision."""
    if verdict in (Verdict.KNOWN, Verdict.MISMATCH) or standing.value == change.value:
        return None
    if not held.attempt.is_open:
        return Lateness.AFTER_SUBMIT
    return lateness(held.attempt.deadline, held.quiz.grace_minutes, made=change.made_at, now=now)


def _place(standing: Standing, change: Change, verdict: Verdict) -> int:
    """The place in the journal of a change that is in it."""
    if change.rev is not None and change.rev in standing.seen:
        return standing.seen[change.rev][0]
    return standing.revision if verdict is Verdict.COUNTS else standing.last


def _write(
    session: Session,
    attempt: Attempt,
    holder: uuid.UUID | None,
    taken: Sequence[tuple[Change, Kept]],
    now: datetime,
) -> None:
    late = [(change, kept.late) for change, kept in taken if kept.late is not None]
    late = _not_there_yet(session, attempt.id, late)
    new = [pair for pair in taken if pair[1].late is None and _is_new(pair[1].verdict)]
    if late:
        rows = [
            {"attempt_id": attempt.id, "received_at": now, "reason": reason, **_facts(change)}
            for change, reason in late
        ]
        session.execute(insert(LateAnswer).values(rows).on_conflict_do_nothing())
    if new:
        _journal(session, attempt.id, holder, new, now)
        set_committed_value(attempt, "device", holder)


def _not_there_yet(
    session: Session, attempt_id: uuid.UUID, late: Sequence[tuple[Change, Lateness]]
) -> list[tuple[Change, Lateness]]:
    """A form without script has no number to be known by when it is sent twice; what waits already is left out."""
    forms = {change.number for change, _ in late if change.device is None}
    if not forms:
        return list(late)
    rows = session.execute(
        sa.select(LateAnswer.number, LateAnswer.value).where(
            LateAnswer.attempt_id == attempt_id, LateAnswer.number.in_(forms), LateAnswer.accepted.is_(None)
        )
    )
    there = [(row[0], row[1]) for row in rows]
    return [pair for pair in late if pair[0].device or (pair[0].number, pair[0].value) not in there]


def _is_new(verdict: Verdict) -> bool:
    return verdict in (Verdict.COUNTS, Verdict.BESIDE)


def _journal(
    session: Session,
    attempt_id: uuid.UUID,
    holder: uuid.UUID | None,
    new: Sequence[tuple[Change, Kept]],
    now: datetime,
) -> None:
    """One statement: the places in the journal, how each question stands after the last of them, and who holds it."""
    revisions = [
        {
            "revision": kept.revision,
            "base": change.base,
            "beside": kept.verdict is Verdict.BESIDE,
            **_facts(change),
        }
        for change, kept in new
    ]
    final = {change.number: kept.standing for change, kept in new}
    sizes: Counter[int] = Counter()
    for change, _ in new:
        sizes[change.number] += size_of(change.value)
    answers = [
        {
            "number": number,
            "value": standing.value,
            "revision": standing.revision,
            "last": standing.last,
            "device": standing.device,
            "conflict": standing.conflict,
            "size": sizes[number],
        }
        for number, standing in final.items()
    ]
    told = {"attempt": attempt_id, "holder": holder, "now": now}
    session.execute(journal_insert(), {**told, "revisions": as_json(revisions), "answers": as_json(answers)})


def admit(session: Session, attempt: Attempt, change: Change, *, now: datetime) -> None:
    """Let an answer count in an attempt that was handed in, because a person decided so. The attempt is locked."""
    answer = session.get(Answer, (attempt.id, change.number))
    standing = Standing(answer.value, answer.revision, answer.last) if answer else Standing()
    standing = after(standing, change, Verdict.COUNTS)
    kept = Kept(Verdict.COUNTS, standing.revision, standing)
    _journal(session, attempt.id, attempt.device, [(change, kept)], now)
    if answer:
        session.expire(answer)


def _facts(change: Change) -> dict[str, Any]:
    return {
        "number": change.number,
        "value": change.value,
        "device": change.device,
        "rev": change.rev,
        "made_at": change.made_at,
    }
