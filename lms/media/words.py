"""What a person reads about the state of a file, in their language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from lms.media.models import Media, MediaState


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
