"""Two agencies that must not see each other, with those who keep and read them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.access import Role
from lms.people.columns import PEOPLE
from lms.people.models import Unit
from tests.factories.people import make_agency, make_person

NIP = "198603142010012003"
OTHER_NIP = "199011052023211007"
HEADER = [column.name for column in PEOPLE]


class Scene:
    """Dewi administers Sorong, Rudi audits it, Ayu works there; Sari administers Salatiga, Bayu works there."""

    def __init__(self, session: Session) -> None:
        self.sorong = make_agency(session)
        self.salatiga = make_agency(session, "Pemerintah Kota Salatiga", zone="Asia/Jakarta")
        self.health = make_unit(session, self.sorong.id, "U1", "Dinas Kesehatan")
        self.clinic = make_unit(session, self.sorong.id, "U2", "Puskesmas Malawei", parent=self.health)
        self.theirs = make_unit(session, self.salatiga.id, "U1", "Dinas Pendidikan")
        self.dewi = make_person(session, self.sorong, "Dewi Anggraini", Role.ADMIN)
        self.rudi = make_person(session, self.sorong, "Rudi Hartono", Role.AUDITOR)
        self.ayu = make_person(session, self.sorong, "Ayu Lestari")
        self.sari = make_person(session, self.salatiga, "Sari Utami", Role.ADMIN)
        self.bayu = make_person(session, self.salatiga, "Bayu Nugroho")
        self.omar = make_person(session, None, "Omar Said", Role.OPERATOR)
        self.ayu.unit_id = self.clinic.id
        session.commit()


def make_unit(
    session: Session, agency_id: object, code: str, name: str, *, parent: Unit | None = None
) -> Unit:
    unit = Unit(agency_id=agency_id, code=code, name=name, parent_id=parent.id if parent else None)
    session.add(unit)
    session.flush()
    return unit


def row(number: str = NIP, name: str = "Siti Aminah", **changes: str) -> list[str]:
    """One valid row of a people's import, in the order of our own columns."""
    values = {
        "nip": number,
        "nama": name,
        "jenis_asn": "PNS",
        "jenis_jabatan": "pelaksana",
        "nama_jabatan": "Pengelola Data",
        "kode_unit": "U1",
        "status": "aktif",
        **changes,
    }
    return [values.get(column, "") for column in HEADER]


def sheet(*rows: Sequence[str], header: Sequence[str] = HEADER, mark: str = ";") -> bytes:
    """A CSV as Indonesian Excel writes it."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows([header, *rows])
    return text.getvalue().encode()


def upload(client: FlaskClient, data: bytes, kind: str = "people", name: str = "pegawai.csv") -> str:
    """Send a file and return the path of its import."""
    answer = client.post("/kelola/impor", data={"kind": kind, "file": (io.BytesIO(data), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.location).removesuffix("/kolom")


def try_out(client: FlaskClient, data: bytes, kind: str = "people", **columns: str) -> str:
    """Send a file, accept the guessed columns, and return the path of the tried import."""
    path = upload(client, data, kind)
    page = client.get(f"{path}/kolom").text
    answer = client.post(f"{path}/kolom", data={**chosen(page), **columns})
    assert answer.status_code == 303, answer.text
    return path


def chosen(page: str) -> dict[str, str]:
    """What the select boxes of the columns say."""
    found = {}
    for part in page.split("<select")[1:]:
        name = part.partition('name="')[2].partition('"')[0]
        if name.startswith("column-"):
            inside = part.partition("</select>")[0]
            picked = [one for one in inside.split("<option")[1:] if " selected" in one]
            found[name] = picked[0].partition('value="')[2].partition('"')[0] if picked else ""
    return found


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 1, 0, tzinfo=UTC)
