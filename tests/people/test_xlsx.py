"""Broken and hostile workbooks: each is refused in words, none takes memory or time beyond its own size."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from collections.abc import Mapping

import pytest
import xlsxwriter

from lms.errors import Invalid
from lms.people.cells import MAX_COLUMNS
from lms.people.sheets import read
from lms.people.xlsx import MAX_CELLS, MAX_INDEX_PART, MAX_UNPACKED

BROKEN = "Berkas ini bukan XLSX atau CSV yang utuh."
TOO_LARGE = "Isi berkas terlalu besar."
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def relations(**targets: str) -> str:
    listed = "".join(
        f'<Relationship Id="r{at}" Type="{DOCUMENT}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


PARTS = {
    "_rels/.rels": relations(officeDocument="/xl/workbook.xml"),
    "xl/_rels/workbook.xml.rels": relations(
        worksheet="lembar.xml", sharedStrings="teks.xml", styles="gaya.xml"
    ),
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets><sheet name="A" r:id="r0"/></sheets></workbook>',
    "xl/lembar.xml": sheet('<row><c t="s"><v>0</v></c><c s="1"><v>31485</v></c></row>'),
    "xl/teks.xml": f'<sst xmlns="{MAIN}"><si><t>N</t><rPh><t>x</t></rPh><r><t>IP</t></r></si></sst>',
    "xl/gaya.xml": f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="&quot;d&quot;0"/></numFmts>'
    '<cellXfs><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>',
}


def packed(changes: Mapping[str, str | bytes | None], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The small workbook with other parts; None takes a part away."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, part in {**PARTS, **changes}.items():
            if part is not None:
                archive.writestr(name, part)
    return target.getvalue()


def with_sheet(rows: str) -> bytes:
    return packed({"xl/lembar.xml": sheet(rows)})


def test_a_small_workbook_is_read_by_its_relations() -> None:
    assert [row.cells for row in read(packed({}))] == [("NIP", "1986-03-14")]


def test_styles_and_shared_texts_may_be_missing() -> None:
    rows = '<row r="3"><c r="B3" t="inlineStr"><is><t>a</t><rPh><t>x</t></rPh></is></c><c t="d"><v>2026-11-21T00:00:00</v></c></row>'
    data = packed(
        {
            "xl/_rels/workbook.xml.rels": relations(worksheet="lembar.xml"),
            "xl/teks.xml": None,
            "xl/gaya.xml": None,
            "xl/lembar.xml": sheet(rows),
        }
    )
    assert [(row.number, row.cells) for row in read(data)] == [(3, ("", "a", "2026-11-21"))]


@pytest.mark.parametrize("name", sorted(PARTS))
@pytest.mark.parametrize(
    "part",
    [
        None,
        "",
        "<",
        "teks biasa",
        "<a>",
        b"\xff\xfe\x00",
        '<?xml version="1.0" encoding="x"?><a/>',
        "<!DOCTYPE a><a/>",
    ],
    ids=str,
)
def test_a_missing_or_broken_part_is_refused(name: str, part: str | bytes | None) -> None:
    with pytest.raises(Invalid, match=BROKEN):
        read(packed({name: part}))


@pytest.mark.parametrize(
    "cell",
    [
        '<c t="s"><v>99</v></c>',
        '<c t="s"><v>satu</v></c>',
        "<c><v>dua belas</v></c>",
        "<c><v>NaN</v></c>",
        "<c><v>1e99999999999999999999</v></c>",
        '<c r="A0"><v>1</v></c>',
        '<c r="ABCD1"><v>1</v></c>',
        '<c r="1A"><v>1</v></c>',
        '<c s="x"><v>1</v></c>',
        "<a>" * 100 + "</a>" * 100,
    ],
)
def test_a_cell_that_cannot_be_is_refused(cell: str) -> None:
    with pytest.raises(Invalid, match=BROKEN):
        read(with_sheet(f"<row>{cell}</row>"))


@pytest.mark.parametrize("row", ['<row r="x"/>', f'<row r="{"9" * 5000}"/>'])
def test_a_row_that_cannot_be_is_refused(row: str) -> None:
    with pytest.raises(Invalid, match=BROKEN):
        read(with_sheet(row))


def test_a_workbook_without_a_visible_sheet_is_refused() -> None:
    hidden = PARTS["xl/workbook.xml"].replace('name="A"', 'name="A" state="veryHidden"')
    with pytest.raises(Invalid, match=BROKEN):
        read(packed({"xl/workbook.xml": hidden}))


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    data = with_sheet('<row><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>2</v></c></row>')
    tracemalloc.start()
    with pytest.raises(Invalid, match=f"Baris 1048576 lebih lebar dari {MAX_COLUMNS} kolom"):
        read(data)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_long_text_in_every_cell_is_refused() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'
    rows = '<row><c t="s"><v>0</v></c></row>' * 1000
    with pytest.raises(Invalid, match="Berkas terlalu besar"):
        read(packed({"xl/teks.xml": strings, "xl/lembar.xml": sheet(rows)}))


def test_too_many_cells_are_refused_while_reading() -> None:
    with pytest.raises(Invalid, match=TOO_LARGE):
        read(with_sheet(f"<row>{'<c><v>1</v></c>' * (MAX_CELLS + 1)}</row>"))


@pytest.mark.parametrize(
    ("name", "most"), [("xl/lembar.xml", MAX_UNPACKED), ("xl/workbook.xml", MAX_INDEX_PART)]
)
def test_a_bomb_is_not_unpacked(name: str, most: int) -> None:
    data = packed({name: b" " * (most + 1)})
    assert len(data) < 100_000
    with pytest.raises(Invalid, match=TOO_LARGE):
        read(data)


def test_a_size_that_lies_is_refused() -> None:
    part = PARTS["xl/lembar.xml"].encode()
    data = packed({"xl/lembar.xml": part + b" " * 70_000})
    size = (len(part) + 70_000).to_bytes(4, "little")
    assert data.count(size) == 2
    with pytest.raises(Invalid, match=BROKEN):
        read(data.replace(size, (len(part) - 20).to_bytes(4, "little")))


def test_entities_are_refused() -> None:
    text = (
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>'
    )
    with pytest.raises(Invalid, match=BROKEN):
        read(packed({"xl/teks.xml": text}))


def test_a_target_outside_the_archive_does_not_exist() -> None:
    with pytest.raises(Invalid, match=BROKEN):
        read(packed({"xl/_rels/workbook.xml.rels": relations(worksheet="../../../../etc/passwd")}))


def test_a_locked_member_asks_for_a_file_without_password() -> None:
    data = bytearray(packed({}, zipfile.ZIP_STORED))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 4)
    with pytest.raises(Invalid, match="Berkas dikunci kata sandi"):
        read(bytes(data))


def test_an_unknown_compression_is_refused() -> None:
    data = bytearray(packed({}, zipfile.ZIP_STORED))
    for mark, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.find(mark)
        while at >= 0:
            data[at + method] = 99
            at = data.find(mark, at + 4)
    with pytest.raises(Invalid, match=BROKEN):
        read(bytes(data))


@pytest.mark.parametrize("name", ["content.xml", "word/document.xml"])
def test_another_office_file_is_refused(name: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "<a/>")
    with pytest.raises(Invalid, match=BROKEN):
        read(target.getvalue())


def test_no_damage_makes_the_reader_raise_anything_else() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        for number in range(20):
            page.write_row(number, 0, [f"a{number}", number, 1.5, "x"])
    good, rng, refused = target.getvalue(), random.Random(2026), 0
    for _ in range(300):
        data = bytearray(good)
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(4, len(data))] = rng.randrange(256)
        try:
            assert read(bytes(data[: rng.choice([None, rng.randrange(4, len(data))])]))
        except Invalid:
            refused += 1
    assert refused > 100
