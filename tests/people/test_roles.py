"""Roles: given and taken by those who may, counted from the next request on, never the last administrator unsaid."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.features import FEATURES
from lms.access import Role
from lms.audit.models import AuditEntry
from lms.auth.models import SignIn
from lms.people.models import Grant, Person
from tests.conftest import Client
from tests.factories.people import make_person
from tests.people.scene import Scene
from tests.statements import statements


def grant_id(session: Session, person: Person, role: Role) -> str:
    found = sa.select(Grant.id).where(Grant.person_id == person.id, Grant.role == role)
    return str(session.scalars(found).one())


def test_a_role_counts_from_the_next_request_and_ends_with_it(
    scene: Scene, session: Session, client_of: Client
) -> None:
    ayu, dewi = client_of(scene.ayu), client_of(scene.dewi)
    assert ayu.get("/kelola/pegawai").status_code == 403
    given = dewi.post("/kelola/peran", data={"person": scene.ayu.email, "role": "auditor"})
    assert given.status_code == 303
    assert ayu.get("/kelola/pegawai").status_code == 200
    taken = dewi.post(f"/kelola/peran/{grant_id(session, scene.ayu, Role.AUDITOR)}/cabut")
    assert taken.status_code == 303
    assert ayu.get("/kelola/pegawai").status_code == 403
    acts = session.execute(
        sa.select(AuditEntry.act, AuditEntry.actor_id).where(AuditEntry.subject_id == scene.ayu.id)
    ).all()
    assert acts == [("role:granted", scene.dewi.id), ("role:revoked", scene.dewi.id)]


def test_a_role_given_twice_is_held_and_noted_once(scene: Scene, session: Session, client_of: Client) -> None:
    for _ in range(2):
        client_of(scene.dewi).post("/kelola/peran", data={"person": scene.ayu.email, "role": "issuer"})
    assert session.scalar(sa.select(sa.func.count()).where(Grant.person_id == scene.ayu.id)) == 1
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 1


def test_roles_are_for_the_agencys_own_people_and_unknown_names_are_said(
    scene: Scene, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    for named in (scene.bayu.email, "198501012009012001", "x"):
        answer = dewi.post("/kelola/peran", data={"person": named, "role": "admin"})
        assert answer.status_code == 422
        assert "Tidak ada pegawai instansi ini" in answer.text
    assert dewi.post(f"/kelola/peran?instansi={scene.salatiga.id}", data={"person": "x"}).status_code == 404


def test_an_administrator_cannot_make_operators(scene: Scene, session: Session, client_of: Client) -> None:
    sent = {"person": scene.ayu.email, "role": "operator"}
    assert client_of(scene.dewi).post("/kelola/peran", data=sent).status_code == 422
    omar = client_of(scene.omar)
    assert omar.post(f"/kelola/peran?instansi={scene.sorong.id}", data=sent).status_code == 303
    made = session.scalars(sa.select(Grant).where(Grant.person_id == scene.ayu.id)).one()
    assert (made.role, made.agency_id) == (Role.OPERATOR, None)


def test_the_last_administrator_goes_only_with_a_sentence(
    scene: Scene, session: Session, client_of: Client
) -> None:
    omar, path = client_of(scene.omar), f"/kelola/peran/{grant_id(session, scene.dewi, Role.ADMIN)}/cabut"
    refused = omar.post(path)
    assert refused.status_code == 422
    assert "pengelola pelatihan terakhir" in refused.text
    make_person(session, scene.sorong, "Nur Aini", Role.ADMIN)
    assert omar.post(path).status_code == 303


def test_the_last_administrator_goes_with_a_reason_that_is_kept(
    scene: Scene, session: Session, client_of: Client
) -> None:
    path = f"/kelola/peran/{grant_id(session, scene.dewi, Role.ADMIN)}/cabut"
    assert client_of(scene.dewi).post(path, data={"reason": "Pindah tugas"}).location == "/"
    noted = session.scalars(sa.select(AuditEntry)).one()
    assert (noted.before, noted.after) == ({"role": "admin"}, {"reason": "Pindah tugas"})
    assert client_of(scene.dewi).get("/kelola/peran").status_code == 403


def test_the_last_operator_stays(scene: Scene, session: Session, client_of: Client) -> None:
    path = f"/kelola/peran/{grant_id(session, scene.omar, Role.OPERATOR)}/cabut"
    assert client_of(scene.omar).post(path, data={"reason": "x"}).status_code == 409
    assert client_of(scene.dewi).post(path).status_code == 404


def test_grants_of_another_agency_do_not_exist(scene: Scene, session: Session, client_of: Client) -> None:
    path = f"/kelola/peran/{grant_id(session, scene.sari, Role.ADMIN)}/cabut"
    assert client_of(scene.dewi).get(path).status_code == 404
    assert client_of(scene.dewi).post(path, data={"reason": "x"}).status_code == 404
    assert "Sari Utami" not in client_of(scene.dewi).get("/kelola/peran").text


def test_an_auditor_reads_roles_and_changes_none(scene: Scene, session: Session, client_of: Client) -> None:
    rudi = client_of(scene.rudi)
    assert "Dewi Anggraini" in rudi.get("/kelola/peran").text
    assert rudi.post("/kelola/peran", data={"person": scene.ayu.email, "role": "admin"}).status_code == 403
    assert rudi.get(f"/kelola/peran/{grant_id(session, scene.dewi, Role.ADMIN)}/cabut").status_code == 403


def test_giving_asks_for_the_password_again_when_it_was_long_ago(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    session.execute(
        sa.update(SignIn)
        .where(SignIn.person_id == scene.dewi.id)
        .values(proved_at=SignIn.proved_at - timedelta(hours=1))
    )
    session.commit()
    answer = dewi.post("/kelola/peran", data={"person": scene.ayu.email, "role": "admin"})
    assert (answer.status_code, answer.location) == (302, "/masuk/bukti")
    assert session.scalars(sa.select(Grant).where(Grant.person_id == scene.ayu.id)).all() == []


def test_the_matrix_tells_every_permission_of_every_feature(scene: Scene, client_of: Client) -> None:
    page = client_of(scene.rudi).get("/kelola/peran/wewenang").text
    for feature in FEATURES:
        for permission in feature.permissions:
            assert permission.says in page, permission.name
    assert client_of(scene.ayu).get("/kelola/peran/wewenang").status_code == 403


def test_many_holders_ask_as_often_as_one(
    app: Flask, scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    with statements(app) as few:
        dewi.get("/kelola/peran")
    for number in range(15):
        make_person(session, scene.sorong, f"Guru {number}", Role.INSTRUCTOR)
    with statements(app) as many:
        dewi.get("/kelola/peran")
    assert len(many) == len(few) <= 5
