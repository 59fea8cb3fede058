"""Forming groups: by hand, from a list, by a draw; due dates of a class; the list of groups and the sheet of marks."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.cohorts.services import withdraw
from courses.projects import forming
from courses.projects.models import Group, GroupMember, MilestoneDue
from courses.projects.queries import milestones_of, participants_of
from lms.access import Role
from lms.audit.models import AuditEntry
from lms.people.models import EmployeeNumber, Person
from lms.people.sheets import read, write_xlsx
from tests.conftest import Client
from tests.factories.people import actor_for, make_person
from tests.factories.projects import Scene


def placed(session: Session, scene: Scene) -> dict[str, str]:
    """Who is in which group now, by first names and names."""
    session.expire_all()
    names = {group.id: group.name for group in session.scalars(sa.select(Group))}
    return {
        person.name.split()[0]: names[person.group_id]
        for person in participants_of(session, scene.ran)
        if person.group_id
    }


def number_of(session: Session, person: Person) -> str:
    found = sa.select(EmployeeNumber.number).where(EmployeeNumber.person_id == person.id)
    return session.scalars(found).one()


def field(scene: Scene, person: Person) -> str:
    return f"group-{scene.enrolment(person).id}"


def test_people_are_placed_moved_and_taken_out_by_selects(
    scene: Scene, client_of: Client, session: Session
) -> None:
    citra = client_of(scene.citra)
    form = {
        field(scene, scene.dian): str(scene.other_group.id),
        field(scene, scene.bayu): str(scene.other_group.id),
        field(scene, scene.ayu): "",
        field(scene, scene.budi): str(scene.other_group.id),
    }
    sent = citra.post(f"{scene.desk}/kelompok", data=form, follow_redirects=True)
    assert "3 peserta dipindahkan" in sent.text
    assert placed(session, scene) == {"Bayu": "Kelompok 2", "Budi": "Kelompok 2", "Dian": "Kelompok 2"}
    again = citra.post(f"{scene.desk}/kelompok", data=form, follow_redirects=True)
    assert "Tidak ada yang berubah" in again.text


def test_who_moves_after_work_leaves_a_trace(scene: Scene, client_of: Client, session: Session) -> None:
    scene.submit(scene.ayu)
    form = {field(scene, scene.bayu): str(scene.other_group.id)}
    client_of(scene.citra).post(f"{scene.desk}/kelompok", data=form)
    rows = session.scalars(
        sa.select(GroupMember)
        .where(GroupMember.enrolment_id == scene.enrolment(scene.bayu).id)
        .order_by(GroupMember.joined_at)
    ).all()
    assert [(row.group_id, row.left_at is None) for row in rows] == [
        (scene.group.id, False),
        (scene.other_group.id, True),
    ]
    assert "Antrean kami panjang" not in client_of(scene.bayu).get(scene.here).text
    assert "Pernah menjadi anggota: Bayu Saputra" in client_of(scene.ayu).get(scene.here).text


def test_who_was_misplaced_for_a_moment_leaves_none(scene: Scene, session: Session) -> None:
    by = actor_for(scene.citra, Role.INSTRUCTOR)
    for target in (scene.group.id, None):
        wanted = {scene.enrolment(scene.dian).id: target}
        assert forming.place(session, scene.ran, wanted, by=by, now=scene.now) == 1
    later = scene.now + timedelta(hours=2)
    assert forming.place(session, scene.ran, {scene.enrolment(scene.budi).id: None}, by=by, now=later) == 1
    rows = session.execute(sa.select(GroupMember.enrolment_id, GroupMember.left_at)).all()
    assert scene.enrolment(scene.dian).id not in {row.enrolment_id for row in rows}
    assert (scene.enrolment(scene.budi).id, later) in [tuple(row) for row in rows]


def test_a_group_of_another_class_is_no_place(scene: Scene, client_of: Client, session: Session) -> None:
    form = {field(scene, scene.dian): str(uuid.uuid4())}
    client_of(scene.citra).post(f"{scene.desk}/kelompok", data=form)
    assert "Dian" not in placed(session, scene)


def test_a_draw_places_everybody_who_has_no_group_and_keeps_its_seed(
    scene: Scene, client_of: Client, session: Session
) -> None:
    for number in range(5):
        scene.enrol(make_person(session, scene.agency, f"Peserta{number} Baru"))
    session.commit()
    citra = client_of(scene.citra)
    assert "kelompok dibuat" in citra.post(f"{scene.desk}/kelompok/acak", follow_redirects=True).text
    where = placed(session, scene)
    assert len(where) == 9
    drawn = session.scalars(sa.select(Group).where(Group.seed.is_not(None))).all()
    assert {group.name for group in drawn} == {"Kelompok 3", "Kelompok 4"}
    assert where["Ayu"] == "Kelompok 1"
    assert citra.post(f"{scene.desk}/kelompok/acak").status_code == 409
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "project:groups-drawn")).one()
    assert entry.after is not None
    assert entry.after["seed"] == str(drawn[0].seed)


def test_the_same_seed_draws_the_same_groups(scene: Scene, session: Session) -> None:
    for number in range(8):
        scene.enrol(make_person(session, scene.agency, f"Peserta{number} Baru"))
    by = actor_for(scene.citra, Role.INSTRUCTOR)
    seen = []
    for _try in range(2):
        with session.begin_nested() as nested:
            forming.draw_groups(session, scene.ran, by=by, now=scene.now, seed=7)
            seen.append(placed(session, scene))
            nested.rollback()
    assert seen[0] == seen[1]


def test_a_pasted_list_places_what_is_right_and_says_what_is_wrong(
    scene: Scene, client_of: Client, session: Session
) -> None:
    grouped = number_of(session, scene.dian)
    spaced = f"{grouped[:8]} {grouped[8:14]} {grouped[14]} {grouped[15:]}"
    lines = [
        "NIP;Kelompok",
        f"{spaced};Kelompok Baru",
        f"{number_of(session, scene.budi)};kelompok baru",
        "198603142005012999;Kelompok 1",
        f"{number_of(session, scene.ayu)};",
        f"{grouped};Kelompok 1",
        "tanpa nomor;Kelompok 1",
    ]
    page = client_of(scene.citra).post(f"{scene.desk}/kelompok/daftar", data={"text": "\n".join(lines)})
    assert page.status_code == 200
    where = placed(session, scene)
    assert where["Dian"] == where["Budi"] == "Kelompok Baru"
    assert where["Ayu"] == "Kelompok 1"
    for words in (
        "2 ditempatkan, 4 perlu diperbaiki",
        "Dian Pertiwi masuk Kelompok Baru.",
        "bukan peserta aktif kelas ini",
        "NIP ini sudah ada di baris lain.",
        "Baris ini tidak memuat NIP",
        "Baris 4",
    ):
        assert words in page.text
    kept = page.text.partition("<textarea")[2].partition("</textarea>")[0]
    assert "198603142005012999" in kept
    assert spaced not in kept


def test_a_sheet_is_read_like_a_pasted_list(scene: Scene, client_of: Client, session: Session) -> None:
    book = io.BytesIO()
    write_xlsx(book, [("NIP", "Kelompok"), (number_of(session, scene.dian), "Kelompok 1")])
    sent = client_of(scene.citra).post(
        f"{scene.desk}/kelompok/daftar", data={"file": (io.BytesIO(book.getvalue()), "daftar.xlsx")}
    )
    assert sent.status_code == 200
    assert placed(session, scene)["Dian"] == "Kelompok 1"


@pytest.mark.parametrize("text", ["", "NIP;Kelompok", '"tidak ditutup;x'])
def test_an_empty_or_broken_list_is_refused_at_its_field(scene: Scene, client_of: Client, text: str) -> None:
    page = client_of(scene.citra).post(f"{scene.desk}/kelompok/daftar", data={"text": text})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_groups_have_names_of_their_own(scene: Scene, client_of: Client, session: Session) -> None:
    citra = client_of(scene.citra)
    assert citra.post(f"{scene.desk}/kelompok/baru", data={"name": "Loket  Timur"}).status_code == 303
    refused = citra.post(f"{scene.desk}/kelompok/baru", data={"name": "loket timur"})
    assert refused.status_code == 422
    assert "sudah dipakai kelompok lain" in refused.text
    assert citra.post(f"{scene.desk}/kelompok/baru", data={"name": ""}).status_code == 422
    path = f"{scene.desk}/kelompok/{scene.group.id}/nama"
    assert "sudah dipakai" in citra.post(path, data={"name": "Loket Timur"}, follow_redirects=True).text
    citra.post(path, data={"name": "Loket Barat"})
    assert "Loket Barat" in client_of(scene.ayu).get(scene.here).text


def test_only_a_group_that_did_nothing_can_be_deleted(
    scene: Scene, client_of: Client, session: Session
) -> None:
    citra = client_of(scene.citra)
    scene.submit(scene.ayu)
    assert citra.post(f"{scene.desk}/kelompok/{scene.group.id}/hapus").status_code == 409
    assert citra.post(f"{scene.desk}/kelompok/{scene.other_group.id}/hapus").status_code == 303
    assert session.scalars(sa.select(Group.name)).all() == ["Kelompok 1"]


def test_who_leaves_the_class_leaves_the_group(scene: Scene, session: Session) -> None:
    scene.submit(scene.ayu)
    with scene.app.app_context():
        withdraw(session, scene.enrolment(scene.bayu), by=actor_for(scene.dewi, Role.ADMIN), now=scene.now)
        session.commit()
    assert "Bayu" not in placed(session, scene)


@pytest.mark.parametrize("path", ["", "/acak", "/daftar", "/baru"])
def test_only_those_who_mark_the_class_form_groups(scene: Scene, client_of: Client, path: str) -> None:
    address = f"{scene.desk}/kelompok{path}"
    for person, status in [(scene.gita, 403), (scene.ayu, 403), (scene.hadi, 404), (scene.wayan, 404)]:
        assert client_of(person).post(address, data={"name": "x", "text": "1;x"}).status_code == status
    assert client_of(scene.dewi).get(f"{scene.desk}/kelompok").status_code == 200
    assert client_of(scene.gita).get(f"{scene.desk}/kelompok").status_code == 403


def test_a_class_has_due_dates_of_its_own(scene: Scene, client_of: Client, session: Session) -> None:
    first, second = milestones_of(session, scene.activity_id)
    citra = client_of(scene.citra)
    planned = "2026-11-28T23:59"
    form = {f"due-{first.id}": "2026-11-25T16:00", f"due-{second.id}": planned}
    assert f'value="{planned}"' in citra.get(scene.desk).text
    citra.post(f"{scene.desk}/tenggat", data=form)
    rows = session.scalars(sa.select(MilestoneDue)).all()
    assert [(row.milestone_id, row.due_at) for row in rows] == [
        (first.id, datetime(2026, 11, 25, 7, 0, tzinfo=UTC))
    ]
    assert "25 November 2026, 16.00 WIT" in client_of(scene.ayu).get(scene.here).text
    form[f"due-{first.id}"] = "2026-11-26T16:00"
    citra.post(f"{scene.desk}/tenggat", data=form)
    assert "26 November 2026, 16.00 WIT" in client_of(scene.ayu).get(scene.here).text
    citra.post(f"{scene.desk}/tenggat", data={f"due-{first.id}": "", f"due-{uuid.uuid4()}": planned})
    assert session.scalar(sa.select(sa.func.count()).select_from(MilestoneDue)) == 0
    refused = citra.post(f"{scene.desk}/tenggat", data={f"due-{first.id}": "besok"}, follow_redirects=True)
    assert "Tenggat tidak terbaca" in refused.text
    assert client_of(scene.gita).post(f"{scene.desk}/tenggat", data=form).status_code == 403


def test_the_list_says_where_each_group_stands(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    scene.submit(scene.ayu, stage=0, now=scene.now + timedelta(days=1))
    page = citra.get(scene.desk).text
    assert "Rancangan, versi 1" in page
    assert "Terlambat" in page
    assert "Belum ada kumpulan" in page
    only = citra.get(f"{scene.desk}?keadaan=submitted").text
    assert "Kelompok 1" in only
    assert "Kelompok 2" not in only
    assert "Tidak ada kelompok di sini" in citra.get(f"{scene.desk}?keadaan=released").text


def test_a_class_without_groups_says_what_to_do(scene: Scene, client_of: Client, session: Session) -> None:
    session.execute(sa.delete(Group))
    session.commit()
    assert "Belum ada kelompok" in client_of(scene.citra).get(scene.desk).text
    assert "sesudah pengajar membagi" in client_of(scene.gita).get(scene.desk).text


def test_the_sheet_of_marks_has_a_row_for_each_participant(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    citra = client_of(scene.citra)
    marks = {"points-c1": "4", "points-c2": "3", "points-c3": "3"}
    citra.post(scene.marking(), data=marks)
    citra.post(f"{scene.marking()}/rilis")
    sheet = read(citra.get(f"{scene.desk}/nilai.xlsx").data)
    text = citra.get(f"{scene.desk}/nilai.csv").get_data(as_text=True)
    assert sheet[0].cells[:4] == ("NIP", "Nama", "Unit kerja", "Kelompok")
    rows = {row.cells[1]: row.cells for row in sheet[1:]}
    assert len(rows) == 4
    assert rows["Ayu Lestari"][0] == number_of(session, scene.ayu)
    assert rows["Bayu Saputra"][3] == "Kelompok 1"
    assert "81,25" in text
    assert text.count("\r\n") == 5


def test_a_project_of_another_course_is_not_of_this_class(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    assert citra.get(scene.desk.replace(str(scene.activity_id), str(uuid.uuid4()))).status_code == 404
    assert citra.get(scene.desk.replace(str(scene.cohort.id), str(uuid.uuid4()))).status_code == 404
