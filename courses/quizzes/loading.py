"""Loading a file of answers that a learner carried in: the same outbox, by hand."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.cohorts.models import Cohort, Enrolment
from courses.quizzes.models import Attempt
from courses.quizzes.operations import take_answers
from courses.quizzes.tickets import made_at
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Invalid
from lms.outbox.batch import batch_in, uuid_in
from lms.sending import Sent

KIND = "quizzes:answer"


def load(
    session: Session,
    cohort: Cohort,
    told: Mapping[str, Any],
    *,
    secrets: Sequence[str],
    by: Actor,
    now: datetime,
) -> int:
    """Take the answers of an opened file as if its owner's phone had sent them now; returns how many were new or known.

    Anybody can write a file with the page's public key, so each answer must carry the ticket of its attempt, which only
    its owner's page had. Only answers to attempts of this cohort are taken. They count where they were given in time and
    arrive within the grace; all others wait for a decision, like those that a phone sends late.
    """
    batch = batch_in(told)
    owner = _owner(session, cohort, batch.person)
    mine = set(session.scalars(_attempts(cohort, owner.id)))
    sent = [piece for piece in batch.sent if piece.kind == KIND and _is_genuine(piece, mine, secrets)]
    if not sent:
        raise Invalid(N_("Berkas ini tidak berisi jawaban untuk kelas ini."), field="file")
    outcomes = take_answers(session, sent, by=owner, now=now)
    taken = sum(outcome.status != "refused" for outcome in outcomes)
    note(
        session,
        "quiz:answers-loaded",
        "person",
        owner.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        after={"cohort": str(cohort.id), "answers": taken},
    )
    return taken


def _owner(session: Session, cohort: Cohort, person_id: Any) -> Actor:
    """The learner whose file it is, as an actor without any role."""
    seat = session.scalar(
        sa.select(Enrolment.person_id).where(
            Enrolment.cohort_id == cohort.id, Enrolment.person_id == person_id
        )
    )
    if seat is None:
        raise Invalid(N_("Berkas ini bukan dari peserta kelas ini."), field="file")
    return Actor(seat, None, "")


def _attempts(cohort: Cohort, person_id: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Attempt.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.person_id == person_id)
    )


def _is_genuine(piece: Sent, attempts: Collection[uuid.UUID], secrets: Sequence[str]) -> bool:
    """Whether it answers one of the attempts and comes from a page of it."""
    attempt_id = uuid_in(piece.content.get("attempt"))
    if attempt_id is None or attempt_id not in attempts:
        return False
    return made_at(piece.content.get("ticket"), attempt_id, secrets) is not None
