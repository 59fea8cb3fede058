"""Bringing files in parts, opening them, and (where there is no S3) the store's own addresses.

POST /unggahan               {name, size, fingerprint, head} → {id, part_size, parts: [{number, url}], done: [numbers],
                             pieces: {number: bytes}}
GET  /unggahan/<id>          which parts arrived; also after the tab was closed
POST /unggahan/<id>/bagian   {numbers, digests} → {parts}: addresses for (more) parts; with their SHA-256 the store checks them
PUT  /unggahan/<id>/keping   a piece of a part, for links that break (lms.media.pieces): ?bagian=<number>&mulai=<bytes>
POST /unggahan/<id>/gabung   {numbers: [n], digests: [SHA-256]} → the part is made of its pieces; 409 if they are not those
POST /unggahan/<id>/selesai  {checksum} → the file, or 422 with the reason it is refused for; 409 while parts lack
POST /unggahan/<id>/batal    forget it
POST /unggahan/biasa         an ordinary form, for small files and browsers without script
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.errors import N_, Invalid, NotFound
from lms.media import forms, making, parts, pieces, services, serving, streaming, words
from lms.media.models import Media, MediaState
from lms.media.queries import (
    OPENED,
    ORIGINAL,
    SENDING,
    media_of,
    renderings_of,
    renditions_of,
    source_of,
    upload_of,
    url_of,
)
from lms.media.receiving import received, said
from lms.web import actor, session, settings, store

blueprint = Blueprint("media", __name__)
blueprint.register_blueprint(serving.blueprint)
blueprint.register_blueprint(streaming.blueprint)

MB = 1024 * 1024
NOTHING_CHOSEN = N_("Pilih berkas terlebih dahulu.")


@blueprint.post("/unggahan")
@needs(SIGNED_IN)
def begin() -> tuple[Response, int]:
    arrival = forms.arrival_of(request.get_json(silent=True))
    quota = settings().upload_quota_mb * MB
    media = services.begin(session(), store(), arrival, by=actor(), quota=quota, now=now())
    return jsonify(_upload(media)), 201


@blueprint.get("/unggahan/<uuid:media_id>")
@needs(SIGNED_IN)
def show(media_id: uuid.UUID) -> Response:
    return jsonify(_upload(upload_of(session(), actor(), media_id)))


@blueprint.post("/unggahan/<uuid:media_id>/bagian")
@needs(SIGNED_IN)
def more(media_id: uuid.UUID) -> Response:
    media = upload_of(session(), actor(), media_id, lock=True)
    numbers = forms.numbers_of(request.get_json(silent=True))
    media.active_at = now()
    return jsonify(parts=_addresses(media, numbers, forms.digests_of(request.get_json(silent=True))))


@blueprint.put("/unggahan/<uuid:media_id>/keping")
@needs(SIGNED_IN)
def piece(media_id: uuid.UUID) -> tuple[str, int]:
    media = upload_of(session(), actor(), media_id)
    number, start = forms.piece_of(request.args)
    _check_number(media, number)
    if (request.content_length or 0) > pieces.LARGEST:
        abort(413)
    pieces.keep(session(), media, number, start, request.get_data(cache=False), now=now())
    return "", 204


@blueprint.post("/unggahan/<uuid:media_id>/gabung")
@needs(SIGNED_IN)
def join(media_id: uuid.UUID) -> tuple[str, int]:
    media, asked = upload_of(session(), actor(), media_id), request.get_json(silent=True)
    [number, *_rest], [digest, *_more] = forms.numbers_of(asked), forms.digests_of(asked) or [""]
    _check_number(media, number)
    is_good = pieces.join(session(), store(), media, number, digest)
    return "", 204 if is_good else 409


@blueprint.post("/unggahan/<uuid:media_id>/selesai")
@needs(SIGNED_IN)
def finish(media_id: uuid.UUID) -> tuple[Response, int]:
    media = upload_of(session(), actor(), media_id, lock=True)
    checksum = forms.checksum_of(request.get_json(silent=True))
    services.finish(session(), store(), media, checksum=checksum, now=now())
    return jsonify(words.described(media)), 422 if media.state is MediaState.FAILED else 200


@blueprint.post("/unggahan/<uuid:media_id>/batal")
@needs(SIGNED_IN)
def abandon(media_id: uuid.UUID) -> Response | tuple[str, int]:
    services.abandon(session(), store(), upload_of(session(), actor(), media_id, lock=True))
    return ("", 204) if request.is_json else redirect(_back(), 303)


@blueprint.post("/unggahan/biasa")
@needs(SIGNED_IN)
def plain() -> Response:
    """Files of an ordinary form; back to its page with `?media=<id>` for each that was taken in."""
    target = _back()
    chosen = [file for file in request.files.getlist("berkas") if file.filename]
    if not chosen:
        flash(_(NOTHING_CHOSEN), "danger")
    query = urlencode([("media", str(media.id)) for file in chosen if (media := _taken(file))])
    return redirect(target + ("&" if "?" in target and query else "?" if query else "") + query, 303)


@blueprint.get("/media/<uuid:media_id>")
@needs(SIGNED_IN)
def open_file(media_id: uuid.UUID) -> Response:
    """The permanent address of a file: for whoever may open it (`media_of`), on to one that works for a while."""
    media = media_of(session(), actor(), media_id)
    rendition = request.args.get("versi", ORIGINAL)
    if rendition == ORIGINAL:
        return redirect(url_of(store(), media, seconds=OPENED))
    return redirect(source_of(store(), media, rendition, seconds=OPENED).url)


@blueprint.get("/media/<uuid:media_id>/keadaan")
@needs(SIGNED_IN)
def state(media_id: uuid.UUID) -> Response:
    return jsonify(words.described(media_of(session(), actor(), media_id)))


@blueprint.post("/media/<uuid:media_id>/ulang")
@needs(SIGNED_IN)
def retry(media_id: uuid.UUID) -> Response:
    media = media_of(session(), actor(), media_id, lock=True)
    services.retry(session(), media, now=now())
    return jsonify(words.described(media)) if request.is_json else redirect(_back(), 303)


@blueprint.get("/media/<uuid:media_id>/versi")
@needs(SIGNED_IN)
def versions(media_id: uuid.UUID) -> str:
    """What is made of a video or recording, and how far each version is; `?dari=` names the page to go back to."""
    media = media_of(session(), actor(), media_id)
    rows = renderings_of(session(), [media.id])[media.id]
    return render_template(
        "media/versions.html",
        media=media,
        lines=words.versions(media, rows),
        working=any(row.state in making.OPEN for row in rows),
        playable=bool(renditions_of(media)),
        failed=media.state is MediaState.FAILED,
        message=words.state(media),
        back=_ours(request.args.get("dari", "")),
    )


@blueprint.post("/media/<uuid:media_id>/versi/<name>/ulang")
@needs(SIGNED_IN)
def retry_rendition(media_id: uuid.UUID, name: str) -> Response:
    making.retry(session(), media_of(session(), actor(), media_id, lock=True), name, now=now())
    return redirect(_back(), 303)


def _taken(file: FileStorage) -> Media | None:
    """The file as a row; None, and a sentence on the next page, if it is refused."""
    try:
        return received(file)
    except Invalid as refusal:
        flash(said(file, refusal), "danger")
        return None


def _back() -> str:
    """The page of ours that sent the form."""
    target = _ours(request.form.get("next", ""))
    if not target:
        raise NotFound
    return target


def _ours(address: str) -> str:
    """An address on this site, without its host; "" for any other."""
    target = urlsplit(address)
    if target.scheme or target.netloc or not target.path.startswith("/") or target.path.startswith("/\\"):
        return ""
    return f"{target.path}?{target.query}" if target.query else target.path


def _upload(media: Media) -> dict[str, Any]:
    """What the uploader needs to go on."""
    if media.state is not MediaState.PENDING:
        return {**words.described(media), "parts": [], "done": [], "pieces": {}}
    done = {part.number: part.size for part in pieces.arrived(store(), media) or []}
    missing = parts.missing(done, media.size, media.part_size)[: forms.AT_ONCE]
    return {
        **words.described(media),
        "parts": _addresses(media, missing),
        "done": sorted(done),
        "pieces": pieces.lengths(session(), media),
    }


def _check_number(media: Media, number: int) -> None:
    if number > parts.count(media.size, media.part_size):
        raise NotFound


def _addresses(media: Media, numbers: list[int], digests: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Where to send parts; with their SHA-256 the store takes no other bytes."""
    if media.upload_id is None or max(numbers, default=1) > parts.count(media.size, media.part_size):
        raise NotFound
    said = dict(zip(numbers, digests, strict=False))
    return [
        {
            "number": n,
            "url": store().part_url(media.key, media.upload_id, n, seconds=SENDING, digest=said.get(n, "")),
        }
        for n in numbers
    ]
