"""The directory and its records: found, kept, renumbered, left; and never those of another agency."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.access import Role
from lms.audit.models import AuditEntry
from lms.auth.models import OneTimeLink, SignIn
from lms.people.models import EmployeeNumber, Grant, Person, PersonStatus
from lms.shell.logs import JsonLines
from tests.conftest import Client
from tests.factories.people import make_person
from tests.people.scene import NIP, OTHER_NIP, Scene
from tests.statements import statements

FORM = {"full_name": "Siti Aminah", "employment_type": "pns", "number": NIP}


def test_a_person_is_found_by_name_number_and_address(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    number = session.scalar(sa.select(EmployeeNumber.number).where(EmployeeNumber.person_id == scene.ayu.id))
    assert number is not None
    for asked in ("ayu les", number, f"{number[:8]} {number[8:14]} {number[14:]}", scene.ayu.email):
        page = dewi.get("/kelola/pegawai", query_string={"q": asked}).text
        assert "Ayu Lestari" in page, asked
        assert "Rudi Hartono" not in page, asked
    assert "Tidak ada yang cocok" in dewi.get("/kelola/pegawai?q=%25").text


def test_who_serves_several_agencies_comes_back_to_the_one_they_were_in(
    scene: Scene, session: Session, client_of: Client
) -> None:
    omar, there = client_of(scene.omar), f"instansi={scene.salatiga.id}"
    grant = session.scalars(sa.select(Grant).where(Grant.person_id == scene.sari.id)).one()
    for path in (
        f"/kelola/pegawai/{scene.bayu.id}",
        f"/kelola/pegawai/baru?{there}",
        f"/kelola/unit/{scene.theirs.id}",
        f"/kelola/unit/baru?{there}",
        f"/kelola/peran/{grant.id}/cabut",
    ):
        (back,) = re.findall(r'class="bar-back" href="([^"]+)"', omar.get(path).text)
        assert back.endswith(there), path


def test_a_unit_is_shown_with_those_below_it(scene: Scene, client_of: Client) -> None:
    dewi = client_of(scene.dewi)
    assert "Ayu Lestari" in dewi.get(f"/kelola/pegawai?unit={scene.health.id}").text
    assert "Ayu Lestari" in dewi.get(f"/kelola/pegawai?unit={scene.clinic.id}").text
    assert "Ayu Lestari" not in dewi.get(f"/kelola/pegawai?unit={scene.theirs.id}").text


def test_the_filters_of_employment_and_status_hold(scene: Scene, session: Session, client_of: Client) -> None:
    scene.ayu.status = PersonStatus.RETIRED
    session.commit()
    dewi = client_of(scene.dewi)
    assert "Ayu Lestari" not in dewi.get("/kelola/pegawai").text
    assert "Ayu Lestari" in dewi.get("/kelola/pegawai?status=retired").text
    assert "Ayu Lestari" in dewi.get("/kelola/pegawai?status=semua").text
    assert "Ayu Lestari" not in dewi.get("/kelola/pegawai?status=semua&jenis=pppk").text


def test_the_number_is_grouped_as_it_is_printed(scene: Scene, session: Session, client_of: Client) -> None:
    make_person(session, scene.sorong, "Tia Rahayu", number=NIP)
    assert "19860314 201001 2 003" in client_of(scene.dewi).get("/kelola/pegawai?q=Tia").text


def test_a_long_directory_asks_as_often_as_a_short_one(
    app: Flask, scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    with statements(app) as short:
        dewi.get("/kelola/pegawai")
    rows = [{"agency_id": scene.sorong.id, "full_name": f"Pegawai {n:03}"} for n in range(120)]
    session.execute(sa.insert(Person), rows)
    session.commit()
    with statements(app) as long:
        page = dewi.get("/kelola/pegawai").text
    assert len(long) == len(short) <= 5
    assert "1–50 dari 123" in page
    assert "101–123 dari 123" in dewi.get("/kelola/pegawai?page=3").text
    assert dewi.get("/kelola/pegawai?page=0").status_code == 404
    assert dewi.get(f"/kelola/pegawai?page={10**30}").status_code == 404


@pytest.mark.parametrize("path", ["", "/ubah", "/nip", "/status"], ids=["record", "edit", "number", "status"])
def test_somebody_of_another_agency_does_not_exist(path: str, scene: Scene, client_of: Client) -> None:
    assert client_of(scene.dewi).get(f"/kelola/pegawai/{scene.ayu.id}{path}").status_code == 200
    assert client_of(scene.dewi).get(f"/kelola/pegawai/{scene.bayu.id}{path}").status_code == 404
    assert client_of(scene.omar).get(f"/kelola/pegawai/{scene.bayu.id}{path}").status_code == 200


def test_nothing_of_another_agency_can_be_written(scene: Scene, session: Session, client_of: Client) -> None:
    dewi = client_of(scene.dewi)
    theirs = f"/kelola/pegawai/{scene.bayu.id}"
    assert dewi.post(f"{theirs}/ubah", data={"full_name": "X", "employment_type": "pns"}).status_code == 404
    assert dewi.post(f"{theirs}/nip", data={"number": NIP, "since": "2026-11-21"}).status_code == 404
    assert dewi.post(f"{theirs}/status", data={"status": "moved"}).status_code == 404
    assert dewi.post(f"{theirs}/aktif").status_code == 404
    assert dewi.get(f"/kelola/pegawai?instansi={scene.salatiga.id}").status_code == 404
    assert "Bayu Nugroho" not in dewi.get("/kelola/pegawai?q=Bayu").text


def test_a_learner_sees_no_directory_and_an_auditor_only_reads(scene: Scene, client_of: Client) -> None:
    assert client_of(scene.ayu).get("/kelola/pegawai").status_code == 403
    rudi = client_of(scene.rudi)
    page = rudi.get(f"/kelola/pegawai/{scene.ayu.id}")
    assert page.status_code == 200
    assert "Ubah data" not in page.text
    assert rudi.get(f"/kelola/pegawai/{scene.ayu.id}/ubah").status_code == 403
    assert rudi.post(f"/kelola/pegawai/{scene.ayu.id}/status", data={"status": "moved"}).status_code == 403


def test_somebody_added_by_hand_is_invited_and_noted(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    answer = dewi.post(
        "/kelola/pegawai/baru",
        data={
            **FORM,
            "email": "Siti@Contoh.invalid",
            "grade": "3a",
            "unit_id": str(scene.health.id),
            "invite": "y",
        },
    )
    assert answer.status_code == 303
    siti = session.scalars(sa.select(Person).where(Person.full_name == "Siti Aminah")).one()
    assert (siti.email, siti.grade, siti.rank_name) == ("siti@contoh.invalid", "III/a", "Penata Muda")
    assert siti.agency_id == scene.sorong.id
    noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == siti.id)).one()
    assert (noted.act, noted.actor_id, noted.agency_id) == ("person:added", scene.dewi.id, scene.sorong.id)
    run_jobs()
    assert session.scalars(sa.select(OneTimeLink.person_id)).all() == [siti.id]


def test_without_the_box_nobody_is_invited(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    client_of(scene.dewi).post("/kelola/pegawai/baru", data={**FORM, "email": "siti@contoh.invalid"})
    run_jobs()
    assert session.scalars(sa.select(OneTimeLink)).all() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "1986031420100120"}, "NIP berisi 16 angka, seharusnya 18. Periksa"),
        ({"number": "198613142010012003"}, "Delapan angka pertama NIP (19861314)"),
        ({"number": ""}, "NIP belum diisi."),
        ({"full_name": ""}, "Tulis nama lengkap"),
        ({"email": "siti@"}, "Alamat surel “siti@” tidak lengkap"),
        ({"grade": "IX"}, "Golongan IX tidak dipakai"),
        ({"superior": OTHER_NIP}, "NIP atasan tidak ditemukan"),
        ({"unit_id": "0197aaaa-0000-7000-8000-000000000000"}, "Pilih salah satu dari daftar."),
    ],
)
def test_what_is_odd_is_said_at_its_field_and_nothing_typed_is_lost(
    changes: dict[str, str], said: str, scene: Scene, session: Session, client_of: Client
) -> None:
    answer = client_of(scene.dewi).post(
        "/kelola/pegawai/baru", data={**FORM, "position": "Analis Muda", **changes}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Analis Muda"' in answer.text
    assert session.scalars(sa.select(Person).where(Person.full_name == "Siti Aminah")).all() == []


def test_a_number_or_address_in_use_is_refused_by_name(
    scene: Scene, session: Session, client_of: Client
) -> None:
    make_person(session, scene.sorong, "Tia Rahayu", number=NIP)
    dewi = client_of(scene.dewi)
    assert "NIP ini sudah dipakai Tia Rahayu" in dewi.post("/kelola/pegawai/baru", data=FORM).text
    taken = dewi.post("/kelola/pegawai/baru", data={**FORM, "number": OTHER_NIP, "email": scene.ayu.email})
    assert "sudah dipakai orang lain" in taken.text
    make_person(session, scene.salatiga, "Wati Susilo", number="198501012009012001")
    theirs = dewi.post("/kelola/pegawai/baru", data={**FORM, "number": "198501012009012001"})
    assert "tercatat di instansi lain" in theirs.text
    assert "Wati" not in theirs.text


def test_who_moved_comes_over_with_their_account(scene: Scene, session: Session, client_of: Client) -> None:
    wati = make_person(session, scene.salatiga, "Wati Susilo", number=NIP)
    client_of(scene.sari).post(f"/kelola/pegawai/{wati.id}/status", data={"status": "moved"})
    assert client_of(scene.dewi).post("/kelola/pegawai/baru", data=FORM).status_code == 303
    session.expire_all()
    assert (wati.agency_id, wati.status, wati.full_name) == (
        scene.sorong.id,
        PersonStatus.ACTIVE,
        "Siti Aminah",
    )
    assert client_of(scene.sari).get(f"/kelola/pegawai/{wati.id}").status_code == 404


def test_a_record_can_be_changed_and_the_same_again_is_not_noted(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi, path = client_of(scene.dewi), f"/kelola/pegawai/{scene.ayu.id}/ubah"
    sent = {
        "full_name": "Ayu Lestari",
        "employment_type": "pns",
        "position": "Perawat",
        "email": scene.ayu.email,
    }
    sent |= {"unit_id": str(scene.clinic.id), "position_since": "2021-03-01"}
    assert dewi.post(path, data=sent).status_code == 303
    assert dewi.post(path, data=sent).status_code == 303
    (noted,) = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == scene.ayu.id)).all()
    assert noted.after == {"position": "Perawat", "position_since": "2021-03-01"}
    assert noted.before == {"position": "", "position_since": None}


def test_a_rank_that_came_without_a_grade_outlives_a_change_of_something_else(
    scene: Scene, session: Session, client_of: Client
) -> None:
    scene.ayu.rank_name = "Penata"
    session.commit()
    dewi, path = client_of(scene.dewi), f"/kelola/pegawai/{scene.ayu.id}/ubah"
    sent = {"full_name": "Ayu Lestari", "employment_type": "pns", "position": "Perawat"}
    assert dewi.post(path, data=sent).status_code == 303
    session.expire_all()
    assert (scene.ayu.position, scene.ayu.rank_name) == ("Perawat", "Penata")
    dewi.post(path, data={**sent, "grade": "III/d"})
    dewi.post(path, data={**sent, "grade": ""})
    session.expire_all()
    assert not scene.ayu.grade
    assert not scene.ayu.rank_name


def test_nobody_is_their_own_superior(scene: Scene, session: Session, client_of: Client) -> None:
    number = session.scalar(sa.select(EmployeeNumber.number).where(EmployeeNumber.person_id == scene.ayu.id))
    sent = {"full_name": "Ayu Lestari", "employment_type": "pns", "superior": number}
    answer = client_of(scene.dewi).post(f"/kelola/pegawai/{scene.ayu.id}/ubah", data=sent)
    assert "atasan dirinya sendiri" in answer.text


def test_a_new_number_closes_the_old_one_and_both_are_told(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi, path = client_of(scene.dewi), f"/kelola/pegawai/{scene.ayu.id}/nip"
    assert dewi.post(path, data={"number": "19901105 202321 1 007", "since": "2026-11-01"}).status_code == 303
    assert dewi.post(path, data={"number": OTHER_NIP, "since": "2026-11-01"}).status_code == 303
    old, new = session.scalars(
        sa.select(EmployeeNumber).where(EmployeeNumber.person_id == scene.ayu.id).order_by(EmployeeNumber.id)
    )
    assert (str(old.valid_to), new.number, new.kind, new.valid_to) == ("2026-10-31", OTHER_NIP, "pppk", None)
    page = dewi.get(f"/kelola/pegawai/{scene.ayu.id}").text
    assert "Sampai 31 Oktober 2026" in page
    taken = dewi.post(
        f"/kelola/pegawai/{scene.rudi.id}/nip", data={"number": old.number, "since": "2026-11-02"}
    )
    assert taken.status_code == 422
    assert "sudah pernah dipakai" in taken.text


def test_an_odd_number_is_kept_with_a_warning(scene: Scene, session: Session, client_of: Client) -> None:
    dewi = client_of(scene.dewi)
    made = dewi.post("/kelola/pegawai/baru", data={**FORM, "number": "19860314 201013 2 003"})
    assert made.status_code == 303
    page = dewi.get(made.location).text
    assert "Angka ke-13 dan ke-14 NIP (13) bukan bulan pengangkatan" in page
    assert "periksa sekali lagi" in page
    dewi.post("/kelola/pegawai/baru", data={**FORM, "number": NIP})
    assert "periksa sekali lagi" not in dewi.get("/kelola/pegawai").text


def test_a_number_of_tomorrow_leaves_the_one_of_today_in_force(
    scene: Scene, session: Session, client_of: Client
) -> None:
    answer = client_of(scene.dewi).post(
        f"/kelola/pegawai/{scene.ayu.id}/nip", data={"number": OTHER_NIP, "since": "2090-01-01"}
    )
    assert answer.status_code == 422
    assert "Tanggal mulai belum tiba" in answer.text
    ends = sa.select(EmployeeNumber.valid_to).where(EmployeeNumber.person_id == scene.ayu.id)
    assert session.scalars(ends).all() == [None]


def test_who_retires_is_out_at_the_next_request_and_keeps_no_role(
    scene: Scene, session: Session, client_of: Client
) -> None:
    rudi = client_of(scene.rudi)
    assert rudi.get("/kelola/pegawai").status_code == 200
    dewi = client_of(scene.dewi)
    assert dewi.post(f"/kelola/pegawai/{scene.rudi.id}/status", data={"status": "retired"}).status_code == 303
    assert rudi.get("/kelola/pegawai").location.startswith("/masuk")
    session.expire_all()
    ended = sa.select(SignIn.ended_at).where(SignIn.person_id == scene.rudi.id)
    assert None not in session.scalars(ended).all()
    assert session.scalars(sa.select(Grant).where(Grant.person_id == scene.rudi.id)).all() == []
    dewi.post(f"/kelola/pegawai/{scene.rudi.id}/aktif")
    assert rudi.get("/kelola/pegawai").location.startswith("/masuk")


def test_nobody_ends_their_own_account_and_the_last_administrator_only_with_a_sentence(
    scene: Scene, session: Session, client_of: Client
) -> None:
    own = client_of(scene.dewi).post(f"/kelola/pegawai/{scene.dewi.id}/status", data={"status": "moved"})
    assert own.status_code == 409
    omar, path = client_of(scene.omar), f"/kelola/pegawai/{scene.dewi.id}/status"
    refused = omar.post(path, data={"status": "moved"})
    assert refused.status_code == 422
    assert "Dewi Anggraini adalah pengelola pelatihan terakhir" in refused.text
    assert omar.post(path, data={"status": "moved", "reason": "Instansi digabung"}).status_code == 303
    noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "person:left")).one()
    assert noted.after == {"status": "moved", "reason": "Instansi digabung"}


def test_every_look_at_a_record_is_logged_with_ids_only(
    scene: Scene, client_of: Client, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("bina").propagate = True
    client_of(scene.rudi).get(f"/kelola/pegawai/{scene.ayu.id}")
    client_of(scene.rudi).get(f"/kelola/pegawai/{scene.rudi.id}")
    (record,) = [one for one in caplog.records if one.name == "bina.reads"]
    line = json.loads(JsonLines().format(record))
    assert (line["actor"], line["subject"]) == (str(scene.rudi.id), str(scene.ayu.id))
    assert line["endpoint"] == "people.person"
    assert "Ayu" not in json.dumps(line)


def test_a_record_shows_everything_that_is_kept(
    scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    ayu = scene.ayu
    ayu.front_title, ayu.back_title, ayu.grade, ayu.rank_name = "dr.", "Sp.A.", "III/c", "Penata"
    ayu.position, ayu.position_level, ayu.superior_id = "Dokter", "Ahli Muda", scene.dewi.id
    session.add(Grant(person_id=ayu.id, role=Role.INSTRUCTOR, agency_id=scene.sorong.id, given_at=now))
    session.commit()
    page = client_of(scene.dewi).get(f"/kelola/pegawai/{ayu.id}").text
    for shown in (
        "dr. Ayu Lestari, Sp.A.",
        "III/c",
        "Penata",
        "Dokter",
        "Ahli Muda",
        "Puskesmas Malawei",
        "Dewi Anggraini",
        "Pengajar",
    ):
        assert shown in page, shown


def test_an_administrator_cannot_take_over_or_end_an_operator(
    scene: Scene, session: Session, client_of: Client
) -> None:
    session.add(Grant(person_id=scene.ayu.id, role=Role.OPERATOR))
    session.commit()
    dewi, path = client_of(scene.dewi), f"/kelola/pegawai/{scene.ayu.id}"
    sent = {"full_name": "Ayu Lestari", "employment_type": "pns", "email": "jahat@contoh.invalid"}
    for answer in (
        dewi.post(f"{path}/ubah", data=sent),
        dewi.post(f"{path}/status", data={"status": "moved"}),
    ):
        assert answer.status_code == 422
        assert "Orang ini operator sistem" in answer.text
    omar = client_of(scene.omar)
    assert omar.post(f"{path}/ubah", data=sent).status_code == 303
    assert omar.post(f"{path}/status", data={"status": "moved"}).status_code == 303


def test_an_operator_of_no_agency_has_a_record_but_no_form(scene: Scene, client_of: Client) -> None:
    omar = client_of(scene.omar)
    assert omar.get(f"/kelola/pegawai/{scene.omar.id}").status_code == 200
    assert omar.get(f"/kelola/pegawai/{scene.omar.id}/ubah").status_code == 404
    assert client_of(scene.dewi).get(f"/kelola/pegawai/{scene.omar.id}").status_code == 404
