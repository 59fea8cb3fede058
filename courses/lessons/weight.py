"""What a lesson costs a phone, in bytes, and which of a file's renditions a phone gets. Pure.

A file is anything with `part`, `size`, `content_type` and `renditions` (name → key, type, size, dimensions).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

# The ladder of a video, the cheapest first; the design's usual choice is 240p.
QUALITIES = ("audio", "240p", "360p", "720p")
USUAL = "240p"


class File(Protocol):
    """What is needed of a lesson's file here."""

    @property
    def part(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def renditions(self) -> Mapping[str, Any]: ...


def original(file: File) -> dict[str, Any]:
    """The file itself, in the shape of a rendition."""
    return {"key": file.key, "type": file.content_type, "size": file.size}


def qualities(file: File) -> dict[str, dict[str, Any]]:
    """The playable renditions of a video or recording, the cheapest first; the file itself when there are none."""
    made = {name: dict(file.renditions[name]) for name in QUALITIES if name in file.renditions}
    pictures = {name: facts for name, facts in made.items() if name != "audio"}
    return made if pictures or (made and file.part == "audio") else {"original": original(file), **made}


def usual(file: File) -> str:
    """The quality that is chosen before anybody chooses: 240p, else the cheapest one with pictures."""
    names = list(qualities(file))
    return USUAL if USUAL in names else next((name for name in names if name != "audio"), names[0])


def pages(file: File) -> list[dict[str, Any]]:
    """The page pictures of a document, in order."""
    numbered = [
        (int(name.removeprefix("page-")), dict(facts))
        for name, facts in file.renditions.items()
        if name.startswith("page-") and name.removeprefix("page-").isdigit()
    ]
    return [{**facts, "number": number} for number, facts in sorted(numbered, key=lambda page: page[0])]


def weight(file: File) -> int:
    """What a learner loads who opens everything of this file at the usual quality."""
    if file.part in ("video", "audio"):
        return int(qualities(file)[usual(file)].get("size", 0)) + int(
            file.renditions.get("poster", {}).get("size", 0)
        )
    if file.part == "pages":
        return sum(int(page.get("size", 0)) for page in pages(file)) or file.size
    if file.part == "picture":
        return int(file.renditions.get("phone", {}).get("size", file.size))
    return file.size if file.part == "attachment" else 0


def total(html: str, files: Iterable[File]) -> int:
    """Text and files together."""
    return len(html.encode()) + sum(weight(file) for file in files)
