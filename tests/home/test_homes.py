"""Every role has a home that says what to do next, in few statements."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.certificates.services import issue
from courses.cohorts.models import ActivityDates, CohortStaff
from courses.home.waiting import MOST
from lms.access import Role
from lms.people.models import Person, PersonStatus, Unit
from tests.certificates.conftest import Scene as Office
from tests.conftest import Client, Statements
from tests.factories.learning import ESSAY, make_cohort, make_course, make_lesson, make_module, make_seat
from tests.factories.people import make_agency, make_person
from tests.factories.projects import Scene
from tests.projects.test_reviewing import release
from tests.quizzes.room import NUMBER, Room
from tests.quizzes.sending import keep, ticket_at
from tests.quizzes.test_attempts import begin


def write_essay(room: Room, client_of: Client) -> None:
    """Ayu answers the only question, an essay, and hands in."""
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"1": "Saya mencatat waktu tunggu."})
    ayu.post(f"{at}/kumpulkan")


def test_a_learner_is_told_the_next_step_and_what_is_late(
    session: Session, client_of: Client, now: datetime, statements: Statements
) -> None:
    agency = make_agency(session)
    citra = make_person(session, agency, "Citra", Role.INSTRUCTOR)
    ayu = make_person(session, agency, "Ayu")
    for n in range(3):
        course = make_course(session, agency, citra, now, f"Kursus {n}")
        lesson = make_lesson(session, make_module(session, course, now), now)
        cohort = make_cohort(session, course, citra, now)
        make_seat(session, cohort, ayu, now)
        session.add(ActivityDates(cohort_id=cohort.id, activity_id=lesson.id, due_at=now - timedelta(days=2)))
    session.commit()
    client = client_of(ayu)
    with statements() as sent:
        page = client.get("/").text
    assert len(sent) <= 8
    assert "Salam di loket" in page
    assert "Terlambat sejak" in page
    assert "20 JP lagi menuju 20 JP" in page


def test_somebody_without_a_class_is_told_so(session: Session, client_of: Client) -> None:
    assert "Belum ada kelas" in client_of(make_person(session, make_agency(session))).get("/").text


def test_an_administrator_sees_the_figures_of_the_own_agency_only(
    session: Session, client_of: Client, now: datetime, statements: Statements
) -> None:
    here, there = make_agency(session), make_agency(session, "Pemerintah Kota Salatiga")
    dewi = make_person(session, here, "Dewi", Role.ADMIN)
    fajar = make_person(session, there, "Fajar", Role.ADMIN)
    course = make_course(session, here, dewi, now, "Etika Pelayanan")
    make_cohort(session, course, dewi, now)
    session.commit()
    with statements() as sent:
        assert "Etika Pelayanan" in client_of(dewi).get("/").text
    assert len(sent) <= 8 + 3  # signing in takes some of them
    assert "Etika Pelayanan" not in client_of(fajar).get("/").text


def test_an_office_sees_how_many_of_its_people_have_reached_the_years_target(
    session: Session, client_of: Client, now: datetime
) -> None:
    scene = Office(session, now)
    ani, budi, cici = scene.seat_many(["Ani", "Budi", "Cici"])
    for seat, jp in ((ani, 20), (budi, 19), (cici, 30)):
        scene.cohort.course.jp = jp
        issue(session, scene.cohort, {seat.id}, by=scene.issuer, now=now)
    session.get_one(Person, cici.person_id).status = PersonStatus.RETIRED
    session.commit()
    page = " ".join(client_of(scene.dewi).get("/").text.split())
    assert re.search(r"Mencapai 20 JP.{0,60}>1 <small>dari 5<", page)


def test_units_of_fewer_than_five_people_are_in_no_chart(session: Session, client_of: Client) -> None:
    agency = make_agency(session)
    dewi = make_person(session, agency, "Dewi", Role.ADMIN)
    for name, people in (("Dinas Kesehatan", 5), ("Kelurahan Klademak", 4)):
        unit = Unit(agency_id=agency.id, code=name, name=name)
        session.add(unit)
        session.flush()
        for _ in range(people):
            make_person(session, agency).unit_id = unit.id
    session.commit()
    page = client_of(dewi).get("/").text
    assert "Dinas Kesehatan" in page
    assert "Klademak" not in page
    assert "dari 10" in page


def test_a_teacher_has_a_desk_and_a_learners_page(session: Session, client_of: Client) -> None:
    citra = client_of(make_person(session, make_agency(session), "Citra", Role.INSTRUCTOR))
    assert "Kelas berjalan" in citra.get("/").text
    assert "Belum ada kelas" in citra.get("/belajar").text


def test_a_teacher_is_told_first_which_answers_wait_for_a_mark(
    session: Session, client_of: Client, now: datetime, statements: Statements
) -> None:
    room = Room(session, now, ESSAY)
    citra = client_of(room.citra)
    assert "Perlu tindakan Anda" not in citra.get("/").text
    write_essay(room, client_of)
    with statements() as sent:
        page = citra.get("/").text
    assert len(sent) <= 8
    assert "1 hal menunggu Anda" in page
    assert "1 jawaban menunggu nilai" in page
    assert f'href="{room.desk}/penilaian"' in page
    somebody_else = make_person(session, room.agency, "Bagus", Role.INSTRUCTOR)
    assert "menunggu nilai" not in client_of(somebody_else).get("/").text


def test_a_teacher_of_many_classes_sees_the_first_of_what_waits_and_how_much_more_there_is(
    session: Session, client_of: Client, now: datetime
) -> None:
    rooms = [Room(session, now, ESSAY) for _ in range(MOST + 1)]
    citra = rooms[0].citra
    for room in rooms:
        write_essay(room, client_of)
        session.merge(CohortStaff(cohort_id=room.cohort.id, person_id=citra.id))
    session.commit()
    page = client_of(citra).get("/").text
    assert page.count("1 jawaban menunggu nilai") == MOST
    assert "1 hal lagi di kelas lain" in page
    assert f"{MOST + 1} hal menunggu Anda" in page


def test_a_teacher_is_told_of_answers_that_came_late(
    session: Session, client_of: Client, now: datetime
) -> None:
    room = Room(session, now, NUMBER)
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    ticket = ticket_at(ayu, at)
    ayu.post(f"{at}/kumpulkan")
    keep(ayu, at, {"1": "9"}, ticket=ticket)
    page = client_of(room.citra).get("/").text
    assert "1 jawaban terlambat menunggu keputusan" in page
    assert f'href="{room.desk}/jawaban-terlambat"' in page


def test_a_teacher_is_told_of_groups_whose_final_work_nobody_has_marked(
    app: Flask, session: Session, client_of: Client, now: datetime
) -> None:
    scene = Scene(app, session, now)
    citra = client_of(scene.citra)
    assert "kumpulan kelompok" not in citra.get("/").text
    for text in ("Antrean kami panjang.", "Antrean kami panjang sekali."):
        scene.submit(scene.ayu, text)
    page = citra.get("/").text
    assert "1 kumpulan kelompok menunggu nilai" in page
    release(scene, client_of)
    assert "kumpulan kelompok" not in citra.get("/").text


def test_an_auditor_reads_the_figures_and_is_asked_to_do_nothing(
    session: Session, client_of: Client, now: datetime
) -> None:
    agency = make_agency(session)
    dewi = make_person(session, agency, "Dewi", Role.ADMIN)
    hana = make_person(session, agency, "Hana", Role.AUDITOR)
    course = make_course(session, agency, dewi, now)
    cohort = make_cohort(session, course, dewi, now)
    session.execute(sa.delete(CohortStaff).where(CohortStaff.cohort_id == cohort.id))
    session.commit()
    assert "1 kelas tanpa pengajar" in client_of(dewi).get("/").text
    page = client_of(hana).get("/").text
    assert "Kelas berjalan" in page
    assert "Perlu tindakan Anda" not in page
