"""Staff and the groups of a class: where each stands, forming them, due dates, the sheet of marks."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from courses.projects import forming
from courses.projects.deadlines import default_due
from courses.projects.forms import ListForm, NameForm, judged_fields
from courses.projects.overview import mark_rows, standings
from courses.projects.pages import blueprint, read_id
from courses.projects.permissions import MARK, SEE
from courses.projects.queries import (
    Ran,
    dues_of,
    group_of,
    groups_of,
    participants_of,
    run_of,
)
from lms.access import needs
from lms.clock import now
from lms.errors import Invalid
from lms.people.sheets import csv_lines, read, write_xlsx
from lms.web import actor, session

HERE = "/kelola/kelas/<uuid:cohort_id>/proyek/<uuid:activity_id>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get(HERE)
@needs(SEE)
def groups(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    ran = run_of(session(), actor(), cohort_id, activity_id)
    lines = standings(session(), ran)
    wanted = request.args.get("keadaan", "")
    return render_template(
        "projects/groups.html",
        ran=ran,
        lines=[line for line in lines if not wanted or line.state == wanted],
        every=lines,
        wanted=wanted,
        stages=_stages(ran),
        # As an input of type datetime-local wants it.
        local=lambda due: f"{due.astimezone(ZoneInfo(ran.cohort.zone)):%Y-%m-%dT%H:%M}",
        may_mark=ran.may_mark,
    )


def _stages(ran: Ran) -> list[tuple[uuid.UUID, str, datetime, bool]]:
    """Each stage: id, title, when it is due in this cohort, and whether that is a day of the cohort's own."""
    cohort = ran.cohort
    return [
        (
            stage.id,
            stage.title,
            own or default_due(cohort.starts_on, stage.days_after_start, cohort.zone),
            own is not None,
        )
        for stage, own in dues_of(session(), ran)
    ]


