"""What the attempt page's outbox sends: answers, taking over, handing in. Its journal makes sending twice harmless."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from courses.quizzes import services
from courses.quizzes.forms import change_in
from courses.quizzes.journal import Held, Kept, held_attempt, keep
from courses.quizzes.merging import Change, Verdict
from courses.quizzes.tickets import proved
from courses.quizzes.timing import grace_over, is_over
from lms.access import Actor
from lms.clock import milliseconds
from lms.config import Settings
from lms.errors import N_, NotFound, Refusal
from lms.outbox.batch import uuid_in
from lms.sending import Operation, Outcome, Sent, Status, one_by_one

MISMATCH = N_("Perubahan dengan nomor yang sama sudah diterima dengan isi lain.")
FULL = N_(
    "Percobaan ini sudah menyimpan sangat banyak perubahan, jadi perubahan ini hanya ada di perangkat Anda."
    " Jawaban terakhir yang tersimpan di server tetap berlaku. Kumpulkan percobaan ini atau hubungi pengajar."
)
REFUSED = {Verdict.MISMATCH: MISMATCH, Verdict.FULL: FULL}
LATE = N_("Jawaban tiba terlambat. Jawaban disimpan dan diputuskan oleh pengajar.")


def take_answers(session: Session, sent: Sequence[Sent], *, by: Actor, now: datetime) -> list[Outcome]:
    """`{"attempt", "number", "value", "base", "ticket"}` each, in the order in which they were given."""
    outcomes: dict[uuid.UUID, Outcome] = {}
    for attempt_id, group in itertools.groupby(sent, key=_attempt_in):
        pieces = list(group)
        try:
            outcomes |= _taken(session, pieces, attempt_id, by=by, now=now)
        except Refusal as refusal:
            outcomes |= {piece.id: _refused(refusal) for piece in pieces}
    return [outcomes[piece.id] for piece in sent]


def _attempt_in(sent: Sent) -> uuid.UUID | None:
    return uuid_in(sent.content.get("attempt"))


def _taken(
    session: Session, pieces: Sequence[Sent], attempt_id: uuid.UUID | None, *, by: Actor, now: datetime
) -> dict[uuid.UUID, Outcome]:
    if attempt_id is None:
        raise NotFound
    asked = [Change(_number(piece), None, device=piece.device, rev=piece.order) for piece in pieces]
    held = held_attempt(session, by.id, attempt_id, asked)
    outcomes: dict[uuid.UUID, Outcome] = {}
    changes: dict[uuid.UUID, Change] = {}
    for piece in pieces:
        try:
            changes[piece.id] = _change(held, piece, now)
        except Refusal as refusal:
            outcomes[piece.id] = _refused(refusal)
    kept = keep(session, held, list(changes.values()), now=now)
    for (id_, change), taken in zip(changes.items(), kept, strict=True):
        outcomes[id_] = _outcome(held, change, taken)
    return outcomes


def _number(piece: Sent) -> int:
    number = piece.content.get("number")
    return number if isinstance(number, int) and 0 < number < 1_000_000 else 0


def _change(held: Held, piece: Sent, now: datetime) -> Change:
    change = change_in(piece.content, held.attempt.paper, device=piece.device, rev=piece.order)
    made = proved(piece.content.get("ticket"), held.attempt.id, piece.made, _secrets(), now)
    return replace(change, made_at=made)


def _outcome(held: Held, change: Change, taken: Kept) -> Outcome:
    answer = {**_facts(held), "revision": taken.revision, "counts": taken.standing.revision == taken.revision}
    if taken.verdict in REFUSED:
        return Outcome("refused", answer, REFUSED[taken.verdict])
    if taken.late:
        return Outcome("kept", answer, LATE)
    status: Status = "saved" if taken.verdict is not Verdict.BESIDE else "kept"
    conflict = taken.standing.conflict is not None
    overtook = taken.standing.revision > (change.base or 0) + 1
    return Outcome(status, {**answer, "conflict": conflict, "overtook": overtook})


def _facts(held: Held) -> dict[str, Any]:
    """What every answer of an attempt says about it: whether it is open, where, until when."""
    attempt = held.attempt
    deadline = attempt.deadline
    return {
        "open": attempt.is_open,
        "holder": str(attempt.device) if attempt.device else None,
        "deadline": None if deadline is None else milliseconds(deadline),
        "conflicts": held.conflicts,
    }


def _refused(refusal: Refusal) -> Outcome:
    return Outcome("refused", message=refusal.message, values=refusal.values)


def take_over(session: Session, sent: Sent, *, by: Actor, now: datetime) -> Outcome:
    """`{"attempt"}`: from now on it is being taken on this device; the other one is told when it next sends."""
    held = held_attempt(session, by.id, _known(sent))
    if held.attempt.is_open:
        held.attempt.device = sent.device
    return Outcome(answer=_facts(held))


def take_submission(session: Session, sent: Sent, *, by: Actor, now: datetime) -> Outcome:
    """`{"attempt", "ticket"}`: hand it in, also when the wish was formed without a network.

    A second time changes nothing. What is wished for after the grace was already done by the clock, or is done now.
    """
    held = held_attempt(session, by.id, _known(sent), keys=True)
    attempt = held.attempt
    if attempt.is_open:
        made = proved(sent.content.get("ticket"), attempt.id, sent.made, _secrets(), now) or now
        by_clock = is_over(attempt.deadline, made) or grace_over(
            attempt.deadline, held.quiz.grace_minutes, now
        )
        services.close(session, attempt, held.quiz, now=now, by_clock=by_clock)
    return Outcome(answer=_facts(held))


def _known(sent: Sent) -> uuid.UUID:
    attempt_id = _attempt_in(sent)
    if attempt_id is None:
        raise NotFound
    return attempt_id


def _secrets() -> Sequence[str]:
    settings: Settings = current_app.extensions["settings"]
    return settings.secret_keys


OPERATIONS = [
    Operation("quizzes:answer", take_answers, journal=True),
    Operation("quizzes:hold", one_by_one(take_over), journal=True),
    Operation("quizzes:submit", one_by_one(take_submission), journal=True),
]
