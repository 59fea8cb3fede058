"""Where somebody may be sent after signing in: only paths of ours (an open redirect lends our name to a swindler)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 2000
# Browsers drop tabs and line ends and read a backslash as a slash, so "/\t/x" and "/\x" are other hosts to them.
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\]|//")


def own_path(text: str | None) -> str | None:
    """The text when it is a path of this application, with its query; otherwise None."""
    if not text or len(text) > LONGEST or not text.startswith("/"):
        return None
    if _ODD.search(text.partition("?")[0]) or re.search(r"[\x00-\x20\x7f-\x9f]", text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else text
