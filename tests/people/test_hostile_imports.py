"""Hostile and broken files: every one is refused in words or read as text; none breaks a page, none runs anything."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from html import escape

import pytest
import sqlalchemy as sa
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.people import sheets
from lms.people.models import Import, Person
from tests.attacks import ATTACKS
from tests.conftest import Client
from tests.people.scene import HEADER, NIP, OTHER_NIP, Scene, row, sheet, try_out

MARKS = [";", ",", "\t", "|"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
ENDS = ["\n", "\r\n", "\r"]
SLIPS = ["NIPP", "Nip*", "NIP BARU", " nip ", "NIP/NI PPPK"]
REFUSED = {
    "empty": b"",
    "blank": b"\n\n\n",
    "only a header": sheet(),
    "nul": sheet(row(name="Siti\x00Aminah")),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(50),
    "a document": b"%PDF-1.7 x",
    "a page": b"<html><script>alert(1)</script>",
    "old excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "half a workbook": b"PK\x03\x04 not really",
    "an open quote": b'nip;nama\n"1;2\n' + b"x" * 200_000,
    "a giant cell": sheet(row(name="x" * 1_000_000)),
    "too many columns": b";".join([b"x"] * 101) + b"\n" + b";".join([b"1"] * 101),
    "utf-16 cut short": codecs.BOM_UTF16_LE + b"a\x00b",
    "too large": b"nip\n" + b"1" * (sheets.MAX_BYTES + 10),
}
# What a template would make of it is a number that no address or token holds by chance.
TEMPLATE, WORKED_OUT = "{{12345*67891}}", str(12345 * 67891)
ODD_CELLS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+62812",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "'; DROP TABLE person; --",
    "%(message)s %s %d",
    "{{ 7*7 }}",
    "${7*7}",
    "\u202eTerbalik",
    "a" * 20_000,
    "Siti\nAminah",
    "𝕾𝖎𝖙𝖎",
    "0",
    "None",
    "\\x00",
    "%",
]


def post(client: FlaskClient, data: bytes, name: str = "p.csv") -> tuple[int, str]:
    answer = client.post("/kelola/impor", data={"kind": "people", "file": (io.BytesIO(data), name)})
    answer.request.environ["wsgi.input"].close()  # where the test browser kept a large upload
    return answer.status_code, answer.text


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    name: str, scene: Scene, session: Session, client_of: Client
) -> None:
    status, page = post(client_of(scene.dewi), REFUSED[name])
    assert status == 422
    assert 'id="file-error"' in page
    assert session.scalars(sa.select(Import)).all() == []


def test_no_file_at_all_is_refused(scene: Scene, client_of: Client) -> None:
    answer = client_of(scene.dewi).post("/kelola/impor", data={"kind": "people"})
    assert answer.status_code == 422
    assert "Pilih berkas XLSX atau CSV dulu" in answer.text


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ENDS)
def test_any_encoding_separator_and_line_end_is_imported(
    mark: str, encoding: str, end: str, scene: Scene, session: Session, client_of: Client
) -> None:
    text = sheet(row(name="Rosé Andréa"), mark=mark).decode().replace("\r\n", end)
    try_out(client_of(scene.dewi), text.encode(encoding))
    assert session.scalars(sa.select(Import)).one().counts["new"] == 1


def test_mixed_line_ends_and_an_excel_separator_line_are_imported(
    scene: Scene, session: Session, client_of: Client
) -> None:
    lines = [";".join(HEADER), ";".join(row()), ";".join(row(OTHER_NIP, "Rahmat", jenis_asn="PPPK"))]
    data = f"sep=;\r\n{lines[0]}\n{lines[1]}\r\n{lines[2]}\n".encode()
    try_out(client_of(scene.dewi), data)
    assert session.scalars(sa.select(Import)).one().counts["new"] == 2


@pytest.mark.parametrize("title", SLIPS)
def test_slips_in_a_header_are_understood(
    title: str, scene: Scene, session: Session, client_of: Client
) -> None:
    try_out(client_of(scene.dewi), sheet(row(), header=[title, *HEADER[1:]]))
    assert session.scalars(sa.select(Import)).one().counts["new"] == 1


def test_a_workbook_with_formulas_and_destroyed_numbers_is_told_apart(
    scene: Scene, session: Session, client_of: Client
) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        for at, (number, name) in enumerate([(NIP, "Teks"), (float(NIP), "Angka")], start=1):
            page.write_row(at, 0, row("", name))
            if isinstance(number, str):
                page.write_string(at, 0, number)
            else:
                page.write_number(at, 0, number)
        page.write_row(3, 0, row("", "Rumus"))
        page.write_formula(3, 0, '="' + OTHER_NIP + '"', None, OTHER_NIP)
    dewi = client_of(scene.dewi)
    path = try_out(dewi, buffer.getvalue())
    found = session.scalars(sa.select(Import)).one().counts
    assert (found["new"], found["wrong"]) == (2, 1)
    assert "Excel sudah membulatkan angka panjang" in dewi.get(path).text


@pytest.mark.parametrize(
    "field", ["nip", "nama", "email", "kode_unit", "golongan", "tmt_jabatan", "nip_atasan"]
)
@pytest.mark.parametrize("text", ODD_CELLS)
def test_no_odd_cell_breaks_an_import_or_its_files(
    field: str, text: str, scene: Scene, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(
        dewi,
        sheet(row(**({"name": text} if field == "nama" else {field: text})))
        if field != "nip"
        else sheet(row(text)),
    )
    assert dewi.get(path).status_code == 200
    dewi.post(f"{path}/simpan")
    run_jobs()
    assert dewi.get(path).status_code == 200
    for kind in ("xlsx", "csv"):
        file = dewi.get(f"{path}/hasil.{kind}")
        assert file.status_code == 200
        assert all(not cell.startswith(("=", "@")) for cell in raw_cells(kind, file.data))


def raw_cells(kind: str, data: bytes) -> list[str]:
    """Cells as they stand in a CSV, where a spreadsheet would run them; an XLSX says which cells are formulas."""
    if kind == "xlsx":
        return ["="] if b"<f>" in data else []
    return [cell.strip('"') for line in data.decode("utf-8-sig").splitlines() for cell in line.split(";")]


def test_no_attack_in_a_cell_is_shown_as_markup_anywhere(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    attacks = [
        text for text in dict.fromkeys(ATTACKS) if "\x00" not in text and len(text) < 290 and text.strip()
    ]
    rows = [
        row(
            f"198603142010012{n:03}",
            attack,
            nama_jabatan=attack,
            gelar_depan=attack,
            kode_unit="U1" if n % 2 else attack,
        )
        for n, attack in enumerate(attacks, start=1)
    ]
    assert len(rows) >= 100
    path = try_out(dewi, sheet(*rows))
    pages = [f"{path}/kolom", path, "/kelola/impor"]
    shown = "".join(dewi.get(page).text for page in pages)
    dewi.post(f"{path}/simpan")
    run_jobs()
    people = session.scalars(sa.select(Person.id).where(Person.full_name.like("%alert%"))).all()
    assert len(people) > 30
    pages = [path, "/kelola/pegawai", "/kelola/pegawai?page=2", "/kelola/jejak", "/kelola/peran"]
    pages += [
        f"/kelola/pegawai/{one}{rest}" for one in people[:20] for rest in ("", "/ubah", "/nip", "/status")
    ]
    for page in pages:
        answer = dewi.get(page)
        assert answer.status_code == 200, page
        shown += answer.text
    for attack in attacks:
        if "<" in attack:
            assert attack not in shown, attack
    assert shown.count(escape("<script>")) > 0


@pytest.mark.parametrize(
    "attack",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', TEMPLATE, "' onfocus=alert(1) '"],
)
def test_names_of_files_headers_units_and_searches_are_text(
    attack: str, scene: Scene, session: Session, client_of: Client
) -> None:
    dewi, omar = client_of(scene.dewi), client_of(scene.omar)
    dewi.post(
        "/kelola/impor",
        data={
            "kind": "people",
            "file": (io.BytesIO(sheet(row(), header=[*HEADER[:-1], attack])), attack.replace(chr(34), "")),
        },
    )
    imported = session.scalars(sa.select(Import)).one()
    dewi.post("/kelola/unit/baru", data={"code": attack, "name": attack, "kind": attack})
    omar.post("/kelola/instansi/baru", data={"name": attack, "short_name": attack, "zone": "Asia/Jakarta"})
    answers = [
        dewi.get(f"/kelola/impor/{imported.id}/kolom"),
        dewi.get("/kelola/impor"),
        dewi.get("/kelola/unit"),
        dewi.get(
            "/kelola/pegawai", query_string={"q": attack, "unit": attack, "jenis": attack, "status": attack}
        ),
        dewi.get("/kelola/jejak", query_string={"orang": attack, "act": attack, "dari": attack}),
        omar.get("/kelola/instansi"),
        omar.get("/kelola/jejak"),
        omar.get("/kelola/pegawai"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert attack not in answer.text or attack == TEMPLATE
        assert WORKED_OUT not in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "'",
        "' OR 1=1 --",
        "%' OR '1'='1",
        "\\",
        "_",
        "%",
        "\x00",
        "9" * 400,
        "NULL",
        "); SELECT pg_sleep(1)--",
    ],
)
def test_searches_are_never_sql(text: str, scene: Scene, client_of: Client) -> None:
    dewi = client_of(scene.dewi)
    for path, name in (
        ("/kelola/pegawai", "q"),
        ("/kelola/jejak", "orang"),
        ("/kelola/jejak", "sebelum"),
        ("/kelola/pegawai", "unit"),
    ):
        answer = dewi.get(path, query_string={name: text})
        assert answer.status_code == 200
        if name == "q" and text != "\x00":
            assert "Ayu Lestari" not in answer.text
