"""Files that pretend to be something else, by the table: every kind under every other's name, every name of a program."""

from __future__ import annotations

import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial

from lms.media.refusals import Reason
from tests.media.files import EXE, MP4, OLE, named, pdf, picture, slides, word, zip_of, zipped

Disguise = tuple[str, Callable[[], bytes], Reason | None]

HONEST: dict[str, Callable[[], bytes]] = {
    "jpg": cache(lambda: picture("JPEG")),
    "png": cache(lambda: picture("PNG")),
    "gif": cache(lambda: picture("GIF")),
    "webp": cache(lambda: picture("WEBP")),
    "pdf": cache(pdf),
    "docx": cache(lambda: word("isi")),
    "pptx": cache(lambda: slides("isi")),
    "zip": cache(lambda: zipped({"a.txt": b"isi"})),
    "mp4": lambda: MP4,
    "mp3": lambda: b"ID3\x04" + bytes(200),
    "ogg": lambda: b"OggS\0" + bytes(200),
    "webm": lambda: b"\x1a\x45\xdf\xa3\x84webm" + bytes(200),
}
SPELLED = (
    *HONEST,
    "jpeg",
    "jfif",
    "xlsx",
    "csv",
    "txt",
    "md",
    "vtt",
    "srt",
    "mov",
    "m4v",
    "m4a",
    "3gp",
    "opus",
    "",
)
PROGRAMS = "apk app appimage bat bin cmd com cpl deb dll dmg exe gadget hta jar js jse lnk msi msp pif ps1 py reg rpm"
PROGRAMS += " scr sh so vb vbs vbe wasm wsf"
PAGES = "asp aspx htm html xhtml jsp mht mhtml php php5 phtml shtml svg svgz swf xml xsl xslt"
MACROS = "docm dotm xlsm xltm xlam pptm potm ppsm ppam"
# What turns a name around or hides in it: bidirectional marks, isolates, zero widths, a soft hyphen, controls.
UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\x00\x07\x7f"
SLIPS = (
    "./../a",
    "a/./../../b",
    "..\\..\\..\\a",
    "//tempat/berbagi",
    "\\\\?\\C:\\a",
    "C:/a",
    "c:..\\a",
    "a/../b",
    "a/b/../../../c",
    "../" * 40 + "a",
    "/..",
    "a\\..\\b",
    "D:",
    "\0../a",
    "a/\0/../../b",
)
# Odd, but they stay inside.
STRANGE = (
    "....//a",
    "%2e%2e/a",
    "~/a",
    "CON",
    "a b",
    "-rf",
    "$(id)",
    "a\nb",
    ".htaccess",
    "\u2025/a",
    "a" * 400,
)


def everything() -> Iterator[Disguise]:
    for spelled in SPELLED:
        yield f"kosong.{spelled}".rstrip("."), bytes, Reason.EMPTY
    for told, claimed in itertools.permutations(HONEST, 2):
        yield f"berkas.{claimed}", HONEST[told], Reason.NAME_AND_BYTES_DIFFER
    for suffixes, reason in (
        (PROGRAMS, Reason.EXECUTABLE),
        (PAGES, Reason.ACTIVE_TEXT),
        (MACROS, Reason.MACRO),
    ):
        for suffix in suffixes.split():
            yield f"foto.jpg.{suffix}", HONEST["jpg"], reason
            yield f"FOTO.{suffix.upper()}", HONEST["jpg"], reason
    for told in HONEST:
        yield f"berkas.{told}", lambda: EXE, Reason.EXECUTABLE
    for mark in UNSEEN:
        yield f"foto{mark}gpj.exe", HONEST["jpg"], Reason.EXECUTABLE
        yield f"foto.ex{mark}e", HONEST["jpg"], Reason.EXECUTABLE
        yield f"foto{mark}.jpg", HONEST["jpg"], None
    for suffix in ("docx", "pptx", "xlsx"):
        yield f"terkunci.{suffix}", _locked_office, Reason.PASSWORD
    yield from _long_names()
    yield from _archives()
    yield from _two_at_once()


