"""A class as its staff sees it: the matrix, one learner, exports, reminders."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from courses.cohorts.queries import cohort_of
from courses.progress import classroom, services
from courses.progress.classroom import Classroom, Learner, Wanted
from courses.progress.outline import DOING, DONE, LATE, LOCKED, TODO, WAITING
from courses.progress.permissions import FOLLOW, REMIND
from courses.progress.queries import ledger_of, seat_for_staff
from lms.access import allows, check, needs
from lms.clock import now
from lms.errors import N_
from lms.people import reads, sheets
from lms.web import actor, asked_again, page_number, session

blueprint = Blueprint("classroom", __name__, url_prefix="/kelola/kelas/<uuid:cohort_id>")

# The states of an activity, in the words of the page.
STATES = {
    TODO: N_("Belum"),
    DOING: N_("Sedang"),
    DONE: N_("Selesai"),
    LATE: N_("Terlambat"),
    LOCKED: N_("Terkunci"),
    WAITING: N_("Menunggu nilai"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/kemajuan")
@needs(FOLLOW)
def show(cohort_id: uuid.UUID) -> str:
    cohort = cohort_of(session(), actor(), cohort_id)
    room = Classroom(session(), cohort, now=now())
    wanted = _wanted()
    learners, more = room.learners(wanted)
    return render_template(
        "progress/classroom.html",
        cohort=cohort,
        room=room,
        counts=room.counts(),
        units=room.units(),
        wanted=wanted,
        learners=learners,
        more=more,
        filters=classroom,
        may_remind=allows(actor(), REMIND, cohort.agency_id),
        page_url=lambda number: asked_again(page=number),
    )


@blueprint.get("/peserta/<uuid:enrolment_id>")
@needs(FOLLOW)
def learner(cohort_id: uuid.UUID, enrolment_id: uuid.UUID) -> str:
    cohort = cohort_of(session(), actor(), cohort_id)
    found = seat_for_staff(session(), cohort, enrolment_id, now=now())
    reads.noted(actor(), found.person_id)
    return render_template(
        "progress/learner.html", cohort=cohort, found=found, ledger=ledger_of(session(), enrolment_id)
    )


@blueprint.post("/pengingat")
@needs(REMIND)
def remind(cohort_id: uuid.UUID) -> Answer:
    cohort = cohort_of(session(), actor(), cohort_id)
    check(actor(), REMIND, cohort.agency_id)
    chosen = [uuid.UUID(value) for value in request.form.getlist("enrolment")]
    reminded = services.remind(session(), cohort, chosen, by=actor(), now=now())
    text = ngettext(
        "Pengingat dikirim ke %(num)d peserta.", "Pengingat dikirim ke %(num)d peserta.", reminded
    )
    flash(text, "success")
    return redirect(url_for(".show", cohort_id=cohort_id, filter=request.form.get("filter")), 303)


@blueprint.get("/kemajuan.csv")
@needs(FOLLOW)
def as_csv(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id)
    text = "".join(sheets.csv_lines(_rows(Classroom(session(), cohort, now=now()))))
    return _attached(text.encode(), "text/csv; charset=utf-8", "kemajuan.csv")


@blueprint.get("/kemajuan.xlsx")
@needs(FOLLOW)
def as_xlsx(cohort_id: uuid.UUID) -> Response:
    cohort = cohort_of(session(), actor(), cohort_id)
    file = io.BytesIO()
    sheets.write_xlsx(file, _rows(Classroom(session(), cohort, now=now())), title=_("Kemajuan"))
    return _attached(file.getvalue(), XLSX, "kemajuan.xlsx")


def _attached(data: bytes, kind: str, name: str) -> Response:
    return Response(data, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _wanted() -> Wanted:
    unit = request.args.get("unit", type=uuid.UUID)
    return Wanted(
        filter=request.args.get("filter", classroom.ALL),
        search=request.args.get("cari", "").strip()[:100],
        unit_id=unit,
        page=page_number(),
    )


def _rows(room: Classroom) -> Iterator[list[Any]]:
    """The class as a sheet: a head, then one row a learner with the state and mark of each activity."""
    titles = [f"{column.label} {column.title}" for column in room.columns]
    yield [_("Nama"), _("NIP"), _("Unit kerja"), _("Selesai"), _("Nilai rata-rata"), *titles]
    words = {state: _(word) for state, word in STATES.items()}
    yield from (_row(learner, words) for learner in room.everybody())


def _row(found: Learner, words: Mapping[str, str]) -> list[Any]:
    cells = [words[cell.state] if cell.percent is None else cell.percent for cell in found.cells]
    return [found.name, found.number, found.unit, found.done, found.mean, *cells]
