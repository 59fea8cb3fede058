"""Marking: an assessor's private draft, its release to the group, and taking a release back. The ledger keeps all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Completion
from courses.progress.models import State
from courses.progress.services import record, take_back
from courses.projects.events import ProjectReviewed
from courses.projects.marking import (
    ONE,
    amount,
    are_apart,
    factor_problem,
    group_percent,
    mean,
    member_percent,
    read_rubric,
)
from courses.projects.models import (
    Factor,
    Group,
    GroupMember,
    Moderation,
    Project,
    Review,
    ReviewState,
    Version,
)
from courses.projects.queries import Ran
from courses.projects.work import points_of
from lms.access import Actor
from lms.errors import N_, Conflict, Invalid
from lms.events import publish

NO_DRAFT = N_("Belum ada draf penilaian untuk dirilis. Isi rubrik, lalu simpan.")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an assessor typed: points and comment by criterion, a comment for all, (factor, reason) by member."""

    points: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    factors: Mapping[uuid.UUID, tuple[str, str]] = field(default_factory=dict)


def save_review(
    session: Session, ran: Ran, version: Version, judgement: Judgement, *, by: Actor, now: datetime
) -> Review:
    """Keep the assessor's draft, complete or not, and compute what it comes to. Nobody else sees it."""
    review = alive(session, version.id, by.id, lock=True)
    if review is None:
        review = Review(
            version_id=version.id,
            by_id=by.id,
            rubric=[],
            rubric_version=0,
            saved_at=now,
            marks={},
            factors={},
        )
        session.add(review)
    if review.state is ReviewState.RELEASED:
        raise Conflict(N_("Penilaian ini sudah dirilis. Tarik dahulu untuk mengubahnya."))
    rubric = read_rubric(ran.project.rubric)
    known = {criterion.id: criterion for criterion in rubric}
    points = {id_: amount(text) for id_, text in judgement.points.items() if id_ in known}
    taken = {id_: value for id_, value in points.items() if value is not None and known[id_].takes(value)}
    review.rubric, review.rubric_version = ran.project.rubric, ran.project.rubric_version
    review.marks = {
        id_: {
            "points": str(taken[id_]) if id_ in taken else "",
            "comment": judgement.comments.get(id_, ""),
        }
        for id_ in known
    }
    review.comment, review.saved_at = judgement.comment, now
    review.factors = {
        str(id_): {"value": value, "reason": reason} for id_, (value, reason) in judgement.factors.items()
    }
    review.percent = group_percent(rubric, taken)
    session.flush()
    return review


def alive(session: Session, version_id: uuid.UUID, by_id: uuid.UUID, *, lock: bool = False) -> Review | None:
    """An assessor's review of a version that was not taken back."""
    found = sa.select(Review).where(
        Review.version_id == version_id, Review.by_id == by_id, Review.state != ReviewState.WITHDRAWN
    )
    if lock:
        # Two tabs of one assessor start one draft, not two: they wait for each other at the version.
        key = sa.func.hashtextextended(f"review:{version_id}:{by_id}", 0)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalars(found).one_or_none()


def release(session: Session, ran: Ran, version: Version, *, by: Actor, now: datetime) -> Review:
    """Show the assessor's draft to the group, and record every current member's mark. A second press changes nothing.

    Raises Invalid when something is missing: points, a factor's reason, or a word on marks that lie far apart.
    """
    group = _locked(session, version.group_id)
    review = alive(session, version.id, by.id, lock=True)
    if review is None:
        raise Invalid(NO_DRAFT)
    if review.state is ReviewState.RELEASED:
        return review
    members, factors = check_release(session, ran, version, review)
    review.state, review.released_at = ReviewState.RELEASED, now
    session.flush()
    for member_id, (value, reason) in factors.items():
        _set_factor(session, member_id, value, reason, by=by.id, now=now)
    if version.milestone_id is None and not _is_overtaken(session, version):
        _record_marks(session, version, members, factors, by=by.id, now=now)
    publish(
        session,
        ProjectReviewed(review.id, version.id, group.id, group.cohort_id, group.activity_id, by.id),
    )
    return review


