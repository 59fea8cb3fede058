"""The trail for those who may read it: filtered, page by page, and as a file."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.access import needs
from lms.audit.permissions import SEE
from lms.audit.queries import PER_PAGE, Entry, Filter, entries, everything, named
from lms.audit.wording import ACTS, SUBJECTS, differences, sentence, speaks
from lms.people import readings
from lms.people.sheets import Cell, csv_lines
from lms.problems import Problem
from lms.web import actor, asked_again, session

LARGEST = 2**63 - 1  # of an id

blueprint = Blueprint("audit", __name__, url_prefix="/kelola/jejak")


@blueprint.get("")
@needs(SEE)
def show() -> str:
    wanted = _filter()
    found = entries(session(), actor(), wanted, limit=PER_PAGE + 1)
    names = named(session(), found)
    return render_template(
        "audit/list.html",
        entries=found[:PER_PAGE],
        older=_older(found),
        wanted=wanted,
        acts=ACTS,
        subjects=SUBJECTS,
        differences=lambda entry: _sentences(entry, names, whole=False),
        filtered=any(request.args.get(name) for name in ("act", "orang", "subjek", "id", "dari", "sampai")),
        csv_url=asked_again(url_for(".export"), sebelum=None),
    )


def _sentences(entry: Entry, names: dict[str, str], *, whole: bool) -> list[str]:
    """What changed; the whole of it also in ids, with which an export can be joined to others."""
    changed = differences(entry.row.before, entry.row.after)
    return [
        sentence(entry.row.subject, name, old, new, names)
        for name, old, new in changed
        if whole or speaks(old, new, names)
    ]


def _older(found: list[Entry]) -> str | None:
    """The address of the next page, which begins after the last entry of this one."""
    if len(found) <= PER_PAGE:
        return None
    return asked_again(sebelum=found[PER_PAGE - 1].row.id)


def _filter() -> Filter:
    asked = request.args
    act, subject = asked.get("act", ""), asked.get("subjek", "")
    return Filter(
        act=act if act in ACTS else "",
        person=asked.get("orang", ""),
        subject=subject if subject in SUBJECTS else "",
        subject_id=asked.get("id", type=uuid.UUID),
        first=_day("dari"),
        last=_day("sampai"),
        before=min(asked.get("sebelum", 0, type=int), LARGEST),
        zone=actor().zone,
    )


def _day(name: str) -> date | None:
    found = readings.day(request.args.get(name, ""), name)
    return None if isinstance(found, Problem) else found


@blueprint.get("/jejak-audit.csv")
@needs(SEE)
def export() -> Response:
    answer = Response(stream_with_context(csv_lines(_rows(_filter()))), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="jejak-audit.csv"'
    return answer


def _rows(wanted: Filter) -> Iterator[list[Cell]]:
    yield [
        _("Waktu"),
        _("Oleh"),
        _("Atas nama"),
        _("Kejadian"),
        _("Tentang"),
        _("Pegawai"),
        _("Instansi"),
        _("Perubahan"),
    ]
    zone = ZoneInfo(wanted.zone)
    for portion in everything(session(), actor(), wanted):
        names = named(session(), portion)
        for entry in portion:
            row = entry.row
            yield [
                row.at.astimezone(zone),
                entry.actor,
                entry.behalf,
                _(ACTS.get(row.act, row.act)),
                _(SUBJECTS.get(row.subject, row.subject)),
                entry.person,
                entry.agency,
                "; ".join(_sentences(entry, names, whole=True)),
            ]
