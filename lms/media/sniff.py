"""What a file is, by its bytes; its name is only a claim that has to agree."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from lms.lazy import lazy
from lms.media.archive import open_archive
from lms.media.names import extension
from lms.media.office import LIMITS, Office, office_of
from lms.media.refusals import FileRefusal, Reason

if TYPE_CHECKING:
    import puremagic
else:
    puremagic = lazy("puremagic")

HEAD = 4096  # bytes that `kind_of` wants to see
Whole = Path | Callable[[], bytes]


class Kind(Enum):
    """The value is the extension under which we keep it."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    ZIP = "zip"
    CSV = "csv"
    TEXT = "txt"
    MARKDOWN = "md"
    VTT = "vtt"
    SRT = "srt"
    MP4 = "mp4"
    MOV = "mov"
    WEBM = "webm"
    M4A = "m4a"
    MP3 = "mp3"
    OGG = "ogg"


_SPELLINGS = {kind.value: kind for kind in Kind} | {
    "jpeg": Kind.JPEG,
    "jfif": Kind.JPEG,
    "markdown": Kind.MARKDOWN,
    "m4v": Kind.MP4,
    "3gp": Kind.MP4,
    "qt": Kind.MOV,
    "oga": Kind.OGG,
    "opus": Kind.OGG,
}
_TEXTS = {Kind.CSV, Kind.TEXT, Kind.MARKDOWN, Kind.VTT, Kind.SRT}
_OFFICE = {Office.WORD: Kind.DOCX, Office.POWERPOINT: Kind.PPTX, Office.EXCEL: Kind.XLSX}
_ZIPS = {Kind.ZIP, *_OFFICE.values()}
# Cameras and phones give an MP4 any of these names, so within a family the name decides.
_FAMILIES = ({Kind.MP4, Kind.MOV, Kind.M4A}, _TEXTS)

_SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), Kind.JPEG),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), Kind.PNG),
    (re.compile(rb"GIF8[79]a"), Kind.GIF),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), Kind.WEBP),
    (re.compile(rb"%PDF-\d"), Kind.PDF),
    (re.compile(rb"PK\x03\x04"), Kind.ZIP),
    (re.compile(rb"....ftypqt  ", re.DOTALL), Kind.MOV),
    (re.compile(rb"....ftypM4[AB] ", re.DOTALL), Kind.M4A),
    (re.compile(rb"....ftyp(isom|iso\d|mp4\d|avc1|dash|M4V |3gp|3g2|MSNV|mmp4|f4v)", re.DOTALL), Kind.MP4),
    (re.compile(rb"\x1a\x45\xdf\xa3.{0,60}webm", re.DOTALL), Kind.WEBM),
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), Kind.MP3),
    (re.compile(rb"OggS\0"), Kind.OGG),
)
_REFUSED = (
    (
        re.compile(rb"MZ|\x7fELF|\xca\xfe\xba\xbe|[\xcf\xce]\xfa\xed\xfe|\0asm|dex\n|L\0\0\0\x01\x14\x02\0"),
        Reason.EXECUTABLE,
    ),
    (re.compile(rb"....ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL), Reason.HEIC),
    (re.compile(rb"PK\x05\x06"), Reason.EMPTY),
)
# How sure a guess must be to be told; random bytes look like something or other.
LIKELY = 0.3
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_NEW_OFFICE = {Kind.DOCX, Kind.PPTX, Kind.XLSX}
_REFUSED_NAMES = (
    (
        re.compile(
            r"apk|app|appimage|bat|bin|cmd|com|cpl|deb|dll|dmg|exe|gadget|hta|jar|jse?|lnk|ms[ip]|pif|ps1|py|reg|rpm"
            r"|scr|sh|so|vb[es]?|wasm|wsf"
        ),
        Reason.EXECUTABLE,
    ),
    (
        re.compile(r"aspx?|htm|x?html|jsp|mht|mhtml|php\d?|phtml|shtml|svgz?|swf|xml|xslt?"),
        Reason.ACTIVE_TEXT,
    ),
    (re.compile(r"do[ct]m|xl[ast]m|p[op][ts]m|ppam"), Reason.MACRO),
    (re.compile(r"hei[cf]"), Reason.HEIC),
)
# What makes a browser take text for a page, a picture or a program, after blanks, comments and declarations.
_PREAMBLE = re.compile(r"(?:\s|<!--.*?-->|<\?xml[^>]*>)*", re.DOTALL)
_ACTIVE = re.compile(
    r"<\?(php|xml|=)|#!|<!doctype|<(html|head|body|script|iframe|object|embed|svg|style|meta|link|base|xsl:)",
    re.IGNORECASE,
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def kind_of(head: bytes, name: str, *, whole: Whole | None = None) -> Kind:
    """The kind of a file, from its first `HEAD` bytes and its name; raises FileRefusal with the reason.

    A zip is told from a Word file only by `whole` (a path, or a function that gives all bytes), which also finds
    macros and bombs. Without it the name is believed among zips: ask again in the job that has the whole file.
    """
    if not head:
        raise FileRefusal(Reason.EMPTY)
    named = extension(name)
    _refuse_what_never_passes(head, named)
    found = _binary_kind(head)
    if found is Kind.ZIP:
        return _agreed(_zip_kind(named, whole), named, head)
    return _agreed(found or _text_kind(head, named), named, head)


def _refuse_what_never_passes(head: bytes, named: str) -> None:
    for signature, reason in _REFUSED:
        if signature.match(head):
            raise FileRefusal(reason)
    for names, reason in _REFUSED_NAMES:
        if names.fullmatch(named):
            raise FileRefusal(reason)
    if head.startswith(_OLE):  # a locked new document wears the old format's coat
        locked = _LOCKED_OFFICE in head or _SPELLINGS.get(named) in _NEW_OFFICE
        raise FileRefusal(Reason.PASSWORD if locked else Reason.OLD_OFFICE)


def _binary_kind(head: bytes) -> Kind | None:
    return next((kind for signature, kind in _SIGNATURES if signature.match(head)), None)


def _text_kind(head: bytes, named: str) -> Kind | None:
    text = _decoded(head)
    if _ACTIVE.match(text, _PREAMBLE.match(text).end()):  # type: ignore[union-attr]  # it matches the empty string
        raise FileRefusal(Reason.ACTIVE_TEXT)
    if _BINARY.search(text):
        return None
    claimed = _SPELLINGS.get(named, Kind.TEXT)
    return claimed if claimed in _TEXTS else Kind.TEXT


def _decoded(head: bytes) -> str:
    """As a spreadsheet or an editor would read it; Latin-1 shows every byte, so nothing hides in it."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, errors="ignore")
    return head.decode("latin-1")


def _zip_kind(named: str, whole: Whole | None) -> Kind:
    if whole is None:
        claimed = _SPELLINGS.get(named, Kind.ZIP)
        return claimed if claimed in _ZIPS else Kind.ZIP
    with open_archive(whole if isinstance(whole, Path) else whole(), LIMITS) as archive:
        office = office_of(archive)
    return _OFFICE[office] if office else Kind.ZIP


def _agreed(found: Kind | None, named: str, head: bytes) -> Kind:
    """The bytes' kind, if the name claims the same or claims nothing."""
    claimed = _SPELLINGS.get(named)
    if found and (found is claimed or not named):
        return found
    if found and claimed and any({found, claimed} <= family for family in _FAMILIES):
        return claimed
    if claimed is None:
        raise FileRefusal(Reason.UNKNOWN)
    what = f".{found.value}" if found else _guess(head)
    if not what:
        raise FileRefusal(Reason.NOT_AS_NAMED, named=named)
    raise FileRefusal(Reason.NAME_AND_BYTES_DIFFER, named=named, found=what)


def _guess(head: bytes) -> str:
    """The best guess of what an unknown file is, for the sentence only; empty when it would be a wild one."""
    try:
        best = puremagic.magic_string(head)[0]
    except (puremagic.PureError, IndexError):
        return ""
    return f".{best.extension.lstrip('.')}" if best.confidence >= LIKELY else ""