@blueprint.post(f"{HERE}/tenggat")
@needs(MARK)
def set_dues(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    ran = run_of(session(), actor(), cohort_id, activity_id, write=True)
    zone = ZoneInfo(ran.cohort.zone)
    planned = {id_: due for id_, _title, due, _own in _stages(ran)}
    chosen: dict[uuid.UUID, datetime | None] = {}
    for text, value in judged_fields(request.form, "due").items():
        stage_id, due = read_id(text), _read_due(value, zone)
        if value and due is None:
            flash(_("Tenggat tidak terbaca. Pilih tanggal dan jam, lalu simpan lagi."), "error")
            return _to("groups", ran)
        # A field that was not touched stays with the course's plan.
        if stage_id in planned and due != planned[stage_id].replace(second=0, microsecond=0):
            chosen[stage_id] = due
    forming.set_dues(session(), ran, chosen, by=actor(), now=now())
    flash(_("Tenggat kelas ini tersimpan. Versi yang sudah masuk tidak berubah tandanya."), "success")
    return _to("groups", ran)


def _read_due(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        return None


@blueprint.get(f"{HERE}/kelompok")
@needs(MARK)
def form_groups(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> str:
    ran = run_of(session(), actor(), cohort_id, activity_id, write=True)
    return _forming(ran, NameForm(formdata=None), ListForm(formdata=None), [])


def _forming(ran: Ran, name: NameForm, pasted: ListForm, lines: Sequence[forming.Line]) -> str:
    if not name.name.data:
        name.name.data = forming.next_name(session(), ran)
    return render_template(
        "projects/forming.html",
        ran=ran,
        groups=groups_of(session(), ran),
        people=participants_of(session(), ran),
        name_form=name,
        list_form=pasted,
        lines=lines,
    )


@blueprint.post(f"{HERE}/kelompok")
@needs(MARK)
def place(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    ran = run_of(session(), actor(), cohort_id, activity_id, write=True)
    wanted = {
        read_id(id_): read_id(value) if value else None
        for id_, value in judged_fields(request.form, "group").items()
    }
    moved = forming.place(session(), ran, wanted, by=actor(), now=now())
    message = ngettext("%(num)s peserta dipindahkan.", "%(num)s peserta dipindahkan.", moved)
    flash(message if moved else _("Tidak ada yang berubah."), "success" if moved else "info")
    return _to("form_groups", ran)


@blueprint.post(f"{HERE}/kelompok/baru")
@needs(MARK)
def add_group(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response | tuple[str, int]:
    ran = run_of(session(), actor(), cohort_id, activity_id, write=True)
    form = NameForm()
    try:
        forming.add_group(session(), ran, form.name.data or "", now=now())
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message) % refusal.values)
        return _forming(ran, form, ListForm(formdata=None), []), HTTPStatus.UNPROCESSABLE_ENTITY
    return _to("form_groups", ran)


@blueprint.post(f"{HERE}/kelompok/acak")
@needs(MARK)
def draw(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    ran = run_of(session(), actor(), cohort_id, activity_id, write=True)
    made = forming.draw_groups(session(), ran, by=actor(), now=now())
    flash(_("%(count)s kelompok dibuat. Periksa, lalu pindahkan bila perlu.", count=len(made)), "success")
    return _to("form_groups", ran)


@blueprint.post(f"{HERE}/kelompok/daftar")
@needs(MARK)
def place_listed(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> tuple[str, int]:
    """A pasted or uploaded list: what is right is placed, what is wrong stays in the field with its reason."""
    ran = run_of(session(), actor(), cohort_id, activity_id, write=True)
    form = ListForm()
    try:
        rows = _listed_rows(form.text.data or "")
    except Invalid as refusal:
        form.refuse("text", _(refusal.message) % refusal.values)
        return _forming(ran, NameForm(formdata=None), form, []), HTTPStatus.UNPROCESSABLE_ENTITY
    lines = forming.place_listed(session(), ran, rows, by=actor(), now=now())
    form.text.data = "\n".join(line.text for line in lines if not line.ok)
    return _forming(ran, NameForm(formdata=None), form, lines), HTTPStatus.OK


def _listed_rows(text: str) -> list[tuple[int, tuple[str, ...]]]:
    upload = request.files.get("file")
    data = upload.read() if upload and upload.filename else text.encode()
    rows = [(row.number, row.cells) for row in read(data)] if data.strip() else []
    if rows and not any(mark.isdigit() for mark in rows[0][1][0]):
        rows = rows[1:]  # the headings of a sheet
    if not rows:
        raise Invalid(forming.EMPTY_LIST, field="text")
    return rows


@blueprint.post(f"{HERE}/kelompok/<uuid:group_id>/nama")
@needs(MARK)
def rename(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID) -> Response:
    ran = run_of(session(), actor(), cohort_id, activity_id, write=True)
    group = group_of(session(), ran, group_id)
    try:
        forming.rename(session(), ran, group, request.form.get("name", ""))
    except Invalid as refusal:
        flash(_(refusal.message) % refusal.values, "error")
    return _to("form_groups", ran)


@blueprint.post(f"{HERE}/kelompok/<uuid:group_id>/hapus")
@needs(MARK)
def drop_group(cohort_id: uuid.UUID, activity_id: uuid.UUID, group_id: uuid.UUID) -> Response:
    ran = run_of(session(), actor(), cohort_id, activity_id, write=True)
    group = group_of(session(), ran, group_id, lock=True)
    forming.drop_group(session(), ran, group, by=actor(), now=now())
    flash(_("Kelompok %(name)s dihapus.", name=group.name), "success")
    return _to("form_groups", ran)


@blueprint.get(f"{HERE}/nilai.xlsx")
@needs(SEE)
def marks_xlsx(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    ran = run_of(session(), actor(), cohort_id, activity_id)
    book = io.BytesIO()
    write_xlsx(book, mark_rows(session(), ran), title=ran.activity.title)
    return _download(ran, book.getvalue(), XLSX, "xlsx")


@blueprint.get(f"{HERE}/nilai.csv")
@needs(SEE)
def marks_csv(cohort_id: uuid.UUID, activity_id: uuid.UUID) -> Response:
    ran = run_of(session(), actor(), cohort_id, activity_id)
    text = "".join(csv_lines(mark_rows(session(), ran)))
    return _download(ran, text.encode(), "text/csv; charset=utf-8", "csv")


def _download(ran: Ran, body: bytes, content_type: str, ending: str) -> Response:
    answer = FlaskResponse(body, content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=f"nilai-proyek-{ran.cohort.id}.{ending}")
    return answer


def _to(endpoint: str, ran: Ran) -> Response:
    return redirect(url_for(f".{endpoint}", cohort_id=ran.cohort.id, activity_id=ran.activity.id), 303)
