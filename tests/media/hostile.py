"""Files that somebody made to do harm, and the reason with which each is refused (None: it is harmless to us)."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lms.media.refusals import Reason
from tests.media.files import (
    EXE,
    LOCKED_PDF,
    MP4,
    OLE,
    body,
    image_object,
    named,
    pdf,
    picture,
    picture_frame,
    png_header,
    repacked,
    slides,
    word,
    zip_of,
    zipped,
)
from tests.media.quine import quine

MB = 1024 * 1024
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
NOTHING = bytes(MB)


@dataclass(frozen=True)
class Hostile:
    name: str
    make: Callable[[], bytes]
    reason: Reason | None


def everything() -> Iterator[Hostile]:
    yield from _liars()
    yield from _active()
    yield from _archives()
    yield from _office()
    yield from _pdfs()
    yield from _pictures()


def _given(name: str, data: bytes, reason: Reason | None) -> Hostile:
    return Hostile(name, lambda: data, reason)


def _liars() -> Iterator[Hostile]:
    differ, unknown, program = Reason.NAME_AND_BYTES_DIFFER, Reason.UNKNOWN, Reason.EXECUTABLE
    for name in ("kosong.pdf", "kosong.mp4", "kosong.docx", "kosong.png", "kosong.txt", "kosong.zip"):
        yield _given(name, b"", Reason.EMPTY)
    yield _given("foto.jpg", picture("PNG"), differ)
    yield _given("foto.pdf", picture("JPEG"), differ)
    yield _given("laporan.jpg", pdf(), differ)
    yield _given("laporan.docx", pdf(), differ)
    yield _given("laporan.pdf", word("x"), differ)
    yield _given("laporan.pptx", word("x"), differ)
    yield _given("laporan.zip", word("x"), differ)
    yield _given("video.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", differ)
    yield _given("video.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n", differ)
    yield _given("video.mp4", b"[playlist]\nFile1=file:///etc/passwd\n", differ)
    yield _given("video.mp4", picture("GIF"), differ)
    yield _given("suara.mp3", MP4, differ)
    yield _given("data.csv", b"\x00\x01\x02\x03biner", Reason.NOT_AS_NAMED)
    yield _given("data.csv", picture("JPEG"), differ)
    yield _given("takarir.vtt", b"\x1f\x8b\x08\0\0\0\0\0", differ)
    yield _given("foto.xyz", b"teks", unknown)
    yield _given("cadangan.tar", b"ustar" * 20, unknown)
    yield _given("video.mkv", b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", unknown)
    yield _given("laporan.pdf.exe", EXE, program)
    yield _given("laporan.pdf.exe", pdf(), program)
    yield _given("laporan.pdf", EXE, program)
    yield _given("foto.jpg", b"\x7fELF\x02\x01\x01" + bytes(60), program)
    yield _given("foto.png", b"\xcf\xfa\xed\xfe" + bytes(60), program)
    yield _given("foto.png", b"\xca\xfe\xba\xbe" + bytes(60), program)
    yield _given("pintasan.lnk", b"L\0\0\0\x01\x14\x02\0" + bytes(60), program)
    yield _given("foto\u202egpj.exe", EXE, program)
    yield _given("foto\u202egpj.scr", picture("JPEG"), program)
    yield _given("foto.jpg\0.exe", picture("JPEG"), program)
    yield _given("foto.exe .", picture("JPEG"), program)
    yield _given("skrip.js", b"alert(1)", program)
    yield _given("skrip.ps1", b"Get-Item", program)
    yield _given("aplikasi.apk", zipped({"AndroidManifest.xml": b"x"}), program)
    yield _given("kamera.heic", b"\0\0\0\x18ftypheic" + bytes(20), Reason.HEIC)
    yield _given("kamera.jpg", b"\0\0\0\x18ftypheic" + bytes(20), Reason.HEIC)
    yield _given("foto.jpg", picture("JPEG") + HTML, None)
    yield _given("foto.gif", picture("GIF") + zipped({"a.js": b"alert(1)"}), None)
    yield _given("foto.exe.jpg", picture("JPEG"), None)
    yield _given("../../../etc/cron.d/foto.jpg", picture("JPEG"), None)
    yield _given("C:\\Windows\\foto.jpg", picture("JPEG"), None)
    yield _given("a" * 300 + ".jpg", picture("JPEG"), None)


def _active() -> Iterator[Hostile]:
    active = Reason.ACTIVE_TEXT
    yield _given("bagan.svg", SVG, active)
    yield _given("bagan.svgz", b"\x1f\x8b\x08\0", active)
    for name in ("bagan.png", "bagan.jpg", "bagan.txt", "bagan.md", "bagan.csv"):
        yield _given(name, SVG, active)
    yield _given("bagan.txt", b"\xef\xbb\xbf  \n<!-- x --><?xml version='1.0'?>\n<!-- y -->" + SVG, active)
    yield _given("bagan.txt", b"\xff\xfe" + SVG.decode().encode("utf-16-le"), active)
    yield _given("bagan.txt", b"\xfe\xff" + HTML.decode().encode("utf-16-be"), active)
    yield _given("halaman.html", HTML, active)
    yield _given("halaman.pdf", HTML, active)
    yield _given("halaman.docx", HTML, active)
    yield _given("catatan.txt", b"<HtMl>", active)
    yield _given("catatan.md", b"\n\n<script>alert(1)</script>", active)
    yield _given("catatan.txt", b"<?php system('id');", active)
    yield _given("catatan.txt", b"#!/bin/sh\nrm -rf /", active)
    yield _given("catatan.php", b"teks", active)
    yield _given("data.xml", b"<a/>", active)
    yield _given("catatan.md", b"# HTML\n\n```\n<script>\n```\n", None)


def _archives() -> Iterator[Hostile]:
    slips = [
        "../a.txt",
        "../../../../etc/passwd",
        "a/../../b",
        "/etc/passwd",
        "\\\\server\\a",
        "..\\a.txt",
        "C:\\a.txt",
    ]
    slips += [
        "C:a.txt",
        "a/..",
        "..",
        "x/../../../y",
        "\\a.txt",
        "a\\..\\..\\b",
        "file:///etc/passwd",
        "a\0/../b",
    ]
    for slip in slips:
        yield _given("arsip.zip", zip_of([(named(slip), b"x")]), Reason.UNSAFE_NAME)
    for mode in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK):
        yield _given("arsip.zip", zip_of([(named("tautan", mode | 0o777), b"/etc/passwd")]), Reason.LINK)
    yield _given("arsip.zip", zipped({"a.txt": NOTHING * 40}), Reason.BOMB)
    yield Hostile(
        "arsip.zip", lambda: zip_of((named(f"{i}"), b"") for i in range(10_000)), Reason.TOO_MANY_ENTRIES
    )
    yield Hostile("arsip.zip", _overlapping, Reason.BOMB)
    yield Hostile("arsip.zip", lambda: _nested(4), Reason.NESTED)
    yield Hostile("kuin.zip", quine, Reason.NESTED)
    yield Hostile("kuin.zip", lambda: zipped({"a.txt": b"x", "dalam.zip": quine()}), Reason.NESTED)
    yield Hostile("kuin.docx", quine, Reason.NESTED)
    yield Hostile("arsip.zip", lambda: _tree(16, 16, 16, 16, 16), Reason.NESTED)
    yield Hostile("arsip.zip", lambda: _tree(16, 14), Reason.TOO_LARGE)
    yield _given("arsip.zip", zipped({"dalam.zip": zipped({"a.txt": NOTHING * 40})}), Reason.BOMB)
    yield _given("arsip.zip", zipped({"dalam.zip": zip_of([(named("../a"), b"x")])}), Reason.UNSAFE_NAME)
    yield Hostile(
        "arsip.zip", lambda: zipped({"a1": b"x", "a2": b"y"}).replace(b"a2", b"a1"), Reason.SAME_NAME
    )
    yield _given("arsip.zip", zipped({"a": b"x" * 99}, zipfile.ZIP_LZMA), Reason.DAMAGED)
    yield _given("arsip.zip", zipped({"a": b"x" * 99})[:-30], Reason.DAMAGED)
    yield _given("arsip.zip", b"PK\x03\x04" + bytes(3000), Reason.DAMAGED)
    yield _given("arsip.zip", zipped({}), Reason.EMPTY)
    yield _given("arsip.zip", zip_of([(named("map/"), b"")]), Reason.EMPTY)
    yield Hostile("arsip.zip", lambda: _patched(zipped({"a": b"x"}), 6, 1), Reason.PASSWORD)
    yield Hostile("arsip.zip", _with_zip64_end, Reason.TOO_MANY_ENTRIES)
    yield Hostile("arsip.zip", _lying_about_size, Reason.DAMAGED)
    yield _given("arsip.zip", zip_of([(named("foto\u202egpj.exe"), b"x"), (named("n" * 300), b"y")]), None)


def _nested(depth: int) -> bytes:
    data = b"inti"
    for _ in range(depth):
        data = zipped({"dalam.zip" if data[:2] == b"PK" else "inti.txt": data})
    return data


def _tree(*widths: int) -> bytes:
    """Files below a megabyte in zips in zips: no part of it looks like a bomb, and together they fill a disk."""
    data = bytes(MB - 1)
    for wide in widths:
        data = zipped({f"{at}{'.zip' if data[:2] == b'PK' else '.txt'}": data for at in range(wide)})
    return data


def _overlapping() -> bytes:
    """Two entries in the directory that share one packed kernel."""
    data = zipped({"a": b"x" * 5000, "b": b"y" * 5000}, zipfile.ZIP_STORED)
    end = data.rfind(b"PK\x05\x06")
    second = data.rfind(b"PK\x01\x02", 0, end)
    return data[: second + 42] + struct.pack("<L", 5) + data[second + 46 :]


def _patched(data: bytes, offset: int, bits: int) -> bytes:
    """Flags in the local header and in the directory."""
    directory = data.find(b"PK\x01\x02")
    out = bytearray(data)
    out[offset] |= bits
    out[directory + offset + 2] |= bits
    return bytes(out)


def _with_zip64_end() -> bytes:
    """Readers believe the 64-bit end if there is one, so a small old end hides a large directory."""
    data = zipped({"a": b"x"})
    end = data.rfind(b"PK\x05\x06")
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 9, 46, 0)
    return data[:end] + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1) + data[end:]


def _lying_about_size() -> bytes:
    """The directory says 10 bytes where ten million come out: only 10 are unpacked, and do not add up."""
    data = zipped({"a": bytes(10_000_000)})
    directory = data.find(b"PK\x01\x02")
    return data[: directory + 24] + struct.pack("<L", 10) + data[directory + 28 :]


def _office() -> Iterator[Hostile]:
    for name, package in (("surat.docx", word("x")), ("paparan.pptx", slides("x"))):
        folder = "word" if name.endswith("docx") else "ppt"
        yield _given(name, repacked(package, {f"{folder}/vbaProject.bin": b"x"}), Reason.MACRO)
        yield _given(name, repacked(package, {f"{folder}/VBAPROJECT.BIN": b"x"}), Reason.MACRO)
        yield _given(name, repacked(package, {f"{folder}/activeX/activeX1.bin": b"x"}), Reason.MACRO)
        yield _given(name, OLE + "EncryptedPackage".encode("utf-16-le"), Reason.PASSWORD)
        yield _given(name, package[: len(package) // 2], Reason.DAMAGED)
        yield _given(name, package[:-1], Reason.DAMAGED)
        yield _given(name, b"\0" * 20 + package, Reason.NAME_AND_BYTES_DIFFER)
        yield _given(name, repacked(package, {"bom.bin": NOTHING * 40}), Reason.BOMB)
        yield _given(name, repacked(package, {"docProps/app.xml": b"<a><b></a>"}), Reason.DAMAGED)
        yield _given(
            name, repacked(package, {"docProps/app.xml": DOCTYPE.encode() + b"<a/>"}), Reason.UNSAFE_XML
        )
        yield _given(
            name, repacked(package, {"docProps/app.xml": DOCTYPE.encode("utf-16") + b""}), Reason.UNSAFE_XML
        )
        yield _given(name, repacked(package, {"docProps/app.xml": b"<a>" * 5000}), Reason.TOO_LARGE)
        yield _given(
            name,
            repacked(package, {"docProps/app.xml": CROWD}),
            Reason.TOO_LARGE,
        )
        yield _given(name, repacked(package, {f"../{folder}/x.xml": b"<a/>"}), Reason.UNSAFE_NAME)
        yield _given(name, repacked(package, {"[Content_Types].xml": MACRO_TYPES}), Reason.MACRO)
    yield _given("surat.docm", word("x"), Reason.MACRO)
    yield _given("paparan.pptm", slides("x"), Reason.MACRO)
    yield _given("tabel.xlsm", zipped({"a": b"x"}), Reason.MACRO)
    yield _given(
        "tabel.xlsx", zipped({"[Content_Types].xml": "<a/>", "xl/macrosheets/s.xml": "<a/>"}), Reason.MACRO
    )
    yield _given("tabel.xlsx", OLE, Reason.PASSWORD)
    yield _given("surat.doc", OLE, Reason.OLD_OFFICE)
    yield _given("pemasang.msi", OLE, Reason.EXECUTABLE)
    yield _given("surat.docx", body("<w:p><w:r><w:t>&rahasia;</w:t></w:r></w:p>", DOCTYPE), Reason.UNSAFE_XML)
    yield _given("surat.docx", body("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", LAUGHS), Reason.UNSAFE_XML)
    yield _given("surat.docx", body("<w:tbl>" * 3000), Reason.TOO_LARGE)
    yield _given("surat.docx", body("<w:p/>"), Reason.NO_PAGES)
    yield _given(
        "surat.docx", zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}), Reason.DAMAGED
    )
    yield _given("paparan.pptx", slides(), Reason.NO_PAGES)
    yield _given("surat.docx", LINKED_TEMPLATE, None)


CROWD = b"<a>" + b"".join(b'<b n="%x"/>' % number for number in range(200_000)) + b"</a>"
DOCTYPE = '<!DOCTYPE x [<!ENTITY rahasia SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY b "haha"><!ENTITY a "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
MACRO_TYPES = (
    b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
)
LINKED_TEMPLATE = repacked(
    word("isi"),
    {
        "word/_rels/settings.xml.rels": (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
            b'Target="http://127.0.0.1:1/t.dotm" TargetMode="External"/></Relationships>'
        )
    },
)


def _pdfs() -> Iterator[Hostile]:
    whole = pdf(3)
    yield _given("laporan.pdf", LOCKED_PDF, Reason.PASSWORD)
    yield _given("laporan.pdf", whole[: len(whole) // 2], Reason.DAMAGED)
    yield _given("laporan.pdf", whole[:-10], Reason.DAMAGED)
    yield _given("laporan.pdf", b"%PDF-1.7\n%%EOF\n", Reason.DAMAGED)
    yield _given("laporan.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n", Reason.DAMAGED)
    yield _given("laporan.pdf", pdf(0), Reason.NO_PAGES)
    yield _given("laporan.pdf", pdf(501), Reason.TOO_MANY_PAGES)
    yield Hostile("laporan.pdf", lambda: pdf(packed=_blanks(200)), Reason.BOMB)
    yield Hostile("laporan.pdf", _flooded, Reason.TOO_MANY_PIXELS)
    yield _given("laporan.pdf", pdf(box="0 0 1 14400"), None)
    yield _given("laporan.pdf", pdf(box="0 0 14400 1"), None)
    yield _given("laporan.pdf", pdf(box="0 0 0 0"), None)
    yield _given("laporan.pdf", pdf(page="/AA << /O << /S /JavaScript /JS (app.alert(1)) >> >>"), None)
    yield _given("laporan.pdf", pdf(page="/AA << /O << /S /Launch /F (calc.exe) >> >>"), None)
    yield _given("laporan.pdf", pdf() + zipped({"a.js": b"alert(1)"}), None)
    yield _given("laporan.pdf", pdf(content=b"q " * 50_000), None)
    yield _given(
        "laporan.pdf",
        pdf(content=b"/Lagi Do", resources="/XObject << /Lagi 6 0 R >>", objects=[ITSELF]),
        None,
    )


ITSELF = (
    b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Lagi 6 0 R >> >> /Length 8 >>\n"
    b"stream\n/Lagi Do\nendstream"
)


def _blanks(megabytes: int) -> bytes:
    packer = zlib.compressobj()
    return b"".join(packer.compress(b" " * MB) for _ in range(megabytes)) + packer.flush()


def _flooded() -> bytes:
    return pdf(
        content=b"300 0 0 200 0 0 cm /G Do",
        resources="/XObject << /G 6 0 R >>",
        objects=[image_object(30_000, 30_000, zlib.compress(NOTHING))],
    )


def _pictures() -> Iterator[Hostile]:
    flood = Reason.TOO_MANY_PIXELS
    for width, height in (
        (100_000, 100_000),
        (2**31 - 1, 2**31 - 1),
        (50_000, 1000),
        (10_000, 2600),
        (1, 2**31 - 1),
    ):
        yield _given("foto.png", png_header(width, height), flood)
    yield Hostile("foto.webp", lambda: picture("WEBP", (4000, 4000)), flood)
    yield _given("foto.gif", b"GIF89a\xff\xff\xff\xff" + picture("GIF")[10:], flood)
    yield _given("foto.png", png_header(4000, 4000), Reason.DAMAGED)
    yield _given("foto.png", png_header(0, 0), Reason.DAMAGED)
    whole = {kind: picture(kind, (400, 300)) for kind in ("PNG", "JPEG", "WEBP", "GIF")}
    for kind, data in whole.items():
        yield _given(f"foto.{kind.lower()}", data[: len(data) // 2], Reason.DAMAGED)
        yield _given(f"foto.{kind.lower()}", data[:20], Reason.DAMAGED)
    yield _given("foto.png", _with_text_bomb(whole["PNG"]), Reason.DAMAGED)
    yield _given("foto.gif", _animation(), None)


def _with_text_bomb(png: bytes) -> bytes:
    data = b"a\0\0" + zlib.compress(NOTHING * 30)
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(">I", zlib.crc32(b"zTXt" + data))
    return png[:33] + chunk + png[33:]


def _animation() -> bytes:
    out = io.BytesIO()
    frames = [picture_frame(shade) for shade in range(0, 250, 5)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()
