"""What each kind of file is to us: how it is treated, how it is called in HTTP, how large it may be."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lms.media.sniff import Kind

MB = 1024 * 1024


class Group(enum.StrEnum):
    """How a file is prepared and shown."""

    PICTURE = "picture"
    PDF = "pdf"
    WORD = "word"
    SLIDES = "slides"
    SHEET = "sheet"
    ARCHIVE = "archive"
    TEXT = "text"
    CAPTIONS = "captions"
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Sort:
    """`limit` in bytes; `inline`: a browser may show it by itself, because nothing in it can act."""

    group: Group
    content_type: str
    limit: int
    inline: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument"
SORTS = {
    Kind.JPEG: Sort(Group.PICTURE, "image/jpeg", 50 * MB, inline=True),
    Kind.PNG: Sort(Group.PICTURE, "image/png", 50 * MB, inline=True),
    Kind.WEBP: Sort(Group.PICTURE, "image/webp", 50 * MB, inline=True),
    Kind.GIF: Sort(Group.PICTURE, "image/gif", 50 * MB, inline=True),
    Kind.PDF: Sort(Group.PDF, "application/pdf", 200 * MB),
    Kind.DOCX: Sort(Group.WORD, f"{_OFFICE}.wordprocessingml.document", 100 * MB),
    Kind.PPTX: Sort(Group.SLIDES, f"{_OFFICE}.presentationml.presentation", 200 * MB),
    Kind.XLSX: Sort(Group.SHEET, f"{_OFFICE}.spreadsheetml.sheet", 100 * MB),
    Kind.ZIP: Sort(Group.ARCHIVE, "application/zip", 200 * MB),
    Kind.CSV: Sort(Group.TEXT, "text/csv; charset=utf-8", 50 * MB),
    Kind.TEXT: Sort(Group.TEXT, "text/plain; charset=utf-8", 10 * MB),
    Kind.MARKDOWN: Sort(Group.TEXT, "text/plain; charset=utf-8", 10 * MB),
    Kind.VTT: Sort(Group.CAPTIONS, "text/vtt; charset=utf-8", 5 * MB, inline=True),
    Kind.SRT: Sort(Group.CAPTIONS, "text/plain; charset=utf-8", 5 * MB),
    Kind.MP4: Sort(Group.VIDEO, "video/mp4", 4096 * MB, inline=True),
    Kind.MOV: Sort(Group.VIDEO, "video/quicktime", 4096 * MB, inline=True),
    Kind.WEBM: Sort(Group.VIDEO, "video/webm", 4096 * MB, inline=True),
    Kind.M4A: Sort(Group.AUDIO, "audio/mp4", 500 * MB, inline=True),
    Kind.MP3: Sort(Group.AUDIO, "audio/mpeg", 500 * MB, inline=True),
    Kind.OGG: Sort(Group.AUDIO, "audio/ogg", 500 * MB, inline=True),
}
LARGEST = max(sort.limit for sort in SORTS.values())
