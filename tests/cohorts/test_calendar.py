"""A person's dates, on the page and in the phone's calendar."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from courses.cohorts.models import ActivityDates, CalendarAddress
from courses.cohorts.plan import Plan
from courses.cohorts.planning import change
from courses.cohorts.schedule import local_moment
from lms.people.models import PersonStatus
from tests.cohorts.icalendar import parsed
from tests.cohorts.scene import Scene
from tests.conftest import Client
from tests.factories.people import actor_for
from tests.statements import statements


@pytest.fixture
def dated(scene: Scene) -> Scene:
    """Ayu has a seat; the lesson opens and is due around midnight in the class's zone, two years from now."""
    scene.cohort.ends_on = scene.cohort.ends_on.replace(year=2028)
    opens, due = (local_moment(text, "Asia/Jayapura") for text in ("2028-11-27T08:00", "2028-11-28T23:59"))
    scene.session.add(
        ActivityDates(cohort_id=scene.cohort.id, activity_id=scene.lesson.id, opens_at=opens, due_at=due)
    )
    scene.seat(scene.ayu)
    return scene


def address_of(client: FlaskClient) -> str:
    """Make a feed and read its secret address from the page, as somebody would copy it."""
    page = client.post("/kalender/alamat").text
    found = re.search(r'value="http://localhost(/kalender/[^"]+\.ics)"', page)
    assert found
    return found[1]


def test_the_page_lists_what_comes_in_the_zone_of_the_class(dated: Scene, client_of: Client) -> None:
    page = client_of(dated.ayu).get("/kalender").text
    assert "28 November 2028" in page
    assert "Tenggat 23.59 WIT" in page
    assert "Kelas berakhir" in page
    past = client_of(dated.ayu).get("/kalender?lewat=1").text
    assert "Kelas dimulai" in past
    assert "Tenggat" not in past


def test_who_lives_in_another_zone_reads_both_times(dated: Scene, client_of: Client) -> None:
    dated.ayu.agency_id = dated.elsewhere.id
    dated.session.commit()
    assert "Tenggat 23.59 WIT (21.59 WIB)" in client_of(dated.ayu).get("/kalender").text


def test_without_a_class_the_page_leads_to_one(dated: Scene, client_of: Client) -> None:
    page = client_of(dated.susi).get("/kalender").text
    assert "Tidak ada tanggal" in page
    assert 'href="/jelajah"' in page


def test_a_teacher_finds_the_classes_they_teach(dated: Scene, client_of: Client) -> None:
    page = client_of(dated.citra).get("/kalender").text
    assert f'href="/kelola/kelas/{dated.cohort.id}"' in page
    assert "Etika Pelayanan" not in client_of(dated.cahya).get("/kalender").text


def test_the_feed_is_a_calendar_that_needs_no_sign_in(dated: Scene, client_of: Client) -> None:
    answer = client_of(None).get(address_of(client_of(dated.ayu)))
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    events = {event["UID"].split("-")[0]: event for event in parsed(answer.text)}
    assert events.keys() == {"starts", "ends", "opens", "due"}
    assert events["due"]["DTSTART"] == "20281128T145900Z"
    assert events["due"]["SUMMARY"] == "Tenggat: Salam di loket"
    assert events["ends"]["DTSTART"] == f"{dated.cohort.ends_on:%Y%m%d}"
    assert events["due"]["URL"] == f"http://localhost/kelas/{dated.cohort.id}"


def test_a_moved_date_keeps_its_uid_and_raises_its_sequence(dated: Scene, client_of: Client) -> None:
    path = address_of(client_of(dated.ayu))
    before = {event["UID"]: event for event in parsed(client_of(None).get(path).text)}
    values = {name: getattr(dated.cohort, name) for name in Plan.__slots__}
    moved = Plan(**{**values, "ends_on": dated.cohort.ends_on + timedelta(days=7)})
    change(dated.session, dated.cohort, moved, by=actor_for(dated.dewi), now=dated.now)
    dated.session.commit()
    after = {event["UID"]: event for event in parsed(client_of(None).get(path).text)}
    assert before.keys() == after.keys()
    for uid, event in after.items():
        assert int(event["SEQUENCE"]) > int(before[uid]["SEQUENCE"])


def test_a_new_address_replaces_the_old_one_and_revoking_ends_it(dated: Scene, client_of: Client) -> None:
    ayu, nobody = client_of(dated.ayu), client_of(None)
    first, second = address_of(ayu), address_of(ayu)
    assert nobody.get(first).status_code == 404
    assert nobody.get(second).status_code == 200
    assert ".ics" not in ayu.get("/kalender").text
    assert ayu.post("/kalender/alamat/cabut").status_code == 303
    assert nobody.get(second).status_code == 404


def test_only_a_hash_of_the_address_is_kept(dated: Scene, client_of: Client, session: Session) -> None:
    token = address_of(client_of(dated.ayu)).removeprefix("/kalender/").removesuffix(".ics")
    kept = session.scalars(sa.select(CalendarAddress.token_hash)).one()
    assert token.encode() not in kept
    assert len(kept) == 32


def test_revoking_ends_only_ones_own_address(dated: Scene, client_of: Client) -> None:
    path = address_of(client_of(dated.ayu))
    client_of(dated.susi).post("/kalender/alamat/cabut")
    assert client_of(None).get(path).status_code == 200


def test_a_guessed_address_and_one_of_somebody_who_left_open_nothing(dated: Scene, client_of: Client) -> None:
    path = address_of(client_of(dated.ayu))
    assert client_of(None).get("/kalender/tebakan.ics").status_code == 404
    dated.ayu.status = PersonStatus.RETIRED
    dated.session.commit()
    assert client_of(None).get(path).status_code == 404


def test_the_feed_speaks_its_owners_language(dated: Scene, client_of: Client) -> None:
    path = address_of(client_of(dated.ayu))
    dated.ayu.locale = "en"
    dated.session.commit()
    assert "SUMMARY:Due: Salam di loket" in client_of(None).get(path).text


def test_one_class_comes_as_a_file_to_those_who_are_in_it(dated: Scene, client_of: Client) -> None:
    path = f"/kelas/{dated.cohort.id}/kalender.ics"
    for person in (dated.ayu, dated.citra):
        answer = client_of(person).get(path)
        assert len(parsed(answer.text)) == 4
        assert "etika-pelayanan-2026-11-18.ics" in answer.headers["Content-Disposition"]
    for person in (dated.susi, dated.gita, dated.galih):
        assert client_of(person).get(path).status_code == 404
    assert client_of(None).get(path).status_code == 302


def test_many_classes_ask_no_more_than_one(app: Flask, dated: Scene, client_of: Client) -> None:
    ayu = client_of(dated.ayu)
    counts = []
    for _round in range(2):
        with statements(app) as asked:
            ayu.get("/kalender")
        counts.append(len(asked))
        for number in range(4):
            dated.seat(dated.ayu, dated.open_cohort(name=f"Angkatan {number}"))
    assert counts[0] == counts[1] <= 5
