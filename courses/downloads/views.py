"""Unduhan: the modules of a class with their sizes, and the list of resources that a phone fetches.

GET  /kelas/<id>/unduhan                    the page
POST /kelas/<id>/unduhan/<modul>            prepares quizzes and answers with the list:
     {"person", "protocol", "title", "course", "pages": [{"url", "title", "kind"}], "files": [{"url", "size"}], "bytes"}
     `kind` is "" for what is not listed as a page of its own. A file is kept under its address without the query.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from courses.catalogue.models import Kind
from courses.cohorts.queries import Seat, seat_of
from courses.downloads.queries import Pack, pack_in, packs_of, qualities_in, sheet_pages
from courses.downloads.services import prepare
from courses.lessons.showing import quality_name
from courses.lessons.weight import USUAL
from courses.progress.outline import Row
from courses.progress.queries import outline_of
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.errors import N_, Conflict
from lms.media.queries import url_of
from lms.offline.protocol import PROTOCOL, understands
from lms.offline.storable import storable
from lms.web import actor, session, store

blueprint = Blueprint("downloads", __name__, url_prefix="/kelas/<uuid:cohort_id>/unduhan")


@blueprint.get("")
@needs(SIGNED_IN)
@storable
def show(cohort_id: uuid.UUID) -> str:
    quality = request.args.get("mutu")
    seat, packs = _packs(cohort_id, quality)
    return render_template(
        "downloads/show.html",
        seat=seat,
        packs=packs,
        qualities=qualities_in(packs),
        quality=quality,
        usual=USUAL,
        quality_name=quality_name,
        protocol=PROTOCOL,
    )


@blueprint.post("/<uuid:module_id>")
@needs(SIGNED_IN)
def resources(cohort_id: uuid.UUID, module_id: uuid.UUID) -> Response:
    if not understands(request.args.get("p", PROTOCOL, type=int)):
        raise Conflict(N_("Versi Bina di ponsel ini sudah lama. Muat ulang halaman, lalu unduh lagi."))
    quality = request.args.get("mutu")
    seat, packs = _packs(cohort_id, quality)
    prepare(session(), seat, pack_in(packs, module_id), now=now())
    seat, packs = _packs(cohort_id, quality)
    pack = pack_in(packs, module_id)
    return jsonify(
        person=actor().id,
        protocol=PROTOCOL,
        title=pack.title,
        course=seat.course_title,
        pages=list(_pages(seat, pack)),
        files=[
            {"url": url_of(store(), piece.file.media, piece.rendition, inline=False), "size": piece.size}
            for piece in pack.pieces
        ],
        bytes=pack.bytes,
    )


def _packs(cohort_id: uuid.UUID, quality: str | None) -> tuple[Seat, list[Pack]]:
    seat = seat_of(session(), actor(), cohort_id)
    return seat, packs_of(session(), seat, outline_of(session(), seat, now=now()), quality)


def _pages(seat: Seat, pack: Pack) -> Iterator[dict[str, Any]]:
    yield _page("progress.show", seat, seat.course_title, "")
    yield _page("downloads.show", seat, "", "")
    for row in pack.rows:
        yield _page(f"{row.kind}.show", seat, row.title, row.kind, activity_id=row.id)
        if row.kind == Kind.LESSON:
            yield from _lesson(seat, pack, row)
        running = pack.running.get(row.id)
        if running and running.attempt_id:
            here = {"activity_id": row.id, "attempt_id": running.attempt_id}
            yield _page("quizzes.attempt", seat, row.title, "", **here)


def _lesson(seat: Seat, pack: Pack, row: Row) -> Iterator[dict[str, Any]]:
    """What belongs to a lesson's page: captions, and the further pages of a long document."""
    for file in pack.files:
        if file.row.activity_id == row.id and file.row.captions:
            yield _page("lessons.captions", seat, "", "", activity_id=row.id, file_id=file.id)
    for number in range(2, sheet_pages(pack.files, row.id) + 1):
        yield _page("lessons.show", seat, "", "", activity_id=row.id, page=number)


def _page(endpoint: str, seat: Seat, title: str, kind: str, **here: Any) -> dict[str, Any]:
    return {"url": url_for(endpoint, cohort_id=seat.cohort_id, **here), "title": title, "kind": kind}
