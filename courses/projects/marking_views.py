"""An assessor at a group's work: the private draft, what the group will see, release and taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.projects import reviewing, services
from courses.projects.forms import judged_fields
from courses.projects.marking import FACTORS, amount, are_apart, member_percent, spread
from courses.projects.models import Moderation, Review, ReviewState, Version
from courses.projects.overview import RELEASED, Standing, standings
from courses.projects.pages import blueprint, read_id, send
from courses.projects.permissions import MARK, SEE
from courses.projects.queries import (
    Ran,
    group_file,
    reviews_of,
    run_of,
    version_of,
    work_of_group,
)
from courses.projects.reviewing import Judgement
from courses.projects.work import Handed, Judged, Work, judged
from lms.access import needs
from lms.clock import now
from lms.database import new_id
from lms.errors import N_, Invalid, NotFound
from lms.people import reads
from lms.shell.errors import wants_json
from lms.shell.words import number
from lms.web import actor, session

HERE = "/kelola/kelas/<uuid:cohort_id>/proyek/<uuid:activity_id>/kelompok/<uuid:group_id>"
Refused = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before an assessor: the group's work, one version of it, and their own review."""

    ran: Ran
    work: Work
    version: Handed | None
    own: Review | None
    others: list[Review]
    moderation: Moderation | None

    @property
    def percents(self) -> list[Decimal]:
        every = [*self.others, self.own] if self.own else self.others
        return [review.percent for review in every if review.percent is not None]

    @property
    def apart(self) -> Decimal | None:
        """How far the marks lie apart, when that is too far."""
        return spread(self.percents) if are_apart(self.percents) else None

    @property
    def judged(self) -> list[Judged]:
        return judged(self.work.rubric, self.own.marks if self.own else {})

    @property
    def is_released(self) -> bool:
        return self.own is not None and self.own.state is ReviewState.RELEASED


def _desk(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID, *, write: bool) -> Desk:
    ran = run_of(session(), actor(), cohort_id, activity_id, write=write)
    work = work_of_group(session(), ran, group_id)
    wanted = request.values.get("versi")
    version = work.version(read_id(wanted)) if wanted else next(iter(work.versions), None)
    if wanted and version is None:
        raise NotFound
    reviews, moderation = reviews_of(session(), version.id, actor().id) if version else ([], None)
    own = next((review for review in reviews if review.by_id == actor().id), None)
    return Desk(ran, work, version, own, [review for review in reviews if review is not own], moderation)


def _version(desk: Desk) -> Version:
    if desk.version is None or desk.work.group_id is None:
        raise Invalid(_NOTHING)
    return version_of(session(), desk.work.group_id, desk.version.id)


_NOTHING = N_("Kelompok ini belum mengumpulkan apa pun.")


@blueprint.get(f"{HERE}/nilai")
@needs(SEE)
def review(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID) -> str:
    desk = _desk(cohort_id, activity_id, group_id, write=False)
    _note_read(desk)
    return _page(desk, {})


def _note_read(desk: Desk) -> None:
    """What a group hands in is the work of each of its members; a comment may be by one who left."""
    reads.noted_each(actor(), (member.person_id for member in desk.work.members))


def _page(desk: Desk, refused: Refused) -> str:
    lines = standings(session(), desk.ran)
    return render_template(
        "projects/review.html",
        desk=desk,
        ran=desk.ran,
        work=desk.work,
        lines=lines,
        following=_following(lines, desk.work.group_id),
        released=sum(line.state == RELEASED for line in lines),
        factors=reviewing.proposed_factors(desk.own, desk.work.current),
        steps=FACTORS,
        marks=member_marks(desk),
        moderation=desk.moderation,
        refused=refused,
        comment_id=new_id(),
        file_url=lambda id_: url_for(
            ".staff_file",
            cohort_id=desk.ran.cohort.id,
            activity_id=desk.ran.activity.id,
            group_id=desk.work.group_id,
            media_id=id_,
        ),
        moment=now(),
        may_mark=desk.ran.may_mark,
    )


def _following(lines: list[Standing], group_id: uuid.UUID | None) -> Standing | None:
    """The next group in the list that waits for a mark, after this one and then from the start."""
    ids = [line.id for line in lines]
    here = ids.index(group_id) if group_id in ids else 0
    waiting = [line for line in lines[here + 1 :] + lines[:here] if line.state not in {RELEASED, "nothing"}]
    return waiting[0] if waiting else None


def member_marks(desk: Desk) -> dict[uuid.UUID, Decimal]:
    """What each member would get from the assessor's own mark and the factors on the page."""
    percent = desk.own.percent if desk.own else None
    proposed = reviewing.proposed_factors(desk.own, desk.work.current)
    values = {id_: amount(value) for id_, (value, _reason) in proposed.items()}
    if percent is None:
        return {}
    return {id_: member_percent(percent, value) for id_, value in values.items() if value is not None}


