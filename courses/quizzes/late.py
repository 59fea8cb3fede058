"""Answers that arrived too late to count by themselves: listed for a person, who takes each in or leaves it out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from courses.catalogue.models import Activity
from courses.cohorts.models import Cohort, Enrolment
from courses.quizzes.journal import admit
from courses.quizzes.merging import Change
from courses.quizzes.models import Answer, Attempt, AttemptState, LateAnswer, Lateness, Quiz
from courses.quizzes.services import mark_again
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Conflict, Invalid, NotFound
from lms.notifications.services import notify
from lms.people.models import Person

REASONS = {
    Lateness.AFTER_DEADLINE: N_("Diberikan setelah waktu habis, atau waktunya tidak dapat dibuktikan."),
    Lateness.AFTER_GRACE: N_("Tiba setelah masa tenggang."),
    Lateness.AFTER_SUBMIT: N_("Tiba setelah percobaan dikumpulkan."),
}


# Answers of attempts that still run are decided on afterwards.
_UNDECIDED = sa.and_(LateAnswer.accepted.is_(None), Attempt.state != AttemptState.OPEN)


@dataclass(frozen=True, slots=True)
class LateItem:
    """A late answer beside the one that counts. `paper` is the whole paper; `open` is false once it was decided."""

    late: LateAnswer
    counts: Any
    paper: Sequence[dict[str, Any]]
    person_id: uuid.UUID
    person: str
    title: str
    deadline: datetime | None
    submitted_at: datetime | None

    @property
    def shown(self) -> dict[str, Any]:
        return self.paper[self.late.number - 1]


def late_in(session: Session, cohort_id: uuid.UUID, *, limit: int = 200) -> list[LateItem]:
    """What waits for a decision in a cohort, the oldest in front."""
    rows = session.execute(
        sa.select(
            LateAnswer,
            Answer.value,
            Attempt.paper,
            Person.id,
            Person.full_name,
            Activity.title,
            Attempt.deadline,
            Attempt.submitted_at,
        )
        .join(Attempt, Attempt.id == LateAnswer.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Activity, Activity.id == Attempt.activity_id)
        .outerjoin(
            Answer, sa.and_(Answer.attempt_id == LateAnswer.attempt_id, Answer.number == LateAnswer.number)
        )
        .where(_UNDECIDED, Enrolment.cohort_id == cohort_id)
        .order_by(LateAnswer.received_at, LateAnswer.id)
        .limit(limit)
    )
    return [LateItem(*tuple(row)) for row in rows]


def late_per_class(classes: Any) -> sa.Select[uuid.UUID, int]:
    """How many answers wait for a decision in each of some classes that have any: (cohort_id, count)."""
    return (
        sa.select(Enrolment.cohort_id, sa.func.count())
        .select_from(LateAnswer)
        .join(Attempt, Attempt.id == LateAnswer.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(_UNDECIDED, Enrolment.cohort_id.in_(classes))
        .group_by(Enrolment.cohort_id)
    )


def count_in(session: Session, cohort_id: uuid.UUID) -> int:
    """How many answers wait for a decision in a cohort."""
    found = session.execute(late_per_class([cohort_id])).one_or_none()
    return found[1] if found else 0


def decide(
    session: Session,
    cohort: Cohort,
    late_id: uuid.UUID,
    *,
    accept: bool,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Take a late answer in (it counts and the attempt is marked again) or leave it out. Both need a reason.

    The same decision again changes nothing; another one is refused.
    """
    if not reason:
        raise Invalid(N_("Tulis alasan keputusan. Peserta membacanya."), field="reason")
    late, attempt, quiz, person_id = _locked(session, cohort, late_id)
    if late.accepted is not None:
        if late.accepted != accept:
            raise Conflict(N_("Jawaban ini sudah diputuskan oleh orang lain."))
        return
    late.accepted, late.decided_by, late.decided_at, late.note = accept, by.id, now, reason
    if accept:
        admit(session, attempt, Change(late.number, late.value, made_at=late.made_at), now=now)
        mark_again(session, attempt, quiz, by=by.id, reason=reason, now=now)
    note(
        session,
        "quiz:late-answer",
        "attempt",
        attempt.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        after={"number": late.number, "accepted": accept, "reason": reason},
    )
    _tell(session, attempt, late, cohort, person_id, now)


def _locked(
    session: Session, cohort: Cohort, late_id: uuid.UUID
) -> tuple[LateAnswer, Attempt, Quiz, uuid.UUID]:
    row = session.execute(
        sa.select(LateAnswer, Attempt, Quiz, Enrolment.person_id)
        .join(Attempt, Attempt.id == LateAnswer.attempt_id)
        .join(Quiz, Quiz.activity_id == Attempt.activity_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(LateAnswer.id == late_id, Enrolment.cohort_id == cohort.id, Attempt.state != AttemptState.OPEN)
        .options(undefer(Attempt.keys))
        .with_for_update(of=[Attempt, LateAnswer]),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2], row[3]


def _tell(
    session: Session, attempt: Attempt, late: LateAnswer, cohort: Cohort, person_id: uuid.UUID, now: datetime
) -> None:
    notify(
        session,
        [person_id],
        kind="quizzes:late",
        template="quizzes/mail/late",
        path=f"/kelas/{cohort.id}/kuis/{attempt.activity_id}/percobaan/{attempt.id}/hasil",
        now=now,
        number=late.number,
        accepted=late.accepted,
        reason=late.note,
        course=cohort.course.title,
    )
