"""What waits in the outbox: until a night is over, for the morning, for its next try; and what becomes of it then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.feature import Feature, Topic
from lms.notifications import services
from lms.notifications.delivery import Result, begin, pause, settle
from lms.notifications.merging import take_due
from lms.notifications.models import (
    Channel,
    MailChoice,
    Notification,
    Outgoing,
    OutgoingState,
    PushDevice,
)
from lms.notifications.quiet import NIGHT
from lms.notifications.services import LEASE
from lms.notifications.topics import topic_of, topics
from lms.people.models import Person, PersonStatus
from tests.factories.people import actor_for, make_agency, make_person
from tests.notifications.push_service import Phone
from tests.notifications.test_push import KEY

# In Sorong: half past nine in the evening, and six and seven o'clock the next morning.
EVENING = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
SIX = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
SEVEN = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
TOPICS = [
    Topic("news", "Kabar kelas", "", frozenset({"test:news"})),
    Topic("alarm", "Keamanan", "", frozenset({"test:alarm"}), urgent=True, fixed=True),
]


@pytest.fixture(autouse=True)
def context(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    features = [*app.extensions["features"], Feature(name="test", topics=TOPICS)]
    monkeypatch.setitem(app.extensions, "features", features)
    with app.app_context():
        yield


@pytest.fixture
def ayu(session: Session) -> Person:
    """Somebody in Sorong who has quiet hours from 21.00 to 06.00."""
    person = make_person(session, make_agency(session, zone="Asia/Jayapura"), "Ayu Lestari")
    wish(session, person, MailChoice.EACH)
    return person


def wish(session: Session, person: Person, mail: MailChoice, *, is_quiet: bool = True) -> None:
    choices = {topic.name: {"mail": mail.value, "push": True} for topic in TOPICS}
    services.choose(session, actor_for(person), NIGHT, is_quiet=is_quiet, choices=choices)


def tell(session: Session, person: Person, title: str, now: datetime, *, kind: str = "test:news") -> None:
    values: dict[str, Any] = {"template": "test/told", "path": f"/kelas/{title}", "title": title}
    services.notify(session, [person.id], kind=kind, now=now, **values)


def all_of(session: Session, state: OutgoingState | None = None) -> list[Outgoing]:
    session.flush()
    found = sa.select(Outgoing).order_by(Outgoing.created_at, Outgoing.id)
    return list(session.scalars(found.where(Outgoing.state == state) if state else found))


def due(session: Session, now: datetime) -> list[Outgoing]:
    """What leaves at this moment: taken up by the sweep, or written by it."""
    before = {one.id for one in all_of(session)}
    taken, _more = take_due(session, now=now)
    return [one for one in all_of(session) if one.id in taken or one.id not in before]


def test_at_noon_a_mail_leaves_at_once(ayu: Person, session: Session) -> None:
    tell(session, ayu, "satu", NOON)
    (mail,) = all_of(session)
    assert (mail.held, mail.due_at) == (False, NOON + LEASE)


def test_in_the_night_it_waits_for_six_and_leaves_as_it_is_when_it_is_alone(
    ayu: Person, session: Session
) -> None:
    tell(session, ayu, "satu", EVENING)
    (mail,) = all_of(session)
    assert (mail.held, mail.due_at) == (True, SIX)
    assert due(session, SIX - timedelta(minutes=1)) == []
    assert due(session, SIX) == [mail]
    assert mail.subject == "Kabar: satu"
    assert due(session, SIX) == []


def test_several_of_a_night_become_one_mail(ayu: Person, session: Session) -> None:
    for title in ("satu", "dua", "tiga"):
        tell(session, ayu, title, EVENING)
    (merged,) = due(session, SIX)
    assert merged.subject == "3 pemberitahuan baru di Bina"
    assert merged.text.index("Kembali ke satu") < merged.text.index("Kembali ke tiga")
    assert "http://localhost/kelas/dua" in merged.text
    assert {one.merged_into for one in all_of(session, OutgoingState.MERGED)} == {merged.id}
    assert (merged.held, merged.state) == (False, OutgoingState.WAITING)


def test_what_was_read_in_the_night_is_not_sent_any_more(ayu: Person, session: Session) -> None:
    for title in ("satu", "dua", "tiga"):
        tell(session, ayu, title, EVENING)
    read = session.scalars(sa.select(Notification).where(Notification.path == "/kelas/dua")).one()
    read.read_at = EVENING
    (merged,) = due(session, SIX)
    assert "dua" not in merged.text
    assert [one.outcome for one in all_of(session, OutgoingState.DROPPED)] == ["read"]


def test_a_sign_in_being_changed_waits_for_nobodys_morning(ayu: Person, session: Session) -> None:
    wish(session, ayu, MailChoice.NEVER)
    tell(session, ayu, "sandi", EVENING, kind="test:alarm")
    (mail,) = all_of(session)
    assert (mail.held, mail.urgent, mail.due_at) == (False, True, EVENING + LEASE)


def test_a_digest_comes_at_seven_where_the_reader_lives(ayu: Person, session: Session) -> None:
    wish(session, ayu, MailChoice.DIGEST)
    tell(session, ayu, "siang", NOON)
    tell(session, ayu, "malam", EVENING)
    assert {one.due_at for one in all_of(session)} == {SEVEN}
    assert due(session, SIX) == []
    (merged,) = due(session, SEVEN)
    assert "siang" in merged.text
    assert "malam" in merged.text


def test_who_sleeps_longer_gets_the_digest_later(ayu: Person, session: Session) -> None:
    wish(session, ayu, MailChoice.DIGEST)
    late = type(NIGHT)(NIGHT.begins, NIGHT.ends.replace(hour=9))
    choices = {"news": {"mail": "digest", "push": True}}
    services.choose(session, actor_for(ayu), late, is_quiet=True, choices=choices)
    tell(session, ayu, "siang", NOON)
    assert all_of(session)[0].due_at == SEVEN + timedelta(hours=2)


def test_one_persons_night_is_not_anothers(ayu: Person, session: Session) -> None:
    budi = make_person(session, make_agency(session, "Kota Medan", zone="Asia/Jakarta"), "Budi Santoso")
    wish(session, budi, MailChoice.EACH)
    for person in (ayu, budi):
        tell(session, person, "satu", EVENING)
    assert [one.held for one in all_of(session)] == [True, False]


def test_two_devices_and_a_mailbox_each_get_their_own_digest(
    app: Flask, ayu: Person, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = type(app.extensions["settings"]).__dataclass_fields__
    values = {name: getattr(app.extensions["settings"], name) for name in changed} | {"push_key": str(KEY)}
    monkeypatch.setitem(app.extensions, "settings", type(app.extensions["settings"])(**values))
    for name in ("satu", "dua"):
        device(session, ayu, name)
    for number in range(5):
        tell(session, ayu, f"kabar{number}", EVENING)
    written = due(session, SIX)
    assert sorted(one.channel for one in written) == [Channel.MAIL, Channel.PUSH, Channel.PUSH]
    pushed = [one for one in written if one.channel is Channel.PUSH]
    assert len({one.device_id for one in pushed}) == 2
    assert pushed[0].subject == "5 pemberitahuan baru di Bina"
    assert pushed[0].text.splitlines()[-1] == "dan 2 lainnya."
    assert len(pushed[0].text.splitlines()) == 4


def device(session: Session, person: Person, name: str) -> None:
    sign_in_id = session.execute(
        sa.text(
            "INSERT INTO sign_in (id, person_id, token_hash, created_at, expires_at, proved_at, second_factor, address, device)"
            " VALUES (gen_random_uuid(), :person, :token, now(), '2030-01-01', now(), true, '', '') RETURNING id"
        ),
        {"person": person.id, "token": name.encode()},
    ).scalar_one()
    phone = Phone(f"https://fcm.googleapis.com/{name}")
    session.add(
        PushDevice(
            person_id=person.id,
            sign_in_id=sign_in_id,
            endpoint=phone.address,
            public_key=phone.public,
            secret=phone.secret,
            created_at=NOON,
        )
    )
    session.flush()


def test_a_long_night_is_cut_to_twenty_lines_and_says_how_many_more(ayu: Person, session: Session) -> None:
    for number in range(25):
        tell(session, ayu, f"kabar{number:02}", EVENING + timedelta(minutes=number))
    (merged,) = due(session, SIX)
    assert merged.text.count("- Kembali") == 20
    assert "dan 5 lainnya." in merged.text


def test_who_left_meanwhile_gets_nothing(ayu: Person, session: Session) -> None:
    tell(session, ayu, "satu", EVENING)
    ayu.status = PersonStatus.RETIRED
    assert due(session, SIX) == []
    assert [one.outcome for one in all_of(session, OutgoingState.DROPPED)] == ["left"]


def test_a_message_whose_job_was_lost_is_taken_up_again(ayu: Person, session: Session) -> None:
    tell(session, ayu, "satu", NOON)
    (mail,) = all_of(session)
    assert due(session, NOON + LEASE - timedelta(seconds=1)) == []
    assert due(session, NOON + LEASE) == [mail]
    assert due(session, NOON + LEASE) == []


def test_tries_are_further_and_further_apart_and_end_after_five(ayu: Person, session: Session) -> None:
    assert [pause(tries).seconds // 60 for tries in range(1, 5)] == [1, 4, 16, 64]
    tell(session, ayu, "satu", NOON)
    (mail,) = all_of(session)
    for tries in range(1, 6):
        assert begin(session, mail.id, now=NOON)
        settle(session, mail, Result("later", "SMTP 451"), now=NOON)
        if tries < 5:
            assert mail.due_at == NOON + pause(tries)
    assert (mail.state, mail.outcome) == (OutgoingState.FAILED, "SMTP 451")


def test_a_second_try_does_not_wake_anybody_up(ayu: Person, session: Session) -> None:
    before_nine = EVENING - timedelta(minutes=31)
    tell(session, ayu, "satu", before_nine)
    (mail,) = all_of(session)
    assert begin(session, mail.id, now=before_nine)
    settle(session, mail, Result("later", "HTTP 503", timedelta(hours=1)), now=before_nine)
    assert mail.due_at == SIX
    mail.urgent = True
    settle(session, mail, Result("later", "HTTP 503", timedelta(hours=1)), now=before_nine)
    assert mail.due_at == before_nine + timedelta(hours=1)


def test_patience_has_an_end(ayu: Person, session: Session) -> None:
    tell(session, ayu, "satu", NOON)
    (mail,) = all_of(session)
    settle(session, mail, Result("later", "HTTP 429", timedelta(days=30)), now=NOON)
    assert mail.due_at == NOON + timedelta(days=1)


def test_every_kind_of_message_in_the_code_belongs_to_one_topic(app: Flask) -> None:
    root = Path(app.root_path)
    texts = [file.read_text("utf-8") for half in ("lms", "courses") for file in (root / half).rglob("*.py")]
    named = {kind for text in texts for kind in re.findall(r'kind="([\w:-]+)",\s+template=', text)}
    assert {"auth:changed", "projects:reviewed", "quizzes:marked"} <= named
    assert {kind for kind in named if topic_of(kind).name == "other"} == set()
    names = [topic.name for topic in topics()]
    assert len(set(names)) == len(names)
    kinds = [kind for topic in topics() for kind in topic.kinds]
    assert len(set(kinds)) == len(kinds)
    assert topic_of("cohorts:announced").name == "announcements"
    assert topic_of("nobody:knows").name == "other"