def _judgement() -> Judgement:
    form = request.form
    reasons = judged_fields(form, "reason")
    return Judgement(
        points=judged_fields(form, "points"),
        comments=judged_fields(form, "comment"),
        comment=form.get("comment", "").strip(),
        factors={
            read_id(id_): (value, reasons.get(id_, ""))
            for id_, value in judged_fields(form, "factor").items()
        },
    )


@blueprint.post(f"{HERE}/nilai")
@needs(MARK)
def save_review(
    cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID
) -> Response | tuple[str, int]:
    """Keep the draft; the page's script asks for JSON, the button goes on to the preview."""
    desk = _desk(cohort_id, activity_id, group_id, write=True)
    version = _version(desk)
    saved = reviewing.save_review(session(), desk.ran, version, _judgement(), by=actor(), now=now())
    if wants_json():
        return _saved(desk, saved)
    if request.form.get("next") != "preview":
        flash(_("Draf penilaian tersimpan. Hanya Anda yang melihatnya."), "success")
        return _to("review", desk)
    try:
        reviewing.check_release(session(), desk.ran, version, saved)
    except Invalid as refusal:
        words = {refusal.field or "form": _(refusal.message) % refusal.values}
        again = _desk(cohort_id, activity_id, group_id, write=True)
        return _page(again, words), HTTPStatus.UNPROCESSABLE_ENTITY
    return _to("preview", desk)


def _saved(desk: Desk, saved: Review) -> Response:
    now_own = Desk(desk.ran, desk.work, desk.version, saved, desk.others, desk.moderation)
    return jsonify(
        percent=number(saved.percent, 2) if saved.percent is not None else "",
        members={str(id_): number(mark, 2) for id_, mark in member_marks(now_own).items()},
        message=_("Draf tersimpan, hanya Anda"),
    )


@blueprint.get(f"{HERE}/nilai/pratinjau")
@needs(MARK)
def preview(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID) -> str:
    desk = _desk(cohort_id, activity_id, group_id, write=True)
    if desk.own is None:
        raise Invalid(reviewing.NO_DRAFT)
    _note_read(desk)
    members, factors = reviewing.check_release(session(), desk.ran, _version(desk), desk.own)
    percents = [review.percent for review in desk.others if review.percent is not None]
    return render_template(
        "projects/preview.html",
        desk=desk,
        ran=desk.ran,
        work=desk.work,
        factors=factors,
        outcome=reviewing.outcome(desk.own, percents, members, factors),
    )


@blueprint.post(f"{HERE}/nilai/rilis")
@needs(MARK)
def release(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID) -> Response:
    desk = _desk(cohort_id, activity_id, group_id, write=True)
    try:
        reviewing.release(session(), desk.ran, _version(desk), by=actor(), now=now())
    except Invalid as refusal:
        flash(_(refusal.message) % refusal.values, "error")
        return _to("review", desk)
    flash(_("Penilaian dirilis ke %(count)s anggota.", count=len(desk.work.current)), "success")
    return _to("review", desk)


@blueprint.post(f"{HERE}/nilai/tarik")
@needs(MARK)
def withdraw(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID) -> Response:
    desk = _desk(cohort_id, activity_id, group_id, write=True)
    try:
        reviewing.withdraw(session(), _version(desk), request.form.get("reason", ""), by=actor(), now=now())
    except Invalid as refusal:
        flash(_(refusal.message) % refusal.values, "error")
        return _to("review", desk)
    flash(_("Penilaian ditarik. Kelompok membaca bahwa hasilnya sedang ditinjau ulang."), "success")
    return _to("review", desk)


@blueprint.post(f"{HERE}/moderasi")
@needs(MARK)
def moderate(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID) -> Response:
    desk = _desk(cohort_id, activity_id, group_id, write=True)
    try:
        reviewing.moderate(
            session(), _version(desk), request.form.get("moderation", ""), by=actor(), now=now()
        )
    except Invalid as refusal:
        flash(_(refusal.message) % refusal.values, "error")
    return _to("review", desk)


@blueprint.post(f"{HERE}/diskusi")
@needs(MARK)
def answer(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID) -> Response:
    """Staff speak in a group's discussion."""
    desk = _desk(cohort_id, activity_id, group_id, write=True)
    client_id, text = read_id(request.form.get("client_id")), request.form.get("text", "").strip()
    try:
        services.say(session(), group_id, text, client_id=client_id, by=actor().id, now=now())
    except Invalid as refusal:
        flash(_(refusal.message) % refusal.values, "error")
    return _to("review", desk)


@blueprint.get(f"{HERE}/berkas/<uuid:media_id>")
@needs(SEE)
def staff_file(
    cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID, media_id: uuid.UUID
) -> Response:
    ran = run_of(session(), actor(), cohort_id, activity_id)
    work_of_group(session(), ran, group_id)
    return send(group_file(session(), group_id, media_id))


def _to(endpoint: str, desk: Desk) -> Response:
    version = desk.version.id if desk.version else None
    address = url_for(
        f".{endpoint}",
        cohort_id=desk.ran.cohort.id,
        activity_id=desk.ran.activity.id,
        group_id=desk.work.group_id,
        versi=version,
    )
    return redirect(address, 303)