def _long_names() -> Iterator[Disguise]:
    for length in (250, 255, 256, 1000, 5000):
        yield "n" * length + ".jpg", HONEST["jpg"], None
        yield "é" * length + ".jpg", HONEST["jpg"], None


def _archives() -> Iterator[Disguise]:
    for slip in SLIPS:
        yield "arsip.zip", partial(_holding, slip), Reason.UNSAFE_NAME
    for name in STRANGE:
        yield "arsip.zip", partial(_holding, name), None
    yield "arsip.zip", lambda: zip_of((named(f"{n}"), b"") for n in range(10_001)), Reason.TOO_MANY_ENTRIES
    yield "arsip.zip", lambda: _deep(30), Reason.NESTED
    yield "arsip.zip", lambda: zipped({f"{n}.zip": _deep(2) for n in range(20)}), Reason.NESTED
    yield "arsip.zip", _within_itself, Reason.BOMB
    yield "arsip.zip", lambda: zipped({f"{n}": bytes(900_000) for n in range(300)}), Reason.TOO_LARGE


def _holding(name: str) -> bytes:
    return zip_of([(named(name), b"x")])


def _deep(levels: int) -> bytes:
    """An archive that holds an archive that holds one: what unpacks everything it meets never ends."""
    data = zipped({"a.txt": b"inti"})
    for _ in range(levels):
        data = zipped({"r.zip": data})
    return data


def _within_itself() -> bytes:
    """An archive whose one entry is said to be the archive itself, from its first byte on."""
    data = bytearray(zipped({"r.zip": b"x" * 40}, zipfile.ZIP_STORED))
    directory = data.find(b"PK\x01\x02")
    whole = len(data)
    data[directory + 20 : directory + 28] = struct.pack("<LL", whole, whole)
    return bytes(data)


def _locked_office() -> bytes:
    """What an office writes when it locks a document: an old container with one encrypted stream."""
    return OLE + "EncryptedPackage".encode("utf-16-le") + bytes(400)


def _two_at_once() -> Iterator[Disguise]:
    """Files that are two kinds at once. Nothing of ours ever reads them as the second, and they are only ever saved."""
    script, page = b"*/=1;alert(1)//", b"<html><script>alert(1)</script>"
    yield "foto.gif", lambda: picture("GIF") + script, None
    yield "foto.png", lambda: picture("PNG") + page, None
    yield "foto.jpg", lambda: picture("JPEG") + zipped({"a.html": page}), None
    yield "foto.png", lambda: _with_comment(picture("PNG"), page), None
    yield "foto.webp", lambda: picture("WEBP") + pdf(), None
    yield (
        "laporan.pdf",
        lambda: pdf(title="x) /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> (x"),
        None,
    )
    yield "laporan.pdf", lambda: page + pdf(), Reason.ACTIVE_TEXT
    yield "laporan.pdf", lambda: b"\n" * 8 + pdf(), Reason.NAME_AND_BYTES_DIFFER
    yield "arsip.zip", lambda: picture("GIF") + zipped({"a": b"x"}), Reason.NAME_AND_BYTES_DIFFER
    yield "arsip.zip", lambda: page + zipped({"a": b"x"}), Reason.ACTIVE_TEXT
    yield "arsip.zip", lambda: zipped({"a": b"x"}) + page, None
    yield "catatan.txt", lambda: b"GIF89a" + script, Reason.NAME_AND_BYTES_DIFFER
    yield "catatan.txt", lambda: b"%PDF-1.4 " + page, Reason.NAME_AND_BYTES_DIFFER


def _with_comment(png: bytes, text: bytes) -> bytes:
    data = b"Comment\0" + text
    chunk = struct.pack(">I", len(data)) + b"tEXt" + data + struct.pack(">I", zlib.crc32(b"tEXt" + data))
    with io.BytesIO() as out:
        out.write(png[:33] + chunk + png[33:])
        return out.getvalue()
