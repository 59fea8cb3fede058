"""File names as people may see them: never used to find a file, only to show and to offer for saving."""

from __future__ import annotations

import unicodedata

LONGEST = 255  # bytes of UTF-8: what ext4 and NTFS take for one name
UNNAMED = "berkas"
# Cc: NUL and controls; Cf: bidi overrides (U+202E turns "gpj.exe" around), zero-width marks; Cs: lone surrogates.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean_name(name: str) -> str:
    """One path component in NFC, without unseen characters or separators, at most 255 bytes, extension kept."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    seen = "".join(
        char for char in unicodedata.normalize("NFC", last) if unicodedata.category(char) not in _UNSEEN
    )
    tidy = " ".join(seen.translate(dict.fromkeys(map(ord, '<>:"|?*'), "_")).split()).strip(". ")
    return _shortened(tidy) or UNNAMED


def extension(name: str) -> str:
    """The last suffix, lower case, without its dot; "" if there is none."""
    stem, dot, suffix = clean_name(name).rpartition(".")
    return suffix.lower() if dot and stem else ""


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    tail = dot + suffix if stem and len(suffix.encode()) <= 16 else ""
    stem = stem if tail else name
    room = LONGEST - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + tail
