"""Where a question's picture is shown from. The media feature owns the bytes; questions only keep an id."""

from __future__ import annotations


def picture_src(media_id: object) -> str:
    """The address of a picture in the size for phones."""
    return f"/media/{media_id}/phone"
