"""A class as its staff sees it."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from courses.cohorts.models import ActivityDates
from courses.progress.models import State
from courses.progress.services import record
from lms.access import Role
from lms.notifications.models import Notification
from tests.conftest import Client, Statements
from tests.factories.learning import make_cohort, make_course, make_lesson, make_module, make_seat
from tests.factories.people import make_agency, make_person


class Scene:
    """Two learners: Ayu has done the first of two lessons, Bima nothing; the first one is overdue."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.agency = make_agency(session)
        self.citra = make_person(session, self.agency, "Citra Dewi", Role.INSTRUCTOR)
        self.dewi = make_person(session, self.agency, "Dewi Anggraini", Role.ADMIN)
        course = make_course(session, self.agency, self.citra, now)
        module = make_module(session, course, now)
        self.first, self.second = (
            make_lesson(session, module, now, "Satu"),
            make_lesson(session, module, now, "Dua"),
        )
        self.cohort = make_cohort(session, course, self.citra, now)
        self.ayu, self.bima = (make_person(session, self.agency, n) for n in ("Ayu Lestari", "=Bima Sakti"))
        self.seats = [make_seat(session, self.cohort, person, now) for person in (self.ayu, self.bima)]
        record(session, self.seats[0].id, self.first.id, State.DONE, now=now)
        session.add(
            ActivityDates(cohort_id=self.cohort.id, activity_id=self.first.id, due_at=now - timedelta(days=1))
        )
        session.commit()

    @property
    def page(self) -> str:
        return f"/kelola/kelas/{self.cohort.id}/kemajuan"


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return Scene(session, now)


def test_the_teacher_sees_everybody_and_who_is_behind(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    page = citra.get(scene.page).text
    assert "Ayu Lestari" in page
    assert "=Bima Sakti" in page
    behind = citra.get(scene.page + "?filter=behind").text
    assert "=Bima Sakti" in behind
    assert "Ayu Lestari" not in behind
    assert "Tidak ada peserta" in citra.get(scene.page + "?filter=finished").text


def test_a_search_finds_by_name_and_leaves_wildcards_alone(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    assert "Ayu Lestari" in citra.get(scene.page + "?cari=lest").text
    assert "Ayu Lestari" not in citra.get(scene.page + "?cari=%25zzz").text


def test_the_number_of_statements_does_not_grow_with_the_class(
    scene: Scene, client_of: Client, statements: Statements
) -> None:
    dewi = client_of(scene.dewi)
    with statements() as few:
        dewi.get(scene.page)
    for n in range(12):
        person = make_person(scene.session, scene.agency, f"Peserta {n}")
        make_seat(scene.session, scene.cohort, person, scene.now)
    scene.session.commit()
    with statements() as many:
        dewi.get(scene.page)
    assert len(many) == len(few) <= 8


def test_another_teacher_and_another_agency_find_no_class(scene: Scene, client_of: Client) -> None:
    stranger = make_person(scene.session, scene.agency, "Eko", Role.INSTRUCTOR)
    elsewhere = make_person(
        scene.session, make_agency(scene.session, "Pemerintah Kota Salatiga"), "Fajar", Role.ADMIN
    )
    for person in (stranger, elsewhere):
        client = client_of(person)
        for path in (scene.page, scene.page + ".csv", scene.page + ".xlsx"):
            assert client.get(path).status_code == 404
    assert client_of(scene.ayu).get(scene.page).status_code == 403


def test_exports_hold_everybody_and_defuse_formulas(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    text = citra.get(scene.page + ".csv").get_data().decode("utf-8-sig")
    head, bima, ayu = text.splitlines()
    assert head.startswith("Nama;")
    assert ayu.startswith("Ayu Lestari;")
    assert ayu.endswith(";Selesai;Belum")
    assert bima.endswith(";Terlambat;Belum")
    assert "\n=Bima" not in text
    assert "Bima Sakti" in text
    book = citra.get(scene.page + ".xlsx").get_data()
    assert zipfile.is_zipfile(io.BytesIO(book))


def test_one_learner_in_detail_and_nobody_elses(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    page = citra.get(f"/kelola/kelas/{scene.cohort.id}/peserta/{scene.seats[0].id}")
    assert "1 dari 2 kegiatan selesai" in page.text
    other = citra.get(f"/kelola/kelas/{scene.cohort.id}/peserta/{scene.cohort.id}")
    assert other.status_code == 404


def test_a_reminder_reaches_the_chosen_learners_of_this_class_only_and_once(
    scene: Scene, client_of: Client
) -> None:
    outsider = make_seat(
        scene.session,
        make_cohort(scene.session, scene.cohort.course, scene.dewi, scene.now),
        make_person(scene.session, scene.agency, "Gita"),
        scene.now,
    )
    scene.session.commit()
    before = scene.session.query(Notification).filter(Notification.kind == "progress:reminder").count()
    chosen = [str(scene.seats[1].id), str(outsider.id)]
    for _press in range(2):
        client_of(scene.citra).post(f"/kelola/kelas/{scene.cohort.id}/pengingat", data={"enrolment": chosen})
    told = scene.session.query(Notification).filter(Notification.kind == "progress:reminder").all()
    assert [n.person_id for n in told] == [scene.bima.id]
    assert before == 0
