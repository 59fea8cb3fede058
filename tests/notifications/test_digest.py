"""The morning mail: once a day at seven where the reader lives, each message in one of them at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.notifications.digest import write_digests
from lms.notifications.models import MailChoice, Notification, OutgoingMail
from lms.notifications.services import choose_mail
from lms.people.models import Person
from tests.factories.people import actor_for, make_agency, make_person

CHOSEN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SEVEN_WIT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
SEVEN_WIB = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def context(app: Flask) -> object:
    with app.app_context():
        yield


@pytest.fixture
def ayu(session: Session) -> Person:
    person = make_person(session, make_agency(session, zone="Asia/Jayapura"), "Ayu Lestari")
    choose_mail(session, actor_for(person), MailChoice.DIGEST, now=CHOSEN)
    return person


def told(session: Session, person: Person, text: str, at: datetime, *, read: bool = False) -> None:
    session.add(
        Notification(
            person_id=person.id,
            kind="k",
            text=text,
            path="/kelas",
            created_at=at,
            read_at=at if read else None,
        )
    )
    session.flush()


def subjects(session: Session) -> list[str]:
    return list(session.scalars(sa.select(OutgoingMail.subject).order_by(OutgoingMail.id)))


def test_unread_messages_come_together_at_seven(ayu: Person, session: Session) -> None:
    for text in ("Nilai keluar", "Jadwal berubah"):
        told(session, ayu, text, CHOSEN + timedelta(hours=1))
    told(session, ayu, "Sudah dibaca", CHOSEN + timedelta(hours=1), read=True)
    write_digests(session, now=SEVEN_WIT)
    assert subjects(session) == ["2 pemberitahuan baru di Bina"]
    text = session.scalars(sa.select(OutgoingMail.text)).one()
    assert "- Nilai keluar\n" in text
    assert "http://localhost/kelas" in text
    assert "Sudah dibaca" not in text


def test_nothing_is_sent_before_seven_where_the_reader_lives(ayu: Person, session: Session) -> None:
    told(session, ayu, "Nilai keluar", CHOSEN + timedelta(hours=1))
    write_digests(session, now=SEVEN_WIT - timedelta(minutes=1))
    assert subjects(session) == []
    bambang = make_person(session, make_agency(session, "Kota Medan", zone="Asia/Jakarta"), "Bambang")
    choose_mail(session, actor_for(bambang), MailChoice.DIGEST, now=CHOSEN)
    told(session, bambang, "Nilai keluar", CHOSEN + timedelta(hours=1))
    write_digests(session, now=SEVEN_WIT)
    assert len(subjects(session)) == 1
    write_digests(session, now=SEVEN_WIB)
    assert len(subjects(session)) == 2


def test_the_same_morning_brings_one_digest_and_the_next_only_what_is_new(
    ayu: Person, session: Session
) -> None:
    told(session, ayu, "Lama", CHOSEN + timedelta(hours=1))
    write_digests(session, now=SEVEN_WIT)
    write_digests(session, now=SEVEN_WIT + timedelta(minutes=10))
    assert len(subjects(session)) == 1
    told(session, ayu, "Baru", SEVEN_WIT - timedelta(minutes=30))
    write_digests(session, now=SEVEN_WIT + timedelta(days=1))
    text = list(session.scalars(sa.select(OutgoingMail.text).order_by(OutgoingMail.id)))[-1]
    assert "Baru" in text
    assert "Lama" not in text


def test_nobody_gets_an_empty_digest(ayu: Person, session: Session) -> None:
    write_digests(session, now=SEVEN_WIT)
    assert subjects(session) == []


def test_a_long_night_is_cut_to_twenty_lines_and_says_how_many_more(ayu: Person, session: Session) -> None:
    for number in range(25):
        told(session, ayu, f"Kabar {number}", CHOSEN + timedelta(minutes=number))
    write_digests(session, now=SEVEN_WIT)
    text = session.scalars(sa.select(OutgoingMail.text)).one()
    assert text.count("- Kabar") == 20
    assert "dan 5 lainnya." in text
