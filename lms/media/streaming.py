"""HLS addresses. Whoever holds one may watch: the page that hands it out has checked its reader, as with `url_of`.

The playlists are ours; what they name are signed addresses in the store, which last as long as those on pages do.
"""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, current_app, url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from lms.access import BEARER, needs
from lms.errors import Forbidden, NotFound
from lms.media.ladder import AUDIO, BY_NAME
from lms.media.models import Media
from lms.media.playlists import CONTENT_TYPE, Variant, addressed, master
from lms.media.queries import SHOWN, playlist_of, source_of
from lms.media.serving import EXPIRED
from lms.storage.store import window
from lms.web import session, settings, store

blueprint = Blueprint("streams", __name__)

OUTLASTS = SHOWN + window(SHOWN)


def playlist_url(media: Media) -> str | None:
    """The address of a film's playlists, for a player that knows HLS; None while there is nothing to stream.

    With a store of another origin the element needs crossorigin="anonymous".
    """
    if not _streamed(media):
        return None
    return url_for("media.streams.renditions", proof=_signer().dumps(media.id.hex))


@blueprint.get("/siaran/<proof>/daftar.m3u8")
@needs(BEARER)
def renditions(proof: str) -> Response:
    media = _proved(proof)
    named = [(name, media.renditions[name]) for name in _streamed(media)]
    sound = bool(media.facts.get("audio"))
    return _answer(
        master(
            Variant(
                url_for(".rendition", proof=proof, name=name),
                made["stream"].get("peak", made["bitrate"]),
                made.get("width"),
                made.get("height"),
                BY_NAME[name].profile,
                sound,
            )
            for name, made in named
        )
    )


@blueprint.get("/siaran/<proof>/<name>.m3u8")
@needs(BEARER)
def rendition(proof: str, name: str) -> Response:
    media = _proved(proof)
    if name not in _streamed(media):
        raise NotFound
    stream = media.renditions[name]["stream"]
    url = store().url(
        stream["key"], seconds=SHOWN, content_type=source_of(store(), media, name).content_type, inline=True
    )
    return _answer(addressed(playlist_of(session(), media.id, name), url))


def _streamed(media: Media) -> list[str]:
    """The renditions to choose from: those with pictures if there are any, so that a film does not turn dark."""
    names = [name for name in BY_NAME if "stream" in media.renditions.get(name, {})]
    films = [name for name in names if name != AUDIO.name]
    return films or (names if "width" not in media.facts else [])


def _proved(proof: str) -> Media:
    try:
        media_id = uuid.UUID(hex=_signer().loads(proof, max_age=OUTLASTS))
    except BadData as error:
        raise Forbidden(EXPIRED) from error
    media = session().get(Media, media_id)
    if media is None:
        raise NotFound
    return media


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(settings().secret_keys)), salt="media:stream")


def _answer(text: str) -> Response:
    answer = current_app.response_class(text, content_type=CONTENT_TYPE)
    answer.cache_control.private = True
    answer.cache_control.max_age = 300
    return answer
