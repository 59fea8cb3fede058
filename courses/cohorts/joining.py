"""Enrolling oneself, and the superior's approval by a link."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session, joinedload

from courses.cohorts.events import ApprovalAsked, EnrolmentDeclined
from courses.cohorts.models import Admission, Cohort, Enrolment, EnrolmentState
from courses.cohorts.queries import offered, own_enrolment
from courses.cohorts.schedule import Window, today_in, window
from courses.cohorts.services import PLACED, Candidate, enrol_many, locked, withdraw
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Conflict, Invalid, NotFound
from lms.events import publish
from lms.people.models import Person, PersonStatus
from lms.web import settings

LINK_LIFE = timedelta(days=14)
REMIND_AFTER = timedelta(days=3)
SALT = "cohorts.approval"

CLOSED = {
    Window.BEFORE: N_("Pendaftaran kelas ini belum dibuka."),
    Window.OVER: N_("Pendaftaran kelas ini sudah ditutup."),
}


def join(session: Session, actor: Actor, cohort_id: uuid.UUID, *, now: datetime) -> Enrolment:
    """Enrol oneself: a seat, a place in the waiting list, or a request to the superior. A second tap changes nothing."""
    cohort = locked(session, offered(session, actor, cohort_id))
    found = session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.person_id == actor.id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found and found.state in PLACED | {EnrolmentState.REQUESTED}:
        return found
    _check_open(cohort, found, now)
    person = session.get_one(Person, actor.id)
    if cohort.admission is Admission.APPROVAL:
        return _ask(session, cohort, person, found, now=now)
    enrol_many(session, cohort, [Candidate(person.id, person.unit_id)], by=actor, now=now)
    return session.scalars(
        sa.select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.person_id == actor.id)
    ).one()


def _check_open(cohort: Cohort, found: Enrolment | None, now: datetime) -> None:
    if cohort.admission is Admission.CLOSED:
        raise Conflict(N_("Peserta kelas ini didaftarkan oleh pengelola pelatihan."))
    if found and found.state is EnrolmentState.DECLINED:
        raise Conflict(N_("Permintaan Anda sudah ditolak. Bicarakan dengan atasan atau pengelola pelatihan."))
    today = today_in(cohort.zone, now)
    state = window(cohort.enrol_from, cohort.enrol_until, cohort.ends_on, today)
    if state is not Window.OPEN:
        raise Conflict(CLOSED[state])


def _ask(
    session: Session, cohort: Cohort, person: Person, found: Enrolment | None, *, now: datetime
) -> Enrolment:
    request = found or Enrolment(cohort_id=cohort.id, person_id=person.id)
    request.state, request.unit_id, request.created_at = EnrolmentState.REQUESTED, person.unit_id, now
    request.approver_id, request.reminded_at = person.superior_id, None
    request.decided_at, request.decided_by, request.reason = None, None, ""
    session.add(request)
    session.flush()
    publish(session, ApprovalAsked(request.id))
    return request


def leave(session: Session, actor: Actor, cohort_id: uuid.UUID, *, now: datetime) -> None:
    """Give one's own place up while the class is not over; what was learned in it is not undone afterwards."""
    enrolment = own_enrolment(session, actor, cohort_id)
    if today_in(enrolment.cohort.zone, now) > enrolment.cohort.ends_on:
        raise Conflict(N_("Kelas ini sudah selesai, jadi Anda tidak dapat mundur lagi."))
    withdraw(session, enrolment, by=actor, now=now)


def approval_token(enrolment: Enrolment, *, now: datetime) -> str:
    """What the superior's link carries: this request, this superior, for 14 days. Older secret keys still verify."""
    facts = {
        "e": str(enrolment.id),
        "a": str(enrolment.approver_id),
        "r": _stamp(enrolment.created_at),
        "x": _stamp(now + LINK_LIFE),
    }
    return str(_signer().dumps(facts))


def _signer() -> URLSafeSerializer:
    newest, *older = settings().secret_keys
    return URLSafeSerializer([*older, newest], salt=SALT)


