"""The pictures that authors chose as covers of courses; without one a page shows a batik tile by the course's id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lms.access import Actor
from lms.media.queries import SHOWN, Source
from lms.storage.store import ObjectStore

# Renditions of a picture: for a row of a list (160 px, at most 8 KB), and across a phone.
SMALL, WIDE = "thumb", "phone"

Renditions = Mapping[str, Any] | None
ShowCover = Callable[[Renditions], Source | None]


def covers_in(store: ObjectStore, name: str = SMALL) -> ShowCover:
    """How a page finds the address of a cover; None for a course without one, or while it is prepared.

    Whoever may see that a course is there may see its cover.
    """

    def show(renditions: Renditions) -> Source | None:
        made = (renditions or {}).get(name)
        if made is None:
            return None
        url = store.url(made["key"], seconds=SHOWN, content_type=made["type"], inline=True)
        return Source(name, url, made["type"], made["size"], made.get("width"), made.get("height"))

    return show


def wide_cover(store: ObjectStore, renditions: Renditions, *, reader: Actor) -> Source | None:
    """The cover across a course's page; none for those who save data."""
    return None if reader.data_saver else covers_in(store, WIDE)(renditions)
