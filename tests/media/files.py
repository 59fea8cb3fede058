"""Files made for the tests, honest and hostile; nothing of them is kept in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

import docx
import pptx
from PIL import Image

DOCX_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0\0\0\x08free"
EXE = b"MZ\x90\0\3\0\0\0" + bytes(56)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def picture(
    kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, None).save(out, kind, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds next to nothing: a pixel flood."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
            (b"IDAT", zlib.compress(bytes(1000))),
            (b"IEND", b""),
        )
    )


def zipped(entries: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zip_of(((zipfile.ZipInfo(name), data) for name, data in entries.items()), method)


def zip_of(
    entries: Iterable[tuple[zipfile.ZipInfo, bytes | str]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for info, data in entries:
            file.writestr(info, data, compress_type=method)
    return out.getvalue()


def named(name: str, mode: int = 0) -> zipfile.ZipInfo:
    """An entry exactly as called, with a Unix mode: zipfile itself would tidy the name."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    info.external_attr = mode << 16
    return info


def repacked(package: bytes, parts: Mapping[str, bytes]) -> bytes:
    """A zip with some parts put in or replaced."""
    with zipfile.ZipFile(io.BytesIO(package)) as file:
        return zipped({name: file.read(name) for name in file.namelist()} | dict(parts))


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def slides(*titles: str) -> bytes:
    presentation = pptx.Presentation()
    for title in titles:
        presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = title
    return saved(presentation)


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def body(xml: str, declaration: str = "") -> bytes:
    """A Word file whose main part holds this."""
    main = (
        f'<?xml version="1.0" encoding="UTF-8"?>{declaration}'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{xml}</w:body></w:document>"
    )
    return repacked(word("x"), {"word/document.xml": main.encode()})


def pdf(
    pages: int = 1,
    *,
    content: bytes = b"BT /F1 18 Tf 20 100 Td (Halo dunia) Tj ET",
    box: str = "0 0 300 200",
    title: str = "",
    trailer: str = "",
    objects: Iterable[bytes] = (),
    resources: str = "",
    page: str = "",
    packed: bytes | None = None,
) -> bytes:
    """A small PDF written by hand: objects 1 catalogue, 2 pages, 3 font, 4 content, 5 information, then `objects`."""
    extra = list(objects)
    first = 6 + len(extra)
    kids = " ".join(f"{first + index} 0 R" for index in range(pages))
    stream = content if packed is None else packed
    coding = "" if packed is None else "/Filter /FlateDecode "
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< {coding}/Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        f"<< /Title ({title}) >>".encode(),
        *extra,
        *[
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R {page} "
            f"/Resources << /Font << /F1 3 0 R >> {resources} >> >>".encode()
        ]
        * pages,
    ]
    return _assembled(parts, trailer)


def _assembled(parts: list[bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R /Info 5 0 R {trailer} >>\n".encode()
    return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


LOCKED_PDF = pdf(
    objects=[
        b"<< /Filter /Standard /V 1 /R 2 /P -44 /O <" + b"ab" * 32 + b"> /U <" + b"cd" * 32 + b"> >>",
    ],
    trailer="/Encrypt 6 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]",
)


def image_object(width: int, height: int, data: bytes) -> bytes:
    head = (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
        f"/BitsPerComponent 8 /Filter /FlateDecode /Length {len(data)} >>\nstream\n"
    )
    return head.encode() + data + b"\nendstream"


def picture_frame(shade: int) -> Image.Image:
    return Image.new("L", (30, 20), shade)
