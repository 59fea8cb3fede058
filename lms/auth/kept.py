"""What somebody typed, kept while they prove who they are: signed, carried by the page itself, never by the server.

A POST that meets an ended session, an old token or a step-up is answered by a form with these fields in one signed
hidden input; after the proof a page offers to send them again to the same address with a fresh token.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

# Characters of names and values together. An essay has some thousands.
MOST = 1_000_000
LIFE = 24 * 3600  # seconds
SALT = "kept-form"
FIELD = "kept"
# Never carried and never shown: the frame's own tokens, and passwords.
SECRET = re.compile(r"csrf_token|kept|.*password.*", re.IGNORECASE)
_MACHINE = re.compile(r"[0-9a-f-]{32,36}|[\w.:-]{1,24}", re.IGNORECASE)

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a form was going and what it held. `owner` is the person (an id) who sent it, when that is known."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: bool = False
    owner: str = ""

    @property
    def texts(self) -> list[str]:
        return typed_texts(self.fields)


def keep(
    path: str, fields: Iterable[tuple[str, str]], *, files: bool = False, owner: str = ""
) -> Kept | None:
    """What can be carried of a form; None when it holds nothing or too much."""
    carried = tuple((name, value) for name, value in fields if not SECRET.fullmatch(name))
    weight = sum(len(name) + len(value) for name, value in carried)
    return Kept(path, carried, files, owner) if weight <= MOST else None


def pack(kept: Kept, keys: Sequence[str]) -> str:
    """One signed text. `keys` as in Settings.secret_keys: the newest first."""
    return _signer(keys).dumps([kept.path, kept.fields, kept.files, kept.owner])


def unpack(text: str | None, keys: Sequence[str]) -> Kept | None:
    """What was packed, or None when the text is ours no more: changed, older than a day, or of another purpose."""
    try:
        path, fields, files, owner = _signer(keys).loads(text or "", max_age=LIFE)
    except (BadData, zlib.error, ValueError):
        return None
    return Kept(path, tuple((name, value) for name, value in fields), files, owner)


def typed_texts(fields: Iterable[tuple[str, str]]) -> list[str]:
    """What a person probably typed, to copy it: not tokens, ids, numbers, choices and other short words."""
    return [
        value
        for name, value in fields
        if value.strip() and not SECRET.fullmatch(name) and not _MACHINE.fullmatch(value.strip())
    ]


def _signer(keys: Sequence[str]) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(keys)), salt=SALT)
