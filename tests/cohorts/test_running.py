"""Opening, changing, publishing, copying and dating cohorts; and who may."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.cohorts.models import ActivityDates, Admission, Cohort, CohortStaff, Delivery
from courses.cohorts.schedule import local_moment
from lms.audit.models import AuditEntry
from tests.cohorts.scene import Scene
from tests.conftest import Client
from tests.factories.learning import make_course
from tests.statements import statements


def sent(scene: Scene, **changes: str) -> dict[str, str]:
    """A whole form as a browser sends it."""
    return {
        "course": str(scene.course.id),
        "name": "Angkatan V",
        "starts_on": "2027-01-04",
        "ends_on": "2027-01-29",
        "zone": "Asia/Jayapura",
        "quota": "30",
        "delivery": "in_person",
        "place": "Aula BKPSDM",
        "admission": "approval",
        "enrol_from": "",
        "enrol_until": "2027-01-03",
        **changes,
    }


def opened(session: Session) -> Cohort | None:
    return session.scalars(sa.select(Cohort).where(Cohort.name == "Angkatan V")).one_or_none()


def acts(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


def test_an_administrator_opens_a_class_as_a_draft(scene: Scene, client_of: Client, session: Session) -> None:
    answer = client_of(scene.dewi).post("/kelola/kelas/baru", data=sent(scene))
    made = opened(session)
    assert made is not None
    assert answer.location == f"/kelola/kelas/{made.id}"
    assert (made.published, made.quota, made.zone) == (False, 30, "Asia/Jayapura")
    assert (made.delivery, made.admission) == (Delivery.IN_PERSON, Admission.APPROVAL)
    assert (made.enrol_from, made.enrol_until) == (None, date(2027, 1, 3))
    assert acts(session)[-1] == "cohort:opened"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "kemarin"}, "starts_on"),
        ({"ends_on": "2027-01-03"}, "ends_on"),
        ({"enrol_until": "2027-02-01"}, "enrol_until"),
        ({"enrol_from": "2027-01-04"}, "enrol_until"),
        ({"quota": "0"}, "quota"),
        ({"quota": "banyak"}, "quota"),
        ({"place": ""}, "place"),
        ({"zone": "Europe/Paris"}, "zone"),
        ({"delivery": "astral"}, "delivery"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    scene: Scene, client_of: Client, session: Session, changes: dict[str, str], field: str
) -> None:
    page = client_of(scene.dewi).post("/kelola/kelas/baru", data=sent(scene, **changes))
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert 'value="Angkatan V"' in page.text or field == "name"
    assert opened(session) is None


def test_a_course_of_another_agency_cannot_be_run(scene: Scene, client_of: Client, session: Session) -> None:
    galih = client_of(scene.galih)
    assert galih.post("/kelola/kelas/baru", data=sent(scene)).status_code == 422
    assert opened(session) is None
    assert "Etika Pelayanan" not in galih.get("/kelola/kelas/baru").text


def test_courses_of_one_title_can_be_told_apart(scene: Scene, client_of: Client, session: Session) -> None:
    make_course(session, scene.agency, scene.citra, scene.course.created_at - timedelta(days=40), "Kearsipan")
    page = client_of(scene.dewi).get("/kelola/kelas/baru").text
    assert ">Kearsipan</option>" in page
    make_course(session, scene.agency, scene.citra, scene.course.created_at, "Kearsipan")
    page = client_of(scene.dewi).get("/kelola/kelas/baru").text
    labels = re.findall(r">(Kearsipan · dibuat [^<]+)</option>", page)
    assert len(set(labels)) == 2


def test_changing_keeps_what_it_was_in_the_audit_trail(
    scene: Scene, client_of: Client, session: Session
) -> None:
    here = f"/kelola/kelas/{scene.cohort.id}/ubah"
    before = scene.cohort.revision
    assert client_of(scene.dewi).post(here, data=sent(scene, quota="")).status_code == 303
    session.expire_all()
    assert scene.cohort.name == "Angkatan V"
    assert scene.cohort.quota is None
    assert scene.cohort.revision == before + 1
    noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "cohort:changed")).one()
    assert noted.before is not None
    assert noted.before["name"] == "Angkatan I"
    assert 'value="Angkatan V"' in client_of(scene.dewi).get(here).text


def test_saving_without_a_change_notes_nothing(scene: Scene, client_of: Client, session: Session) -> None:
    here = f"/kelola/kelas/{scene.cohort.id}/ubah"
    client_of(scene.dewi).post(here, data=sent(scene))
    client_of(scene.dewi).post(here, data=sent(scene))
    assert acts(session).count("cohort:changed") == 1


def test_publishing_shows_the_class_and_taking_it_back_needs_an_empty_one(
    scene: Scene, client_of: Client, session: Session
) -> None:
    cohort = scene.open_cohort(published=False)
    ayu, dewi = client_of(scene.ayu), client_of(scene.dewi)
    assert ayu.get(f"/jelajah/{cohort.id}").status_code == 404
    dewi.post(f"/kelola/kelas/{cohort.id}/terbit", data={"published": "1"})
    assert ayu.get(f"/jelajah/{cohort.id}").status_code == 200
    scene.seat(scene.ayu, cohort)
    dewi.post(f"/kelola/kelas/{cohort.id}/terbit", data={"published": "0"})
    assert "sudah mempunyai peserta" in dewi.get(f"/kelola/kelas/{cohort.id}").text
    session.expire_all()
    assert cohort.published
    assert acts(session).count("cohort:published") == 1


def test_the_next_batch_is_a_draft_with_the_same_people_and_rhythm(
    scene: Scene, client_of: Client, session: Session
) -> None:
    due = local_moment("2026-11-25T12:00", scene.cohort.zone)
    session.add(ActivityDates(cohort_id=scene.cohort.id, activity_id=scene.lesson.id, due_at=due))
    scene.seat(scene.ayu)
    answer = client_of(scene.dewi).post(f"/kelola/kelas/{scene.cohort.id}/salin")
    copy = session.scalars(sa.select(Cohort).where(Cohort.name == "Angkatan II")).one()
    assert answer.location == f"/kelola/kelas/{copy.id}/ubah"
    assert not copy.published
    shift = copy.starts_on - scene.cohort.starts_on
    assert shift % timedelta(weeks=1) == timedelta()
    dates = session.get_one(ActivityDates, (copy.id, scene.lesson.id))
    assert due is not None
    assert (dates.opens_at, dates.due_at) == (None, due + shift)
    assert session.get(CohortStaff, (copy.id, scene.citra.id)) is not None
    assert scene.state(scene.ayu, copy) is None


def dates_form(scene: Scene, opens: str, due: str) -> dict[str, str]:
    return {f"opens_{scene.lesson.id}": opens, f"due_{scene.lesson.id}": due}


def test_dates_are_typed_in_the_zone_of_the_class(scene: Scene, client_of: Client, session: Session) -> None:
    here, dewi = f"/kelola/kelas/{scene.cohort.id}/tanggal", client_of(scene.dewi)
    assert dewi.post(here, data=dates_form(scene, "", "2026-11-28T23:59")).status_code == 303
    dates = session.scalars(sa.select(ActivityDates)).one()
    assert dates.due_at == local_moment("2026-11-28T23:59", "Asia/Jayapura")
    page = dewi.get(here).text
    assert "(WIT)" in page
    assert 'value="2026-11-28T23:59"' in page
    dewi.post(here, data=dates_form(scene, "", ""))
    assert session.scalar(sa.select(sa.func.count()).select_from(ActivityDates)) == 0


@pytest.mark.parametrize(
    ("opens", "due", "field"),
    [("2026-11-28T10:00", "2026-11-28T09:00", "due"), ("besok", "", "opens")],
)
def test_dates_that_cannot_be_are_refused_and_kept_on_the_page(
    scene: Scene, client_of: Client, session: Session, opens: str, due: str, field: str
) -> None:
    page = client_of(scene.dewi).post(
        f"/kelola/kelas/{scene.cohort.id}/tanggal", data=dates_form(scene, opens, due)
    )
    assert page.status_code == 422
    assert f'href="#{field}_{scene.lesson.id}"' in page.text
    assert f'value="{opens}"' in page.text
    assert session.scalars(sa.select(ActivityDates)).all() == []


def test_teachers_are_appointed_from_the_agency_and_released(
    scene: Scene, client_of: Client, session: Session
) -> None:
    here, dewi = f"/kelola/kelas/{scene.cohort.id}", client_of(scene.dewi)
    assert client_of(scene.cahya).get(here).status_code == 404
    dewi.post(f"{here}/pengajar", data={"person": str(scene.cahya.id)})
    dewi.post(f"{here}/pengajar", data={"person": str(scene.cahya.id)})
    assert client_of(scene.cahya).get(here).status_code == 200
    dewi.post(f"{here}/pengajar/lepas", data={"person": str(scene.cahya.id)})
    assert client_of(scene.cahya).get(here).status_code == 404
    for stranger in (scene.galih, scene.ayu):
        assert dewi.post(f"{here}/pengajar", data={"person": str(stranger.id)}).status_code == 404
    assert dewi.post(f"{here}/pengajar", data={"person": "semua"}).status_code == 404


READ = ["", "/peserta", "/pengumuman"]
CHANGE = ["/ubah", "/tanggal", "/peserta/tambah"]
WRITES: list[tuple[str, dict[str, Any]]] = [
    ("/ubah", {}),
    ("/terbit", {"published": "1"}),
    ("/salin", {}),
    ("/tanggal", {}),
    ("/pengajar", {}),
    ("/pengajar/lepas", {}),
    ("/peserta/tambah/orang", {}),
    ("/peserta/tambah/nip", {}),
    ("/peserta/tambah/unit", {}),
]


@pytest.mark.parametrize(
    ("who", "reads", "changes"),
    [
        ("dewi", 200, 200),
        ("citra", 200, 403),
        ("cahya", 404, 403),
        ("anton", 200, 403),
        ("galih", 404, 404),
        ("ayu", 403, 403),
        ("gita", 403, 403),
    ],
)
def test_each_role_sees_and_changes_what_is_theirs(
    scene: Scene, client_of: Client, who: str, reads: int, changes: int
) -> None:
    client, here = client_of(getattr(scene, who)), f"/kelola/kelas/{scene.cohort.id}"
    assert {client.get(here + path).status_code for path in READ} == {reads}
    assert {client.get(here + path).status_code for path in CHANGE} == {changes}
    if changes != 200:
        assert {client.post(here + path, data=data).status_code for path, data in WRITES} == {changes}


def test_the_list_shows_each_their_own_with_counts_filters_and_search(
    scene: Scene, client_of: Client
) -> None:
    scene.open_cohort(name="Angkatan Lalu", starts_on=date(2025, 1, 1), ends_on=date(2025, 2, 1))
    scene.open_cohort(name="Angkatan Draf", published=False)
    everything = client_of(scene.dewi).get("/kelola/kelas").text
    for label, count in (("Semua", 3), ("Draf", 1), ("Dibuka", 0), ("Berjalan", 1), ("Selesai", 1)):
        assert re.search(rf"{label} <span>{count}</span>", everything), label
    past = client_of(scene.dewi).get("/kelola/kelas?keadaan=finished").text
    assert "Angkatan Lalu" in past
    assert "Angkatan Draf" not in past
    assert "Angkatan Draf" in client_of(scene.dewi).get("/kelola/kelas?cari=draf").text
    assert "Angkatan Lalu" not in client_of(scene.dewi).get("/kelola/kelas?cari=draf").text
    assert "Tidak ada yang cocok" in client_of(scene.dewi).get("/kelola/kelas?cari=100%25").text
    assert client_of(scene.dewi).get("/kelola/kelas?keadaan=aneh").status_code == 404
    assert "Angkatan" not in client_of(scene.galih).get("/kelola/kelas").text
    assert "Angkatan" not in client_of(scene.cahya).get("/kelola/kelas").text
    assert "Angkatan Lalu" in client_of(scene.citra).get("/kelola/kelas").text
    assert "Buka kelas baru" not in client_of(scene.citra).get("/kelola/kelas").text
    assert "Buka kelas baru" not in client_of(scene.anton).get("/kelola/kelas").text


def test_pages_ask_no_more_of_a_large_agency_than_of_a_small_one(
    app: Flask, scene: Scene, client_of: Client
) -> None:
    dewi, here = client_of(scene.dewi), f"/kelola/kelas/{scene.cohort.id}"
    paths = ["/kelola/kelas", here, f"{here}/peserta", f"{here}/peserta/tambah?cari=uji", f"{here}/tanggal"]
    small = [_count(app, dewi, path) for path in paths]
    for person in scene.people(12):
        scene.seat(person)
    for number in range(6):
        scene.open_cohort(name=f"Angkatan {number}")
    assert [_count(app, dewi, path) for path in paths] == small
    assert max(small) <= 5


def _count(app: Flask, client: Any, path: str) -> int:
    with statements(app) as asked:
        assert client.get(path).status_code == 200
    return len(asked)
