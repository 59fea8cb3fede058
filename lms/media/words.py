"""What a person reads about the state of a file, in their language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from lms.media.ladder import AUDIO, SPRITE
from lms.media.models import Making, Media, MediaState, Rendering


@dataclass(frozen=True, slots=True)
class Version:
    """A line about one rendition: `state` is a `Making`, `note` says how far it is or what went wrong; bytes and bit/s of
    what is ready (0 otherwise)."""

    name: str
    title: str
    icon: str
    state: str
    percent: int
    note: str
    size: int
    bitrate: int


def problem(media: Media) -> str:
    """Why a file failed and what to do; "" if it did not."""
    return str(_(media.problem) % media.facts.get("values", {})) if media.problem else ""


def state(media: Media) -> str:
    """One sentence for each state of a file."""
    if media.state == MediaState.FAILED:
        return problem(media)
    if media.state == MediaState.PENDING:
        return str(_("Unggahan belum lengkap. Pilih berkas yang sama untuk melanjutkan."))
    if media.state == MediaState.READY:
        return str(_("Siap dipakai."))
    done, of = media.facts.get("progress", (0, 0))
    if of:
        return str(_("Sedang disiapkan, %(done)s dari %(of)s halaman.", done=done, of=of))
    return str(_("Sedang disiapkan."))


def described(media: Media) -> dict[str, Any]:
    """A file for scripts and for the rows of templates/media/_upload.html: its facts, and `state` as its `message`."""
    return {
        "id": str(media.id),
        "name": media.name,
        "size": media.size,
        "part_size": media.part_size,
        "kind": media.kind,
        "group": media.group,
        "state": media.state,
        "message": state(media),
        "can_retry": media.can_retry,
    }


def versions(media: Media, rows: Sequence[Rendering]) -> list[Version]:
    """The renditions that are made or being made, in their order."""
    return [_version(row, media.renditions.get(row.name, {})) for row in rows]


def _version(row: Rendering, made: Mapping[str, Any]) -> Version:
    titles = {AUDIO.name: _("Suara saja"), SPRITE: _("Gambar kecil untuk mencari adegan")}
    icon = {AUDIO.name: "audio", SPRITE: "image"}.get(row.name, "video")
    return Version(
        name=row.name,
        title=str(titles.get(row.name, row.name)),
        icon=icon,
        state=row.state,
        percent=row.percent,
        note=_note(row),
        size=made.get("size", 0),
        bitrate=made.get("bitrate", 0),
    )


def _note(row: Rendering) -> str:
    if row.state == Making.WAITING:
        return str(_("Menunggu giliran."))
    if row.state == Making.WORKING:
        return str(_("%(percent)s%% selesai", percent=row.percent))
    return str(_(row.problem)) if row.problem else ""
