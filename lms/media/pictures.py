"""Pictures in rich text: stored as `media:<uuid>`, shown by signed addresses with their dimensions.

    rows = of_agency(session(), agency_id, named(html))     one statement for any number of texts
    html = resolve(html, rows, store())

Ask only for files of the agency that the text belongs to: an author can write any uuid.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from lms.media.kinds import Group
from lms.media.models import Media
from lms.media.queries import source_of
from lms.richtext import Shown, with_pictures
from lms.storage.store import ObjectStore

_NAMED = re.compile(r'src="media:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


def named(*texts: str) -> set[uuid.UUID]:
    """The files that cleaned HTML shows."""
    return {uuid.UUID(name) for text in texts for name in _NAMED.findall(text)}


def resolve(html: str, rows: Iterable[Media], store: ObjectStore) -> str:
    """Cleaned HTML with its pictures' addresses; a picture that is unknown or not prepared yet is left out."""
    ready = {str(m.id): m for m in rows if m.group is Group.PICTURE and "phone" in m.renditions}

    def show(name: str) -> Shown | None:
        if name not in ready:
            return None
        phone = source_of(store, ready[name], "phone")
        return Shown(phone.url, phone.width or 0, phone.height or 0)

    return with_pictures(html, show)
