"""The list behind the bell."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.notifications.models import MailChoice, Notification, NotificationSetting
from lms.people.models import Person
from tests.conftest import Client
from tests.factories.people import make_agency, make_person
from tests.statements import statements


@pytest.fixture
def ayu(session: Session) -> Person:
    return make_person(session, make_agency(session), "Ayu Lestari")


def told(session: Session, person: Person, count: int, now: datetime, path: str = "/kelas") -> Notification:
    made = [
        Notification(
            person_id=person.id,
            kind="cohorts:x",
            text=f"Kabar {number}",
            path=path,
            created_at=now - timedelta(minutes=number),
        )
        for number in range(count)
    ]
    session.add_all(made)
    session.commit()
    return made[0]


def test_an_empty_list_says_what_will_stand_there(ayu: Person, client_of: Client) -> None:
    page = client_of(ayu).get("/pemberitahuan")
    assert "Belum ada pemberitahuan" in page.text
    assert "Tandai semua" not in page.text


def test_the_bell_counts_and_opening_a_message_marks_it_and_goes_where_it_leads(
    ayu: Person, session: Session, client_of: Client, now: datetime
) -> None:
    first, client = told(session, ayu, 2, now), client_of(ayu)
    assert "2 baru" in client.get("/pemberitahuan").text
    answer = client.post(f"/pemberitahuan/{first.id}/buka")
    assert (answer.status_code, answer.location) == (303, "/kelas")
    assert "1 baru" in client.get("/pemberitahuan").text


def test_a_message_that_leads_nowhere_leads_back_to_the_list(
    ayu: Person, session: Session, client_of: Client, now: datetime
) -> None:
    first = told(session, ayu, 1, now, path="")
    assert client_of(ayu).post(f"/pemberitahuan/{first.id}/buka").location == "/pemberitahuan"


def test_looking_at_the_list_marks_nothing(
    ayu: Person, session: Session, client_of: Client, now: datetime
) -> None:
    first = told(session, ayu, 1, now)
    client_of(ayu).get("/pemberitahuan")
    session.expire_all()
    assert session.get_one(Notification, first.id).read_at is None


def test_one_or_all_can_be_marked_without_opening(
    ayu: Person, session: Session, client_of: Client, now: datetime
) -> None:
    first, client = told(session, ayu, 3, now), client_of(ayu)
    assert client.post(f"/pemberitahuan/{first.id}/dibaca").location == "/pemberitahuan"
    assert "2 baru" in client.get("/pemberitahuan").text
    assert client.post("/pemberitahuan/dibaca").status_code == 303
    assert "baru</span>" not in client.get("/pemberitahuan").text


def test_somebody_elses_message_does_not_exist(
    ayu: Person, session: Session, client_of: Client, now: datetime
) -> None:
    first = told(session, ayu, 1, now)
    budi = client_of(make_person(session, None, "Budi Santoso"))
    assert budi.post(f"/pemberitahuan/{first.id}/buka").status_code == 404
    assert budi.post(f"/pemberitahuan/{first.id}/dibaca").status_code == 404
    assert "Kabar 0" not in budi.get("/pemberitahuan").text
    assert client_of(None).get("/pemberitahuan").status_code == 302


def test_marking_all_of_ones_own_leaves_those_of_others(
    ayu: Person, session: Session, client_of: Client, now: datetime
) -> None:
    told(session, ayu, 1, now)
    client_of(make_person(session, None, "Budi Santoso")).post("/pemberitahuan/dibaca")
    unread = sa.select(sa.func.count()).where(Notification.read_at.is_(None))
    assert session.scalar(unread) == 1


def test_a_long_list_comes_in_pages_with_as_many_statements_as_a_short_one(
    app: Flask, ayu: Person, session: Session, client_of: Client, now: datetime
) -> None:
    client = client_of(ayu)
    with statements(app) as short:
        client.get("/pemberitahuan")
    told(session, ayu, 45, now)
    with statements(app) as long:
        first = client.get("/pemberitahuan").text
    assert len(long) == len(short) <= 5
    assert "Kabar 19" in first
    assert "Kabar 20" not in first
    last = client.get("/pemberitahuan?page=3").text
    assert "Kabar 44" in last
    assert "Berikutnya" not in last
    assert client.get("/pemberitahuan?page=0").status_code == 404


def test_the_way_of_mails_can_be_chosen_and_nonsense_is_refused(
    ayu: Person, session: Session, client_of: Client
) -> None:
    client = client_of(ayu)
    assert client.post("/pemberitahuan/pengaturan", data={"mail": "sometimes"}).status_code == 422
    assert session.scalars(sa.select(NotificationSetting)).all() == []
    assert client.post("/pemberitahuan/pengaturan", data={"mail": "digest"}).status_code == 303
    assert session.scalars(sa.select(NotificationSetting)).one().mail is MailChoice.DIGEST
    page = client.get("/pemberitahuan/pengaturan").text
    (chosen,) = re.findall(r"<input[^>]*\bchecked\b[^>]*>", page)
    assert 'value="digest"' in chosen
