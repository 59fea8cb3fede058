"""Importing people and units: upload, name the columns, look at the trial, save."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from lms.access import needs
from lms.clock import now
from lms.errors import N_, Conflict, Invalid
from lms.people import importing, outcomes, sheets
from lms.people.columns import IGNORED
from lms.people.forms import ConfirmForm, UploadForm
from lms.people.models import Import, ImportKind, ImportState, RowState
from lms.people.permissions import IMPORT
from lms.people.queries import Scope, doubtful_rows, import_of, imports_in, rows_of, scope_of
from lms.people.views import Answer, refused, wanted_agency
from lms.web import actor, session

blueprint = Blueprint("imports", __name__, url_prefix="/kelola/impor")

SHOWN_FAULTS = 100
SHOWN_CHANGES = 20
SAMPLES = 3
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    ImportState.MAPPING: N_("Menunggu kolom dicocokkan"),
    ImportState.CHECKED: N_("Menunggu persetujuan"),
    ImportState.SAVING: N_("Sedang disimpan"),
    ImportState.DONE: N_("Tersimpan"),
    ImportState.REFUSED: N_("Tidak disimpan"),
    ImportState.CANCELLED: N_("Dibatalkan"),
}


@blueprint.get("")
@needs(IMPORT)
def show() -> str:
    scope = scope_of(session(), actor(), IMPORT, wanted_agency())
    return _start_page(scope, UploadForm(kind=request.args.get("isi", "people")))


@blueprint.post("")
@needs(IMPORT)
def upload() -> Answer:
    scope = scope_of(session(), actor(), IMPORT, wanted_agency())
    form = UploadForm()
    sent = request.files.get("file")
    if form.validate_on_submit():
        try:
            if sent is None or not sent.filename:
                raise Invalid(N_("Pilih berkas XLSX atau CSV dulu."), field="file")
            imported = importing.take_in(
                session(),
                scope.agency.id,
                ImportKind(form.kind.data),
                filename=sent.filename,
                data=sent.read(sheets.MAX_BYTES + 1),
                by=actor(),
                now=now(),
            )
        except Invalid as refusal:
            refused(form, refusal)
        else:
            return redirect(url_for(".columns", import_id=imported.id), 303)
    return _start_page(scope, form), 422


def _start_page(scope: Scope, form: UploadForm) -> str:
    found = imports_in(session(), scope.agency.id)
    return render_template(
        "people/imports.html",
        scope=scope,
        form=form,
        imports=found.items,
        states=STATES,
        columns=importing.COLUMNS,
    )


@blueprint.get("/contoh/<name>.xlsx")
@needs(IMPORT)
def template(name: str) -> Response:
    kind = importing.kind_of(name)
    return _file(importing.template_rows(kind), f"contoh-{kind.value}", "xlsx")


@blueprint.route("/<uuid:import_id>/kolom", methods=["GET", "POST"])
@needs(IMPORT)
def columns(import_id: uuid.UUID) -> Answer:
    imported = import_of(session(), actor(), import_id, lock=request.method == "POST")
    if imported.state not in {ImportState.MAPPING, ImportState.CHECKED}:
        return redirect(url_for(".progress", import_id=import_id), 303)
    if request.method == "GET":
        return _columns_page(imported, imported.mapping)
    mapping = [request.form.get(f"column-{at}", "") for at in range(len(imported.header))]
    try:
        importing.name_columns(session(), imported, mapping, now=now())
    except Invalid as refusal:
        return _columns_page(imported, mapping, refusal), 422
    return redirect(url_for(".progress", import_id=import_id), 303)


def _columns_page(imported: Import, mapping: Sequence[str], refusal: Invalid | None = None) -> str:
    samples = rows_of(session(), imported.id, limit=SAMPLES)
    read = [
        [outcomes.shortened(str(row.cells[at])) for row in samples if at < len(row.cells) and row.cells[at]]
        for at in range(len(imported.header))
    ]
    return render_template(
        "people/columns.html",
        imported=imported,
        mapping=mapping,
        samples=read,
        known=importing.COLUMNS[imported.kind],
        ignored=IGNORED,
        wrong=refusal.field if refusal else None,
        sentence=_(refusal.message) % refusal.values if refusal else "",
    )


@blueprint.get("/<uuid:import_id>")
@needs(IMPORT)
def progress(import_id: uuid.UUID) -> Answer:
    imported = import_of(session(), actor(), import_id)
    match imported.state:
        case ImportState.MAPPING:
            return redirect(url_for(".columns", import_id=import_id), 303)
        case ImportState.CHECKED:
            return _check_page(imported, ConfirmForm())
        case ImportState.SAVING:
            saved = importing.saved_rows(session(), imported)
            return render_template(
                "people/saving.html", imported=imported, saved=saved, total=importing.to_save(imported)
            )
        case _:
            return render_template(
                "people/imported.html",
                imported=imported,
                faults=_faults(imported),
                title=_(STATES[imported.state]),
            )


def _check_page(imported: Import, form: ConfirmForm) -> str:
    count = importing.to_save(imported)
    form.whole.choices = [
        SelectChoice("", _("Simpan %(count)s baris yang benar", count=count)),
        SelectChoice("1", _("Jangan simpan apa pun sampai semua benar")),
    ]
    changed = rows_of(session(), imported.id, RowState.CHANGED, limit=SHOWN_CHANGES)
    return render_template(
        "people/check.html",
        imported=imported,
        form=form,
        faults=_faults(imported),
        doubts=outcomes.doubts(imported, doubtful_rows(session(), imported.id), today=now().date()),
        differences=outcomes.differences(imported, changed),
        count=count,
    )


def _faults(imported: Import) -> list[outcomes.Fault]:
    wrong = rows_of(session(), imported.id, RowState.WRONG, limit=SHOWN_FAULTS)
    return outcomes.faults(imported, wrong)


@blueprint.post("/<uuid:import_id>/simpan")
@needs(IMPORT)
def save(import_id: uuid.UUID) -> Answer:
    imported = import_of(session(), actor(), import_id, lock=True)
    form = ConfirmForm()
    try:
        importing.confirm(
            session(),
            imported,
            whole=form.whole.data == "1",
            invites=form.invites.data,
            by=actor(),
            now=now(),
        )
    except Invalid as refusal:
        refused(form, refusal)
        return _check_page(imported, form), 422
    return redirect(url_for(".progress", import_id=import_id), 303)


@blueprint.post("/<uuid:import_id>/batal")
@needs(IMPORT)
def cancel(import_id: uuid.UUID) -> Response:
    imported = import_of(session(), actor(), import_id, lock=True)
    try:
        importing.cancel(session(), imported, now=now())
    except Conflict:
        return redirect(url_for(".progress", import_id=import_id), 303)
    flash(_("Impor dibatalkan. Tidak ada yang disimpan."), "success")
    other = imported.agency_id != actor().agency_id
    return redirect(url_for(".show", instansi=imported.agency_id) if other else url_for(".show"), 303)


@blueprint.get("/<uuid:import_id>/hasil.<any(xlsx, csv):kind>")
@needs(IMPORT)
def result(import_id: uuid.UUID, kind: str) -> Response:
    imported = import_of(session(), actor(), import_id)
    states = [RowState.WRONG] if request.args.get("bagian") == "bermasalah" else []
    rows = rows_of(session(), import_id, *states)
    return _file(outcomes.sheet(imported, rows), f"hasil-impor-{imported.kind.value}", kind)


def _file(rows: Iterable[Sequence[str]], name: str, kind: str) -> Response:
    if kind == "csv":
        answer = Response("".join(sheets.csv_lines(rows)), mimetype="text/csv")
    else:
        buffer = io.BytesIO()
        sheets.write_xlsx(buffer, rows)
        answer = Response(buffer.getvalue(), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
