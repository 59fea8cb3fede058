"""Imports: tried out before anything is saved, saved in portions, the same again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.access import Role
from lms.audit.models import AuditEntry
from lms.people import importing, sheets
from lms.people.columns import guess
from lms.people.models import (
    EmployeeNumber,
    Grant,
    Import,
    ImportKind,
    ImportRow,
    ImportState,
    Person,
    PersonStatus,
    PositionType,
    Unit,
)
from lms.web import db
from tests.conftest import Client
from tests.factories.people import make_person
from tests.people.scene import HEADER, NIP, OTHER_NIP, Scene, chosen, row, sheet, try_out, upload
from tests.statements import statements

THIRD_NIP = "198501012009012001"
UNITS = ["kode_unit", "nama", "jenis", "kode_induk", "kemendagri_code", "berlaku_dari", "berlaku_sampai"]


def counts(session: Session) -> dict[str, int]:
    session.expire_all()
    imported = session.scalars(sa.select(Import).order_by(Import.created_at.desc(), Import.id.desc())).first()
    assert imported is not None
    return {state: count for state, count in imported.counts.items() if count}


def numbered(session: Session, number: str) -> Person | None:
    session.expire_all()
    return session.scalars(
        sa.select(Person)
        .join(EmployeeNumber, EmployeeNumber.person_id == Person.id)
        .where(EmployeeNumber.number == number)
    ).one_or_none()


def test_a_file_is_named_tried_confirmed_saved_and_told(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    good = row(
        eselon="",
        jenis_jabatan="Eselon IV.a",
        golongan="3a",
        email="Siti@Contoh.invalid",
        tmt_jabatan="1/3/2021",
    )
    path = try_out(
        dewi,
        sheet(
            good,
            row("1,98603E+17", "Budi"),
            row(OTHER_NIP, "Rahmat", jenis_asn="P3K", kode_unit="U7", nama_unit="Dinas Kesehatn"),
        ),
    )
    page = dewi.get(path).text
    assert "Belum ada yang disimpan" in page
    assert "Excel sudah membulatkan angka panjang" in page
    assert "Kode unit “U7” tidak dikenal. Maksud Anda U1 (Dinas Kesehatan)?" in page
    assert counts(session) == {"new": 1, "wrong": 2}
    assert numbered(session, NIP) is None
    assert dewi.post(f"{path}/simpan").status_code == 303
    waiting = dewi.get(path).text
    assert '<meta name="renew"' in waiting
    assert "0 dari 1 baris" in waiting
    run_jobs()
    done = dewi.get(path).text
    assert "Impor tersimpan pada" in done
    assert "renew" not in done
    siti = numbered(session, NIP)
    assert siti is not None
    assert (siti.full_name, siti.unit_id, siti.agency_id) == ("Siti Aminah", scene.health.id, scene.sorong.id)
    assert (siti.position_type, siti.grade, siti.rank_name) == (PositionType.PENGAWAS, "III/a", "Penata Muda")
    assert (siti.email, str(siti.position_since)) == ("siti@contoh.invalid", "2021-03-01")


def test_the_same_file_again_writes_nothing(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    data = sheet(row(nip_atasan=OTHER_NIP), row(OTHER_NIP, "Rahmat", jenis_asn="PPPK"))
    dewi = client_of(scene.dewi)
    dewi.post(f"{try_out(dewi, data)}/simpan")
    run_jobs()
    written = session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    path = try_out(dewi, data)
    assert counts(session) == {"unchanged": 2}
    refused = dewi.post(f"{path}/simpan")
    assert refused.status_code == 422
    assert "tidak ada yang perlu disimpan" in refused.text
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == written


def test_nothing_of_a_file_stays_in_the_memory_of_the_process(
    app: Flask, scene: Scene, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    """A compiled statement is kept for its next use, with every value that stood in it when it was compiled."""
    with app.app_context():
        db.engine.clear_compiled_cache()
    dewi = client_of(scene.dewi)
    path = try_out(
        dewi, sheet(row(nip_atasan=OTHER_NIP), row(OTHER_NIP, "Rahmat", email="rahmat@contoh.invalid"))
    )
    dewi.post(f"{path}/simpan")
    run_jobs()
    with app.app_context():
        compiled: Any = db.engine._compiled_cache
    kept = [repr(bind.value) for statement in compiled.values() for bind in statement.binds.values()]
    assert len(kept) > 10
    assert not [value for value in kept if NIP in value or OTHER_NIP in value or "rahmat@" in value]


def test_superiors_are_found_in_the_file_and_in_the_directory(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    make_person(session, scene.sorong, "Tia Rahayu", number=THIRD_NIP)
    dewi = client_of(scene.dewi)
    path = try_out(
        dewi,
        sheet(row(nip_atasan=OTHER_NIP), row(OTHER_NIP, "Rahmat", jenis_asn="PPPK", nip_atasan=THIRD_NIP)),
    )
    dewi.post(f"{path}/simpan")
    run_jobs()
    siti, rahmat, tia = (numbered(session, number) for number in (NIP, OTHER_NIP, THIRD_NIP))
    assert siti
    assert rahmat
    assert tia
    assert (siti.superior_id, rahmat.superior_id, tia.superior_id) == (rahmat.id, tia.id, None)


@pytest.mark.parametrize("superior", [NIP, "199001012015031001"])
def test_a_superior_who_is_nobody_or_oneself_is_refused(
    superior: str, scene: Scene, session: Session, client_of: Client
) -> None:
    page = client_of(scene.dewi).get(try_out(client_of(scene.dewi), sheet(row(nip_atasan=superior)))).text
    assert counts(session) == {"wrong": 1}
    assert "atasan" in page


def test_a_superior_whose_own_row_is_wrong_waits_for_the_next_import(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    data = sheet(row(nip_atasan=OTHER_NIP), row(OTHER_NIP, "Rahmat", jenis_asn="PPPK", kode_unit="X9"))
    dewi.post(f"{try_out(dewi, data)}/simpan")
    run_jobs()
    try_out(dewi, data)
    assert counts(session) == {"unchanged": 1, "wrong": 1}
    mended = sheet(row(nip_atasan=OTHER_NIP), row(OTHER_NIP, "Rahmat", jenis_asn="PPPK"))
    path = try_out(dewi, mended)
    assert counts(session) == {"new": 1, "changed": 1}
    dewi.post(f"{path}/simpan")
    run_jobs()
    siti, rahmat = numbered(session, NIP), numbered(session, OTHER_NIP)
    assert siti
    assert rahmat
    assert siti.superior_id == rahmat.id


def test_an_empty_cell_leaves_what_is_there_and_a_change_is_noted_with_both_values(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    person = make_person(session, scene.sorong, "Siti Aminah", number=NIP)
    person.phone, person.position, person.unit_id = "0811", "Arsiparis", scene.health.id
    person.position_type = PositionType.PELAKSANA
    session.commit()
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row(hp="-", nama_jabatan="Pengelola Data")))
    assert "Nama jabatan: Arsiparis → Pengelola Data" in dewi.get(path).text
    dewi.post(f"{path}/simpan")
    run_jobs()
    session.expire_all()
    assert (person.phone, person.position) == ("0811", "Pengelola Data")
    noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == person.id)).one()
    assert (noted.before, noted.after) == ({"position": "Arsiparis"}, {"position": "Pengelola Data"})


def test_all_or_nothing_saves_nothing_while_a_row_is_wrong(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row(), row(OTHER_NIP, "Rahmat", status="")))
    refused = dewi.post(f"{path}/simpan", data={"whole": "1"})
    assert refused.status_code == 422
    assert "Masih ada 1 baris bermasalah" in refused.text
    assert numbered(session, NIP) is None


def test_all_or_nothing_takes_everything_back_when_a_row_goes_wrong_on_the_way(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row(), row(OTHER_NIP, "Rahmat", jenis_asn="PPPK", kode_unit="U2")))
    dewi.post(f"{path}/simpan", data={"whole": "1"})
    session.execute(sa.update(Unit).where(Unit.id == scene.clinic.id).values(code="U8"))
    session.commit()
    run_jobs()
    assert numbered(session, NIP) is None
    page = dewi.get(path).text
    assert "Tidak ada yang disimpan" in page
    assert "Kode unit “U2” tidak dikenal" in page


def test_a_row_that_goes_wrong_on_the_way_is_told_and_the_others_are_saved(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row(), row(OTHER_NIP, "Rahmat", jenis_asn="PPPK", kode_unit="U2")))
    dewi.post(f"{path}/simpan")
    session.execute(sa.update(Unit).where(Unit.id == scene.clinic.id).values(code="U8"))
    session.commit()
    run_jobs()
    assert counts(session) == {"new": 1, "wrong": 1}
    assert numbered(session, NIP) is not None
    assert "Kode unit “U2” tidak dikenal" in dewi.get(path).text


def test_an_odd_number_is_shown_before_it_is_saved_all_the_same(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row("198603142010132003", "Odi"), row()))
    assert counts(session) == {"new": 2}
    page = dewi.get(path).text
    assert "1 NIP yang tidak biasa, tetap disimpan" in page
    assert "Baris 2 · Odi" in page
    assert "Angka ke-13 dan ke-14 NIP (13)" in page


def test_a_crash_between_portions_loses_and_doubles_nothing(
    app: Flask,
    scene: Scene,
    session: Session,
    client_of: Client,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "PORTION", 2)
    rows = [row(f"19860314201001200{n}", f"Orang {n}") for n in range(1, 6)]
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(*rows))
    dewi.post(f"{path}/simpan")
    import_id = session.scalars(sa.select(Import.id)).one()
    with app.test_request_context():
        assert importing.save_portion(session, import_id, now=now)
        session.commit()
        assert "2 dari 5 baris" in dewi.get(path).text
        importing.save_portion(session, import_id, now=now)
        session.rollback()
        while importing.save_portion(session, import_id, now=now):
            session.commit()
        session.commit()
        assert not importing.save_portion(session, import_id, now=now)
    assert session.scalar(sa.select(sa.func.count()).where(Person.full_name.like("Orang %"))) == 5


def test_confirming_twice_saves_once(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row()))
    assert dewi.post(f"{path}/simpan").status_code == 303
    assert dewi.post(f"{path}/simpan").status_code == 303
    assert run_jobs() == 1
    assert dewi.post(f"{path}/batal").status_code == 303
    assert dewi.post(f"{path}/kolom", data={}).status_code == 303
    assert counts(session) == {"new": 1}


def test_new_people_are_invited_when_asked_for(
    scene: Scene, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row(email="siti@contoh.invalid")))
    dewi.post(f"{path}/simpan", data={"invites": "y"})
    assert run_jobs() == 1
    assert run_jobs() == 1


def test_columns_must_be_named_once_or_left_out_on_purpose(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    path = upload(dewi, sheet([*row(), "Islam"], header=[*HEADER, "Agama"]))
    page = dewi.get(f"{path}/kolom").text
    columns = chosen(page)
    assert columns[f"column-{len(HEADER)}"] == ""
    unknown = dewi.post(f"{path}/kolom", data=columns)
    assert unknown.status_code == 422
    assert "Pilih arti kolom ini" in unknown.text
    twice = dewi.post(f"{path}/kolom", data={**columns, f"column-{len(HEADER)}": "number"})
    assert "sudah dipakai kolom lain" in twice.text
    absent = dewi.post(f"{path}/kolom", data={**columns, f"column-{len(HEADER)}": "-", "column-0": "-"})
    assert "Kolom wajib “nip” belum ada" in absent.text
    forged = dewi.post(f"{path}/kolom", data={**columns, f"column-{len(HEADER)}": "superior_id"})
    assert forged.status_code == 422
    assert dewi.post(f"{path}/kolom", data={**columns, f"column-{len(HEADER)}": "-"}).status_code == 303
    assert counts(session) == {"new": 1}


def test_the_result_file_can_be_mended_and_sent_again(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(
        dewi,
        sheet(row(), row(OTHER_NIP, "=Rahmat", jenis_asn="PPPK", kode_unit="U7", nama_unit="Dinas Kesehatn")),
    )
    for kind in ("xlsx", "csv"):
        sent = dewi.get(f"{path}/hasil.{kind}?bagian=bermasalah")
        head, wrong = sheets.read(sent.data)
        assert head.cells[-3:] == ("Baris asal", "Hasil", "Masalah dan cara memperbaiki")
        assert wrong.cells[-3:-1] == ("3", "bermasalah, tidak disimpan")
        assert "Maksud Anda U1" in wrong.cells[-1]
        assert wrong.cells[1] == "=Rahmat"
    mended = sent.data.decode("utf-8-sig").replace("U7", "U1").replace("'=Rahmat", "Rahmat").encode()
    try_out(dewi, mended)
    assert counts(session) == {"new": 1}
    assert len(sheets.read(dewi.get(f"{path}/hasil.xlsx").data)) == 3


def test_an_import_of_another_agency_does_not_exist(scene: Scene, client_of: Client) -> None:
    path = try_out(client_of(scene.sari), sheet(row()))
    dewi = client_of(scene.dewi)
    for address in ("", "/kolom", "/hasil.xlsx", "/hasil.csv"):
        assert client_of(scene.sari).get(path + address).status_code in {200, 303}
        assert dewi.get(path + address).status_code == 404
    for address in ("/kolom", "/simpan", "/batal"):
        assert dewi.post(path + address).status_code == 404
    assert "pegawai.csv" not in dewi.get("/kelola/impor").text
    assert client_of(scene.rudi).get("/kelola/impor").status_code == 403
    assert client_of(scene.ayu).get("/kelola/impor").status_code == 403


def test_people_of_another_agency_are_not_taken_and_not_named(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    wati = make_person(session, scene.salatiga, "Wati Susilo", number=NIP)
    dewi = client_of(scene.dewi)
    page = dewi.get(try_out(dewi, sheet(row()))).text
    assert "tercatat di instansi lain" in page
    assert "Wati" not in page
    wati.status = PersonStatus.MOVED
    session.commit()
    path = try_out(dewi, sheet(row()))
    assert counts(session) == {"changed": 1}
    dewi.post(f"{path}/simpan")
    run_jobs()
    session.expire_all()
    assert (wati.agency_id, wati.status) == (scene.sorong.id, PersonStatus.ACTIVE)


def test_who_leaves_by_import_is_out_and_without_roles_but_never_the_last_administrator(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    nur = make_person(session, scene.sorong, "Nur Aini", Role.INSTRUCTOR, number=NIP)
    admin = session.scalar(sa.select(EmployeeNumber.number).where(EmployeeNumber.person_id == scene.dewi.id))
    dewi = client_of(scene.dewi)
    path = try_out(
        dewi,
        sheet(row(name="Nur Aini", status="pensiun"), row(str(admin), "Dewi Anggraini", status="pindah")),
    )
    assert "pengelola pelatihan terakhir" in dewi.get(path).text
    assert counts(session) == {"changed": 1, "wrong": 1}
    gone = client_of(nur)
    dewi.post(f"{path}/simpan")
    run_jobs()
    assert gone.get("/").location.startswith("/masuk")
    assert session.scalars(sa.select(Grant).where(Grant.person_id == nur.id)).all() == []


def test_an_operator_is_neither_moved_nor_readdressed_by_a_file(
    scene: Scene, session: Session, client_of: Client
) -> None:
    nur = make_person(session, scene.sorong, "Nur Aini", number=NIP)
    session.add(Grant(person_id=nur.id, role=Role.OPERATOR))
    session.commit()
    dewi = client_of(scene.dewi)
    for changes in ({"email": "jahat@contoh.invalid"}, {"status": "pindah"}):
        page = dewi.get(try_out(dewi, sheet(row(**changes)))).text
        assert "Orang ini operator sistem" in page
        assert counts(session) == {"wrong": 1}


def test_twins_in_a_file_are_both_refused(scene: Scene, session: Session, client_of: Client) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row(), row(name="Lain"), row(OTHER_NIP, "Rahmat", jenis_asn="PPPK")))
    page = dewi.get(path).text
    assert "NIP ini juga ada di baris 3" in page
    assert "NIP ini juga ada di baris 2" in page
    assert counts(session) == {"new": 1, "wrong": 2}


def test_a_cancelled_import_forgets_its_rows_at_once(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, sheet(row()))
    assert dewi.post(f"{path}/batal").status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(ImportRow)).all() == []
    assert "dibatalkan" in dewi.get(path).text


def test_old_imports_are_forgotten(scene: Scene, session: Session, client_of: Client, now: datetime) -> None:
    try_out(client_of(scene.dewi), sheet(row()))
    session.execute(sa.update(Import).values(created_at=now))
    importing.forget_old(session, now=now + timedelta(days=29))
    assert session.scalar(sa.select(sa.func.count(Import.id))) == 1
    importing.forget_old(session, now=now + timedelta(days=31))
    assert session.scalar(sa.select(sa.func.count(Import.id))) == 0


def test_the_sheet_to_fill_in_is_understood_without_help(scene: Scene, client_of: Client) -> None:
    dewi = client_of(scene.dewi)
    for kind, columns in importing.COLUMNS.items():
        (head,) = sheets.read(dewi.get(f"/kelola/impor/contoh/{kind.value}.xlsx").data)
        assert guess(head.cells, columns) == [column.field for column in columns]
    assert dewi.get("/kelola/impor/contoh/lain.xlsx").status_code == 404


def test_a_thousand_rows_ask_as_often_as_ten(
    app: Flask,
    scene: Scene,
    session: Session,
    client_of: Client,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "PORTION", 5000)
    asked: list[list[str]] = []
    for first, many in ((100, 10), (200, 700)):
        rows = [row(f"19860314201001{1 + n % 2}{first + n:03}", f"Orang {n}") for n in range(many)]
        session.commit()
        agency_id = scene.sorong.id
        with app.test_request_context(), statements(app) as sent:
            imported = importing.take_in(
                session,
                agency_id,
                ImportKind.PEOPLE,
                filename="x.csv",
                data=sheet(*rows),
                by=None,
                now=now,
            )
            importing.name_columns(session, imported, imported.mapping, now=now)
            importing.confirm(session, imported, whole=False, invites=False, by=None, now=now)
            while importing.save_portion(session, imported.id, now=now):
                pass
        assert imported.counts["new"] == many
        asked.append(sent)
    assert len(asked[0]) == len(asked[1]), [one[:60] for one in asked[1]]


@given(
    st.lists(
        st.tuples(
            st.integers(1, 999),
            st.sampled_from(["PNS", "CPNS"]),
            st.sampled_from(["", "III/a", "IV/b"]),
            st.sampled_from(["aktif", "pensiun"]),
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda one: one[0],
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_imported_twice_changes_nothing_the_second_time(
    app: Flask,
    scene: Scene,
    session: Session,
    now: datetime,
    people: list[tuple[int, str, str, str, str]],
) -> None:
    rows = [
        row(
            f"198603142010012{serial:03}",
            f"Orang {serial}",
            jenis_asn=kind,
            golongan=grade,
            status=status,
            gelar_depan=title,
        )
        for serial, kind, grade, status, title in people
    ]
    data = sheet(*rows)
    for again in (False, True):
        with app.test_request_context():
            imported = importing.take_in(
                session,
                scene.sorong.id,
                ImportKind.PEOPLE,
                filename="x.csv",
                data=data,
                by=None,
                now=now,
            )
            importing.name_columns(session, imported, imported.mapping, now=now)
            if again:
                assert importing.to_save(imported) == 0
                assert imported.counts["unchanged"] == len(rows)
            elif importing.to_save(imported):
                importing.confirm(session, imported, whole=True, invites=False, by=None, now=now)
                while importing.save_portion(session, imported.id, now=now):
                    pass
                session.expire_all()


# --- units ---


def units(*rows: list[str]) -> bytes:
    return sheet(*rows, header=UNITS)


def test_units_come_with_their_places_in_any_order_and_twice_is_once(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    data = units(
        ["U6", "Seksi Gizi", "seksi", "U5", "", "", ""],
        ["U5", "Bidang Gizi", "bidang", "U1", "96.71.07", "02-01-2025", ""],
        ["U0", "Dinas Lama", "dinas", "", "", "01-01-2010", "31-12-2020"],
    )
    path = try_out(dewi, data, "units")
    assert counts(session) == {"new": 3}
    dewi.post(f"{path}/simpan")
    run_jobs()
    found = {
        unit.code: unit for unit in session.scalars(sa.select(Unit).where(Unit.agency_id == scene.sorong.id))
    }
    assert (found["U6"].parent_id, found["U5"].parent_id) == (found["U5"].id, found["U1"].id)
    assert (found["U5"].kemendagri_code, str(found["U0"].valid_to)) == ("96.71.07", "2020-12-31")
    try_out(dewi, data, "units")
    assert counts(session) == {"unchanged": 3}


def test_a_new_name_from_a_day_on_keeps_the_old_unit(
    scene: Scene, session: Session, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    data = units(["U2", "Puskesmas Remu", "puskesmas", "U1", "", "2026-02-01", ""])
    dewi.post(f"{try_out(dewi, data, 'units')}/simpan")
    run_jobs()
    session.expire_all()
    new = session.scalars(sa.select(Unit).where(Unit.name == "Puskesmas Remu")).one()
    assert (str(scene.clinic.valid_to), scene.ayu.unit_id) == ("2026-01-31", new.id)
    try_out(dewi, data, "units")
    assert counts(session) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["U5", "A", "bidang", "U9", "", "", ""], "Unit induk “U9” tidak dikenal"),
        (["U1", "Dinas Kesehatan", "dinas", "U2", "", "", ""], "berada di bawah dirinya sendiri"),
        (["U2", "Puskesmas", "", "", "", "", ""], "Jenis unit belum diisi"),
        (["U2", "Puskesmas Malawei", "p", "", "", "", "2026-01-01"], "Masih ada 1 pegawai aktif"),
        (["U5", "A", "bidang", "", "9671", "", ""], "Kode Kemendagri “9671” belum benar"),
        (["U5", "A", "bidang", "", "", "2026-02-01", "2026-01-01"], "lebih awal daripada"),
        (["U5", "A", "bidang", "", "", "", "2090-01-01"], "belum lewat"),
        (["U5", "A", "bidang", "", "", "2090-01-01", ""], "belum tiba"),
        (["U2", "Puskesmas Remu", "puskesmas", "U1", "", "2090-01-01", ""], "belum tiba"),
    ],
)
def test_units_that_cannot_be_are_refused_with_the_reason(
    line: list[str], said: str, scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    path = try_out(dewi, units(line), "units")
    assert counts(session) == {"wrong": 1}
    assert said in dewi.get(path).text


# --- terminal ---


def test_the_terminal_goes_the_same_way(
    app: Flask, scene: Scene, session: Session, run_jobs: Callable[[], int], tmp_path: Path
) -> None:
    file = tmp_path / "p.csv"
    file.write_bytes(
        sheet(row(), row(OTHER_NIP, "Rahmat", jenis_asn="PPPK", kode_unit="U7", nama_unit="Dinas Kesehatn"))
    )
    runner = app.test_cli_runner()
    dry = runner.invoke(args=["people", "import", str(file), "--agency", "Sorong", "--dry-run"])
    assert dry.exit_code == 1, dry.output
    assert "1 new" in dry.output
    assert "3: Kode unit “U7” tidak dikenal" in dry.output
    assert session.scalars(sa.select(Import)).all() == []
    assert runner.invoke(args=["people", "import", str(file), "--agency", "Medan"]).exit_code == 2
    real = runner.invoke(args=["people", "import", str(file), "--agency", str(scene.sorong.id)])
    assert "the worker saves it now" in real.output
    run_jobs()
    assert numbered(session, NIP) is not None
    assert session.scalars(sa.select(Import.state)).all() == [ImportState.DONE]