def _stamp(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the holder of a link may see it."""

    enrolment: Enrolment
    approver: Person

    @property
    def is_open(self) -> bool:
        return self.enrolment.state is EnrolmentState.REQUESTED


def asked_by_link(session: Session, token: str, *, now: datetime) -> Asked:
    """The request behind a link. A forged link or one for an earlier request: NotFound; an old one: Conflict."""
    try:
        facts = _signer().loads(token)
        enrolment_id, approver_id = uuid.UUID(facts["e"]), uuid.UUID(facts["a"])
        asked_at, expires = int(facts["r"]), int(facts["x"])
    except (BadData, KeyError, TypeError, ValueError) as error:
        raise NotFound from error
    enrolment = session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .options(
            joinedload(Enrolment.person).joinedload(Person.unit),
            joinedload(Enrolment.cohort).joinedload(Cohort.course),
        )
    ).one_or_none()
    approver = session.get(Person, approver_id)
    if enrolment is None or approver is None or approver.status is not PersonStatus.ACTIVE:
        raise NotFound
    if _stamp(enrolment.created_at) != asked_at:
        raise NotFound
    if expires < _stamp(now):
        raise Conflict(N_("Tautan persetujuan ini sudah lewat 14 hari. Buka tautan pada surel yang terbaru."))
    return Asked(enrolment, approver)


def approve(
    session: Session,
    enrolment: Enrolment,
    *,
    by: Actor | None,
    now: datetime,
    on_behalf_of: uuid.UUID | None = None,
) -> None:
    """Grant a request: a seat, or the next place in the waiting list. Deciding twice changes nothing."""
    cohort = locked(session, enrolment.cohort)
    session.refresh(enrolment, ["state"])
    if enrolment.state is not EnrolmentState.REQUESTED:
        return
    if today_in(cohort.zone, now) > cohort.ends_on:
        raise Conflict(N_("Kelas ini sudah selesai, jadi permintaan tidak dapat disetujui lagi."))
    enrol_many(session, cohort, [Candidate(enrolment.person_id, enrolment.unit_id)], by=None, now=now)
    enrolment.decided_by = by.id if by else on_behalf_of
    _note(session, "enrolment:approved", enrolment, cohort, by=by, now=now, on_behalf_of=on_behalf_of)


def decline(
    session: Session,
    enrolment: Enrolment,
    *,
    reason: str,
    by: Actor | None,
    now: datetime,
    on_behalf_of: uuid.UUID | None = None,
) -> None:
    """Refuse a request, with the reason that its person will read. Deciding twice changes nothing."""
    cohort = locked(session, enrolment.cohort)
    session.refresh(enrolment, ["state"])
    if enrolment.state is not EnrolmentState.REQUESTED:
        return
    if not reason.strip():
        raise Invalid(N_("Tulis alasan penolakan; pegawai akan membacanya."), field="reason")
    enrolment.state, enrolment.reason = EnrolmentState.DECLINED, reason.strip()
    enrolment.decided_at, enrolment.decided_by = now, by.id if by else on_behalf_of
    _note(session, "enrolment:declined", enrolment, cohort, by=by, now=now, on_behalf_of=on_behalf_of)
    publish(session, EnrolmentDeclined(enrolment.id, enrolment.person_id, cohort.id))


def _note(
    session: Session,
    act: str,
    enrolment: Enrolment,
    cohort: Cohort,
    *,
    by: Actor | None,
    now: datetime,
    on_behalf_of: uuid.UUID | None,
) -> None:
    note(
        session,
        act,
        "enrolment",
        enrolment.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        after={"state": enrolment.state.value, "reason": enrolment.reason},
        on_behalf_of=on_behalf_of,
    )


def remind(session: Session, *, now: datetime) -> int:
    """Ask superiors again who have not answered for three days, until the class is over. Returns how many."""
    waiting = session.scalars(
        sa.select(Enrolment)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Enrolment.state == EnrolmentState.REQUESTED,
            Enrolment.approver_id.is_not(None),
            sa.func.coalesce(Enrolment.reminded_at, Enrolment.created_at) <= now - REMIND_AFTER,
            Cohort.ends_on >= now.date(),
        )
        .with_for_update(of=Enrolment, skip_locked=True)
    ).all()
    for enrolment in waiting:
        enrolment.reminded_at = now
        publish(session, ApprovalAsked(enrolment.id, again=True))
    return len(waiting)
