"""Agencies and unit trees: renamed, moved and closed, never lost, never mixed."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.people.models import Agency, Unit
from tests.conftest import Client
from tests.people.scene import Scene, make_unit
from tests.statements import statements

UNIT = {"code": "U9", "name": "Dinas Sosial", "kind": "dinas"}
AGENCY = {"name": "Pemerintah Kota Sibolga", "short_name": "Sibolga", "zone": "Asia/Jakarta"}


def test_an_operator_registers_an_agency_with_three_codes_apart(
    scene: Scene, session: Session, client_of: Client
) -> None:
    omar = client_of(scene.omar)
    sent = {**AGENCY, "kemendagri_code": "12.73", "bps_code": "1271", "bkn_code": "5276"}
    assert omar.post("/kelola/instansi/baru", data=sent).status_code == 303
    made = session.scalars(sa.select(Agency).where(Agency.short_name == "Sibolga")).one()
    assert (made.kemendagri_code, made.bps_code, made.bkn_code) == ("12.73", "1271", "5276")
    mixed = omar.post(f"/kelola/instansi/{made.id}", data={**AGENCY, "kemendagri_code": "1273"})
    assert mixed.status_code == 422
    assert "Kode Kemendagri “1273” belum benar" in mixed.text
    again = omar.post("/kelola/instansi/baru", data=AGENCY)
    assert "sudah terdaftar" in again.text


def test_only_operators_see_agencies(scene: Scene, client_of: Client) -> None:
    assert client_of(scene.omar).get("/kelola/instansi").status_code == 200
    for person in (scene.dewi, scene.rudi, scene.ayu):
        assert client_of(person).get("/kelola/instansi").status_code == 403
        assert client_of(person).get(f"/kelola/instansi/{scene.sorong.id}").status_code == 403


def test_the_tree_shows_units_with_their_people_and_nothing_of_others(
    scene: Scene, client_of: Client
) -> None:
    page = client_of(scene.dewi).get("/kelola/unit").text
    assert "1 unit di bawah Dinas Kesehatan" in page
    assert "1 pegawai, 0 langsung di sini" in page
    assert "Dinas Pendidikan" not in page
    assert client_of(scene.dewi).get(f"/kelola/unit/{scene.theirs.id}").status_code == 404
    assert client_of(scene.dewi).post(f"/kelola/unit/{scene.theirs.id}", data=UNIT).status_code == 404
    assert client_of(scene.dewi).get(f"/kelola/unit/{scene.theirs.id}/tutup").status_code == 404
    assert client_of(scene.ayu).get("/kelola/unit").status_code == 403


def test_a_large_tree_asks_as_often_as_a_small_one(
    app: Flask, scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    with statements(app) as small:
        dewi.get("/kelola/unit")
    for number in range(60):
        make_unit(session, scene.sorong.id, f"X{number}", f"Seksi {number}", parent=scene.clinic)
    session.commit()
    with statements(app) as large:
        dewi.get("/kelola/unit")
    assert len(large) == len(small) <= 5


def test_a_unit_is_added_below_another_and_a_code_is_used_once(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    sent = {**UNIT, "parent_id": str(scene.health.id), "since": "2025-01-02"}
    assert dewi.post("/kelola/unit/baru", data=sent).status_code == 303
    made = session.scalars(sa.select(Unit).where(Unit.code == "U9")).one()
    assert (made.parent_id, str(made.valid_from)) == (scene.health.id, "2025-01-02")
    again = dewi.post("/kelola/unit/baru", data=sent)
    assert again.status_code == 422
    assert "Kode U9 sudah dipakai" in again.text
    assert dewi.post("/kelola/unit/baru", data={**sent, "parent_id": str(scene.theirs.id)}).status_code == 422


def test_a_slip_is_mended_in_place_and_a_new_name_by_rule_is_a_new_validity(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi, path = client_of(scene.dewi), f"/kelola/unit/{scene.clinic.id}"
    sent = {"code": "U2", "name": "Puskesmas Malawai", "parent_id": str(scene.health.id)}
    assert dewi.post(path, data=sent).status_code == 303
    session.expire_all()
    assert scene.clinic.name == "Puskesmas Malawai"
    renewed = dewi.post(path, data={**sent, "name": "Puskesmas Remu", "since": "2026-02-01"})
    assert renewed.status_code == 303
    session.expire_all()
    new = session.scalars(sa.select(Unit).where(Unit.name == "Puskesmas Remu")).one()
    assert (str(scene.clinic.valid_to), scene.clinic.name) == ("2026-01-31", "Puskesmas Malawai")
    assert (new.code, scene.ayu.unit_id) == ("U2", new.id)
    assert "1 unit yang sudah tidak berlaku" in dewi.get("/kelola/unit").text
    assert dewi.post(path, data=sent).status_code == 422


def test_nothing_counts_before_its_day(scene: Scene, session: Session, client_of: Client) -> None:
    dewi, path = client_of(scene.dewi), f"/kelola/unit/{scene.clinic.id}"
    sent = {"code": "U2", "name": "Puskesmas Remu", "parent_id": str(scene.health.id), "since": "2090-01-01"}
    for answer in (dewi.post(path, data=sent), dewi.post("/kelola/unit/baru", data={**sent, "code": "U9"})):
        assert answer.status_code == 422
        assert "Tanggal mulai belum tiba" in answer.text
        assert 'value="Puskesmas Remu"' in answer.text
    session.expire_all()
    assert (scene.clinic.valid_to, scene.clinic.name) == (None, "Puskesmas Malawei")


def test_a_unit_never_stands_below_itself(scene: Scene, client_of: Client) -> None:
    sent = {"code": "U1", "name": "Dinas Kesehatan", "parent_id": str(scene.clinic.id)}
    assert client_of(scene.dewi).post(f"/kelola/unit/{scene.health.id}", data=sent).status_code == 422


def test_a_unit_closes_only_when_nobody_is_left_in_it(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    occupied = dewi.post(f"/kelola/unit/{scene.clinic.id}/tutup", data={"last_day": "2026-11-01"})
    assert "Masih ada 1 pegawai aktif" in occupied.text
    parent = dewi.post(f"/kelola/unit/{scene.health.id}/tutup", data={"last_day": "2026-11-01"})
    assert "Masih ada 1 unit di bawah" in parent.text
    scene.ayu.unit_id = scene.health.id
    session.commit()
    later = dewi.post(f"/kelola/unit/{scene.clinic.id}/tutup", data={"last_day": "2090-01-01"})
    assert "paling lambat hari ini" in later.text
    assert (
        dewi.post(f"/kelola/unit/{scene.clinic.id}/tutup", data={"last_day": "2026-11-01"}).status_code == 303
    )
    session.expire_all()
    assert str(scene.clinic.valid_to) == "2026-11-01"
    acts = session.scalars(sa.select(AuditEntry.act).where(AuditEntry.subject_id == scene.clinic.id)).all()
    assert acts == ["unit:closed"]