def check_release(
    session: Session, ran: Ran, version: Version, review: Review
) -> tuple[Sequence[GroupMember], dict[uuid.UUID, tuple[Decimal, str]]]:
    """Whom a release would reach and with which factors; Invalid when the review is not ready for it."""
    _check_complete(ran.project, version, review)
    _check_moderated(session, version, review)
    members = current_members(session, version.group_id)
    return members, read_factors(review, members)


def _is_overtaken(session: Session, version: Version) -> bool:
    """Whether a later final version was marked already: then its mark is the one that counts."""
    later = (
        sa.select(Review.id)
        .join(Version, Version.id == Review.version_id)
        .where(
            Version.group_id == version.group_id,
            Version.milestone_id.is_(None),
            Version.number > version.number,
            Review.state == ReviewState.RELEASED,
        )
    )
    return session.scalar(later.limit(1)) is not None


def _locked(session: Session, group_id: uuid.UUID) -> Group:
    found = sa.select(Group).where(Group.id == group_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one()


def _check_complete(project: Project, version: Version, review: Review) -> None:
    if review.rubric_version != project.rubric_version:
        raise Invalid(
            N_("Rubrik berubah sesudah draf ini disimpan. Periksa lagi setiap kriteria, lalu simpan.")
        )
    if version.milestone_id is None and review.percent is None:
        missing = next(c for c in read_rubric(review.rubric) if c.id not in points_of(review.marks))
        raise Invalid(
            N_("Kriteria “%(title)s” belum dinilai."), field=f"points-{missing.id}", title=missing.title
        )
    if review.percent is None and not review.comment:
        raise Invalid(N_("Tulis umpan balik untuk kelompok sebelum merilis."), field="comment")


def _check_moderated(session: Session, version: Version, review: Review) -> None:
    percents = released_percents(session, version.id)
    if review.percent is None or session.get(Moderation, version.id) is not None:
        return
    if are_apart([*percents, review.percent]):
        raise Invalid(
            N_("Nilai para penilai berselisih lebih dari 15 poin. Tulis catatan moderasi sebelum merilis."),
            field="moderation",
        )


def released_percents(session: Session, version_id: uuid.UUID) -> Sequence[Decimal]:
    """What the released reviews of a version come to, one by one."""
    found = sa.select(Review.percent).where(
        Review.version_id == version_id,
        Review.state == ReviewState.RELEASED,
        Review.percent.is_not(None),
    )
    return [percent for percent in session.scalars(found.order_by(Review.released_at)) if percent is not None]


def current_members(session: Session, group_id: uuid.UUID) -> Sequence[GroupMember]:
    """Who is in a group now, in the order in which their progress rows are locked."""
    found = sa.select(GroupMember).where(GroupMember.group_id == group_id, GroupMember.left_at.is_(None))
    return session.scalars(found.order_by(GroupMember.enrolment_id)).all()


def read_factors(review: Review, members: Sequence[GroupMember]) -> dict[uuid.UUID, tuple[Decimal, str]]:
    """Each member's factor as the review proposes it, 1.00 where it says nothing. Invalid names `factor-<member>`."""
    found = {}
    for member in members:
        stored = review.factors.get(str(member.id), {})
        value, reason = amount(stored.get("value", ONE)), str(stored.get("reason", ""))
        problem = factor_problem(value, reason)
        if problem or value is None:
            assert problem is not None
            raise Invalid(problem.message, field=f"factor-{member.id}")
        found[member.id] = (value, reason.strip())
    return found


def _set_factor(
    session: Session, member_id: uuid.UUID, value: Decimal, reason: str, *, by: uuid.UUID, now: datetime
) -> None:
    row = insert(Factor).values(member_id=member_id, value=value, reason=reason, by_id=by, at=now)
    said = {"value": value, "reason": reason, "by_id": by, "at": now}
    session.execute(row.on_conflict_do_update(index_elements=[Factor.member_id], set_=said))


def _record_marks(
    session: Session,
    version: Version,
    members: Sequence[GroupMember],
    factors: Mapping[uuid.UUID, tuple[Decimal, str]],
    *,
    by: uuid.UUID,
    now: datetime,
) -> None:
    whole = mean(released_percents(session, version.id))
    for member in members:
        value, reason = factors[member.id]
        record(
            session,
            member.enrolment_id,
            member.activity_id,
            State.DONE,
            now=now,
            percent=member_percent(whole, value),
            by=by,
            reason=_ledger_reason(version.number, value, reason),
        )


def _ledger_reason(number: int, factor: Decimal, reason: str) -> str:
    """What the ledger says beside a mark; it is kept as it was written, in Indonesian."""
    written = f"Versi {number}, faktor {factor}".replace(".", ",")
    return f"{written}: {reason}" if reason else written


def withdraw(session: Session, version: Version, reason: str, *, by: Actor, now: datetime) -> Review:
    """Take one's own release back. The group reads that the work is being looked at again; a copy goes on as a draft."""
    group = _locked(session, version.group_id)
    review = alive(session, version.id, by.id, lock=True)
    if review is None or review.state is not ReviewState.RELEASED:
        raise Conflict(N_("Tidak ada penilaian Anda yang sedang dirilis."))
    if not reason.strip():
        raise Invalid(N_("Tulis alasan menarik penilaian."), field="reason")
    review.state = ReviewState.WITHDRAWN
    review.withdrawn_at, review.withdrawn_reason = now, reason.strip()
    session.flush()
    draft = Review(
        version_id=version.id,
        by_id=by.id,
        rubric=review.rubric,
        rubric_version=review.rubric_version,
        marks=review.marks,
        comment=review.comment,
        factors=review.factors,
        percent=review.percent,
        saved_at=now,
    )
    session.add(draft)
    session.flush()
    if version.milestone_id is None and not _is_overtaken(session, version):
        _take_marks_back(session, group, version, reason.strip(), by=by.id, now=now)
    return draft


def _take_marks_back(
    session: Session, group: Group, version: Version, reason: str, *, by: uuid.UUID, now: datetime
) -> None:
    """The others' released mark counts again; where there is none, no mark counts and the work waits."""
    members = current_members(session, group.id)
    if released_percents(session, version.id):
        _record_marks(session, version, members, _factors_in_force(session, members), by=by, now=now)
        return
    activity = session.get_one(Activity, group.activity_id)
    state = State.DONE if activity.completion is Completion.SUBMITTED else State.WAITING
    for member in members:
        take_back(
            session,
            member.enrolment_id,
            member.activity_id,
            state,
            now=now,
            by=by,
            reason=f"Ditarik: {reason}",
        )


def _factors_in_force(
    session: Session, members: Sequence[GroupMember]
) -> dict[uuid.UUID, tuple[Decimal, str]]:
    ids = [member.id for member in members]
    rows = session.scalars(sa.select(Factor).where(Factor.member_id.in_(ids)))
    known = {row.member_id: (row.value, row.reason) for row in rows}
    return {id_: known.get(id_, (ONE, "")) for id_ in ids}


def moderate(session: Session, version: Version, text: str, *, by: Actor, now: datetime) -> None:
    """Write down what the assessors agreed on; a later word replaces the earlier one."""
    if not text.strip():
        raise Invalid(N_("Tulis apa yang disepakati para penilai."), field="moderation")
    row = insert(Moderation).values(version_id=version.id, note=text.strip(), by_id=by.id, at=now)
    said = {"note": text.strip(), "by_id": by.id, "at": now}
    session.execute(row.on_conflict_do_update(index_elements=[Moderation.version_id], set_=said))
    session.expire_all()


def proposed_factors(review: Review | None, members: Sequence[Any]) -> dict[uuid.UUID, tuple[str, str]]:
    """(factor, reason) of each member for the form: the draft's, or else what was last released."""
    found = {}
    for member in members:
        stored = review.factors.get(str(member.id)) if review else None
        if stored:
            found[member.id] = (_two_digits(str(stored["value"])), str(stored["reason"]))
        else:
            found[member.id] = (f"{member.factor or ONE:.2f}", member.factor_reason)
    return found


def _two_digits(written: str) -> str:
    """A factor as the form lists it ("0.90"); what is no number stays as it was typed."""
    value = amount(written)
    return f"{value:.2f}" if value is not None else written


def outcome(
    review: Review,
    others: Sequence[Decimal],
    members: Sequence[GroupMember],
    factors: Mapping[uuid.UUID, tuple[Decimal, str]],
) -> dict[uuid.UUID, Decimal]:
    """What each member's mark becomes when the review is released beside the others' released marks."""
    if review.percent is None:
        return {}
    whole = mean([*others, review.percent])
    return {member.id: member_percent(whole, factors[member.id][0]) for member in members}
