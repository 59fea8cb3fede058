"""The pictures that come with the question editor's form: uploaded by its script before, or sent along without one."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask_babel import gettext as _

from courses.catalogue.models import Course
from courses.quizzes.author_queries import own_pictures
from courses.quizzes.drafts import Draft, content_of, draft_in
from courses.quizzes.placing import brought, named, settled
from lms.errors import N_, Invalid
from lms.media.kinds import Group
from lms.media.models import Media
from lms.media.queries import brought_by
from lms.media.receiving import received, said
from lms.problems import Problem
from lms.web import actor, session

NO_PICTURE = N_("%(name)s bukan gambar. Pilih JPEG, PNG, WebP, atau GIF.")


def sent_draft(kind: str) -> tuple[Draft, list[Problem]]:
    """What was typed, with the pictures that came along, and why others did not."""
    problems: list[Problem] = []
    media = brought_by(session(), actor(), request.form.getlist("brought", type=UUID))
    for file in request.files.getlist("berkas"):
        if file.filename:
            try:
                media.append(received(file))
            except Invalid as refusal:
                problems.append(Problem("%(sentence)s", "pictures", {"sentence": said(file, refusal)}))
    problems += [
        Problem(NO_PICTURE, "pictures", {"name": each.name}) for each in media if not _is_picture(each)
    ]
    draft = brought(draft_in(kind, request.form), [str(each.id) for each in media if _is_picture(each)])
    return settled(draft), problems


def _is_picture(media: Media) -> bool:
    return media.group is Group.PICTURE


def strange_pictures(course: Course, draft: Draft) -> list[Problem]:
    """Pictures that are not the agency's own, at the field that names them."""
    shown = named(content_of(draft))
    own = own_pictures(session(), course, {id_ for ids in shown.values() for id_ in ids})
    return [
        Problem(N_("Gambar ini tidak ada di pustaka instansi Anda."), field)
        for field, ids in shown.items()
        if ids - own
    ]


PLACE_NAMES = {
    "below": N_("Di bawah pertanyaan"),
    "text": N_("Di dalam pertanyaan"),
    "explanation": N_("Di dalam pembahasan"),
    "none": N_("Tidak dipakai"),
}


def place_name(place: str) -> str:
    """A place as an author reads it."""
    known = PLACE_NAMES.get(place)
    return str(_(known) if known else _("Pilihan %(number)s", number=int(place) + 1))
