"""The list behind the bell."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.notifications.models import Notification, NotificationSetting
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


SETTINGS = "/pemberitahuan/pengaturan"


def wishes(**changes: str) -> dict[str, str]:
    """The form as a browser sends it untouched, but for some changes."""
    topics = [
        "enrolment",
        "announcements",
        "approvals",
        "reminders",
        "closing",
        "marks",
        "projects",
        "certificates",
    ]
    fields = {"is_quiet": "y", "quiet_from": "21:00", "quiet_until": "06:00"}
    ways = {f"mail_{name}": "each" for name in topics} | {f"push_{name}": "y" for name in topics}
    return fields | ways | changes


def test_every_topic_but_the_security_of_the_account_can_be_chosen(
    ayu: Person, session: Session, client_of: Client
) -> None:
    client = client_of(ayu)
    page = client.get(SETTINGS).text
    assert set(re.findall(r'name="(mail_\w+)"', page)) == {n for n in wishes() if n.startswith("mail")}
    assert "Selalu dikirim segera" in page
    chosen = wishes(mail_announcements="digest")
    del chosen["push_marks"]
    assert client.post(SETTINGS, data=chosen).status_code == 303
    setting = session.scalars(sa.select(NotificationSetting)).one()
    assert setting.choices["announcements"] == {"mail": "digest", "push": True}
    assert setting.choices["marks"] == {"mail": "each", "push": False}
    assert "security" not in setting.choices
    page = client.get(SETTINGS).text
    checked = [tag for tag in re.findall(r"<input[^>]*checked[^>]*>", page) if "mail_announcements" in tag]
    assert ['value="digest"' in tag for tag in checked] == [True]
    assert "Surel rangkuman" in page


def test_quiet_hours_can_be_moved_and_switched_off_and_are_remembered(
    ayu: Person, session: Session, client_of: Client
) -> None:
    client = client_of(ayu)
    chosen = wishes(quiet_from="22:30", quiet_until="05:00")
    del chosen["is_quiet"]
    client.post(SETTINGS, data=chosen)
    setting = session.scalars(sa.select(NotificationSetting)).one()
    assert (setting.is_quiet, setting.quiet_from, setting.quiet_until) == (False, time(22, 30), time(5))
    page = client.get(SETTINGS).text
    assert re.search(r'<option[^>]*selected[^>]*value="22:30"', page)
    assert not re.search(r'name="is_quiet"[^>]*checked|checked[^>]*name="is_quiet"', page)


@pytest.mark.parametrize(
    "change",
    [{"mail_marks": "sometimes"}, {"quiet_from": "25:00"}, {"quiet_from": "06:00"}, {"quiet_until": ""}],
)
def test_nonsense_is_refused_with_the_page_and_changes_nothing(
    change: dict[str, str], ayu: Person, session: Session, client_of: Client
) -> None:
    answer = client_of(ayu).post(SETTINGS, data=wishes(mail_projects="never", **change))
    assert answer.status_code == 422
    assert "Ada yang perlu diperbaiki" in answer.text
    assert session.scalars(sa.select(NotificationSetting)).all() == []


def test_the_settings_take_few_statements(app: Flask, ayu: Person, client_of: Client) -> None:
    client = client_of(ayu)
    with statements(app) as sent:
        client.get(SETTINGS)
    assert len(sent) <= 5
