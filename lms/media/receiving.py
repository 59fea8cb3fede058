"""Files that come with an ordinary form: small ones, from browsers without script."""

from __future__ import annotations

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lms.clock import now
from lms.errors import N_, Invalid
from lms.media.models import Media
from lms.media.services import take_in
from lms.web import actor, session, settings, store

MB = 1024 * 1024
LARGEST = 10 * MB
TOO_LARGE = N_(
    "Tanpa skrip, berkas dapat dikirim sampai 10 MB. Aktifkan JavaScript untuk berkas yang lebih besar."
)


def received(sent: FileStorage) -> Media:
    """The file as a row of the actor's. Raises Invalid with what is wrong; `said` makes its sentence."""
    who, data = actor(), sent.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Invalid(TOO_LARGE)
    return take_in(
        session(),
        store(),
        sent.filename or "",
        data,
        owner_id=who.id,
        agency_id=who.agency_id,
        quota=settings().upload_quota_mb * MB,
        now=now(),
    )


def said(sent: FileStorage, refusal: Invalid) -> str:
    """Which of the files is refused, and why."""
    return f"{sent.filename}: {_(refusal.message) % refusal.values}"
