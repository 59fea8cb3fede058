"""A learner's project: brief, own group, shared draft, versions, discussion, and what was released."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.cohorts.queries import Seat, seat_of
from courses.progress.outline import Row
from courses.progress.queries import open_row, outline_of
from courses.projects import services
from courses.projects.forms import WorkForm
from courses.projects.pages import blueprint, read_id, read_ids, send
from courses.projects.queries import file_of, group_file, usable_files, work_of
from courses.projects.work import File, Stage, Work
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.database import new_id
from lms.errors import Invalid, NotFound
from lms.media.receiving import received, said
from lms.offline.storable import storable
from lms.web import actor, session

HERE = "/kelas/<uuid:cohort_id>/proyek/<uuid:activity_id>"


def _found(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> tuple[Seat, Row]:
    seat = seat_of(session(), actor(), cohort_id)
    return seat, open_row(outline_of(session(), seat, now=now()), activity_id)


def _own_group(seat: Seat, activity_id: uuid.UUID) -> tuple[Work, uuid.UUID]:
    work = work_of(session(), seat, activity_id)
    if work.group_id is None:
        raise NotFound
    return work, work.group_id


@blueprint.get(HERE)
@needs(SIGNED_IN)
@storable
def show(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    seat, row = _found(cohort_id, activity_id)
    work = work_of(session(), seat, activity_id)
    form = WorkForm(formdata=None)
    form.show(work.draft, work.next_stage.id, new_id())
    brought = read_ids(request.args.getlist("media"))
    return _page(
        seat, row, work, form, chosen=[*work.draft.files, *(_chosen(work, brought) if brought else [])]
    )


def _page(
    seat: Seat, row: Row, work: Work, form: WorkForm, *, chosen: list[File], moved: bool = False
) -> str:
    form.offer(work)
    here: dict[str, Any] = {"cohort_id": seat.cohort_id, "activity_id": row.id}
    return render_template(
        "projects/show.html",
        seat=seat,
        row=row,
        work=work,
        form=form,
        chosen=chosen,
        moved=moved,
        moment=now(),
        comment_id=new_id(),
        file_url=lambda id_: url_for(".file", **here, media_id=id_),
        hide_url=lambda id_: url_for(".hide", **here, comment_id=id_),
    )


@blueprint.post(f"{HERE}/draf")
@needs(SIGNED_IN)
def save_draft(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response | tuple[str, int]:
    seat, row = _found(cohort_id, activity_id)
    form, work, files = _sent(seat, activity_id)
    if not form.validate() or form.refused_files:
        return _again(seat, row, work, form, files)
    try:
        services.save_draft(
            session(), seat, activity_id, form.contents(files), revision=form.read_revision, now=now()
        )
    except services.DraftMoved:
        # What was typed stands in the form, what the others saved beside it; the next save is a decision.
        work = work_of(session(), seat, activity_id)
        form.revision.data = str(work.draft.revision)
        page = _page(seat, row, work, form, chosen=_chosen(work, files), moved=True)
        return page, HTTPStatus.CONFLICT
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message) % refusal.values)
        return _again(seat, row, work, form, files)
    flash(_("Draf tersimpan. Semua anggota kelompok dapat melanjutkannya."), "success")
    return _back(seat, activity_id, "tulis")


@blueprint.post(f"{HERE}/versi")
@needs(SIGNED_IN)
def submit(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response | tuple[str, int]:
    seat, row = _found(cohort_id, activity_id)
    form, work, files = _sent(seat, activity_id)
    if not form.validate() or form.refused_files:
        return _again(seat, row, work, form, files)
    try:
        version = services.submit(
            session(),
            seat,
            activity_id,
            _stage(work, form.stage.data),
            form.contents(files),
            client_id=read_id(form.client_id.data),
            revision=form.read_revision,
            note=form.note.data or "",
            now=now(),
        )
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message) % refusal.values)
        return _again(seat, row, work, form, files)
    flash(_("Versi %(number)s diterima. Versi lama tetap tersimpan.", number=version.number), "success")
    return _back(seat, activity_id, "versi")


def _sent(seat: Seat, activity_id: uuid.UUID) -> tuple[WorkForm, Work, list[uuid.UUID]]:
    """The form, the group's work, and the files that are chosen; those that came with the form are taken in first.

    So nothing has to be chosen again when something else on the page is wrong.
    """
    work, _group = _own_group(seat, activity_id)
    form = WorkForm()
    form.offer(work)
    files = read_ids(request.form.getlist("media"))
    for sent in request.files.getlist("berkas"):
        if sent.filename:
            try:
                files.append(received(sent).id)
            except Invalid as refusal:
                form.refused_files.append(said(sent, refusal))
    return form, work, files


def _stage(work: Work, chosen: str) -> Stage:
    return next(stage for stage in work.stages if str(stage.id or "") == chosen)


def _again(seat: Seat, row: Row, work: Work, form: WorkForm, files: list[uuid.UUID]) -> tuple[str, int]:
    """The page once more with everything that was typed and chosen."""
    for words in form.refused_files:
        form.refuse("berkas", words)
    return _page(seat, row, work, form, chosen=_chosen(work, files)), HTTPStatus.UNPROCESSABLE_ENTITY


def _chosen(work: Work, files: list[uuid.UUID]) -> list[File]:
    """The chosen files, as far as this member may hand them in."""
    if work.group_id is None:
        return []
    usable = usable_files(session(), work.group_id, actor().id, files)
    return [file_of(usable[id_]) for id_ in files if id_ in usable]


def _back(seat: Seat, activity_id: uuid.UUID, anchor: str) -> Response:
    here = url_for(".show", cohort_id=seat.cohort_id, activity_id=activity_id, _anchor=anchor)
    return redirect(here, 303)


@blueprint.post(f"{HERE}/diskusi")
@needs(SIGNED_IN)
def say(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    seat, _row = _found(cohort_id, activity_id)
    _work, group_id = _own_group(seat, activity_id)
    client_id, text = read_id(request.form.get("client_id")), request.form.get("text", "").strip()
    try:
        services.say(session(), group_id, text, client_id=client_id, by=actor().id, now=now())
    except Invalid as refusal:
        flash(_(refusal.message) % refusal.values, "error")
    return _back(seat, activity_id, "diskusi")


@blueprint.post(f"{HERE}/diskusi/<uuid:comment_id>/tarik")
@needs(SIGNED_IN)
def hide(cohort_id: uuid.UUID, activity_id: uuid.UUID, comment_id: uuid.UUID) -> Response:
    seat, _row = _found(cohort_id, activity_id)
    _work, group_id = _own_group(seat, activity_id)
    services.hide(session(), group_id, comment_id, by=actor().id, now=now())
    return _back(seat, activity_id, "diskusi")


@blueprint.post(f"{HERE}/peran")
@needs(SIGNED_IN)
def set_role(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    seat, _row = _found(cohort_id, activity_id)
    services.set_role(session(), seat, activity_id, request.form.get("role", ""))
    return _back(seat, activity_id, "anggota")


@blueprint.get(f"{HERE}/berkas/<uuid:media_id>")
@needs(SIGNED_IN)
def file(cohort_id: uuid.UUID, activity_id: uuid.UUID, media_id: uuid.UUID) -> Response:
    seat, _row = _found(cohort_id, activity_id)
    _work, group_id = _own_group(seat, activity_id)
    return send(group_file(session(), group_id, media_id))
