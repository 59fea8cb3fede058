"""The authors of a course: found among colleagues, added, removed, told about it, and never none."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.catalogue.models import CourseStaff
from lms.audit.models import AuditEntry
from lms.notifications.models import Notification, Outgoing
from lms.people.models import Person, PersonStatus
from tests.authoring.conftest import Scene
from tests.conftest import Client
from tests.statements import statements


def staff(session: Session, scene: Scene) -> set[uuid.UUID]:
    session.expire_all()
    found = sa.select(CourseStaff.person_id).where(CourseStaff.course_id == scene.course.id)
    return set(session.scalars(found))


def acts(session: Session) -> list[str]:
    about = sa.select(AuditEntry.act).where(AuditEntry.subject == "course")
    return list(session.scalars(about.order_by(AuditEntry.id)))


def told(session: Session) -> list[Notification]:
    about = sa.select(Notification).where(Notification.kind.startswith("authoring:"))
    return list(session.scalars(about.order_by(Notification.id)))


def test_a_colleague_is_found_added_told_and_may_change_the_course(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra, gita = client_of(scene.citra), client_of(scene.gita)
    page = f"{scene.page}/penyusun"
    assert gita.get(page).status_code == 403
    assert scene.gita.titled_name in citra.get(f"{page}?cari=gita").text
    assert citra.post(page, data={"person": str(scene.gita.id)}).status_code == 303
    assert staff(session, scene) == {scene.citra.id, scene.gita.id}
    assert gita.get(page).status_code == 200
    assert gita.get(f"{scene.page}/data").status_code == 200
    [line] = told(session)
    assert line.person_id == scene.gita.id
    assert line.text == "Citra Dewi menambahkan Anda sebagai penyusun kursus Etika Pelayanan."
    assert line.path == scene.page
    subjects = session.scalars(sa.select(Outgoing.subject)).all()
    assert "Anda menjadi penyusun kursus Etika Pelayanan" in subjects
    assert acts(session) == ["course:author-added"]


def test_adding_twice_changes_nothing_and_tells_nobody_twice(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    for _ in range(2):
        citra.post(f"{scene.page}/penyusun", data={"person": str(scene.gita.id)})
    assert len(told(session)) == 1
    assert len(acts(session)) == 1


@pytest.mark.parametrize("typed", ["gita", "GITA S", "e-mail", "number"])
def test_name_number_and_address_find_people_of_the_agency_only(
    typed: str, scene: Scene, session: Session, client_of: Client
) -> None:
    wanted = {"e-mail": scene.gita.email, "number": number_of(session, scene.gita)}.get(typed, typed)
    page = client_of(scene.citra).get(f"{scene.page}/penyusun", query_string={"cari": wanted}).text
    assert f'value="{scene.gita.id}"' in page
    foreign = client_of(scene.citra).get(f"{scene.page}/penyusun", query_string={"cari": "hadi"}).text
    assert "Tidak ada pegawai aktif" in foreign


def number_of(session: Session, person: Person) -> str:
    return str(
        session.scalar(sa.text("SELECT number FROM employee_number WHERE person_id = :id"), {"id": person.id})
    )


def test_who_has_no_role_to_write_courses_is_refused_and_the_search_stays(
    scene: Scene, session: Session, client_of: Client
) -> None:
    page = client_of(scene.citra).post(
        f"{scene.page}/penyusun", data={"person": str(scene.ayu.id), "cari": "ayu"}
    )
    assert page.status_code == 422
    assert "Ayu Lestari belum menjadi pengajar." in page.text
    assert 'value="ayu"' in page.text
    assert staff(session, scene) == {scene.citra.id}


def test_strangers_and_people_who_left_do_not_exist(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra, page = client_of(scene.citra), f"{scene.page}/penyusun"
    scene.gita.status = PersonStatus.RETIRED
    session.commit()
    for person in (scene.hadi.id, scene.gita.id, uuid.uuid4(), "bukan-id", ""):
        assert citra.post(page, data={"person": str(person)}).status_code == 404
    assert "Tidak ada pegawai aktif" in citra.get(f"{page}?cari=gita").text
    assert client_of(scene.hadi).get(page).status_code == 404
    assert client_of(scene.hadi).post(page, data={"person": str(scene.hadi.id)}).status_code == 404


def test_an_author_may_leave_and_then_only_looks(scene: Scene, session: Session, client_of: Client) -> None:
    citra, dewi = client_of(scene.citra), client_of(scene.dewi)
    dewi.post(f"{scene.page}/penyusun", data={"person": str(scene.gita.id)})
    left = citra.post(f"{scene.page}/penyusun/keluarkan", data={"person": str(scene.citra.id)})
    assert left.status_code == 303
    assert left.location == scene.page
    assert citra.get(scene.page).status_code == 200
    assert citra.get(f"{scene.page}/data").status_code == 403
    assert staff(session, scene) == {scene.gita.id}
    assert [line.person_id for line in told(session)] == [scene.gita.id]


def test_who_is_taken_off_is_told_and_the_last_author_stays(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi, page = client_of(scene.dewi), f"{scene.page}/penyusun"
    dewi.post(page, data={"person": str(scene.gita.id)})
    assert dewi.post(f"{page}/keluarkan", data={"person": str(scene.citra.id)}).status_code == 303
    line = told(session)[-1]
    assert line.person_id == scene.citra.id
    assert line.text == "Anda bukan penyusun kursus Etika Pelayanan lagi. Diubah oleh Dewi Anggraini."
    last = dewi.post(f"{page}/keluarkan", data={"person": str(scene.gita.id)})
    assert last.status_code == 409
    assert "Gita Sari penyusun terakhir kursus ini." in last.text
    assert staff(session, scene) == {scene.gita.id}
    assert acts(session) == ["course:author-added", "course:author-removed"]


def test_the_page_asks_the_database_little(scene: Scene, app: Flask, client_of: Client) -> None:
    citra = client_of(scene.citra)
    with statements(app) as seen:
        citra.get(f"{scene.page}/penyusun?cari=a")
    assert len(seen) <= 5
