"""Telling people: the sentence in their list, the mail in the outbox, the mail that leaves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from smtplib import SMTPServerDisconnected

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.jobs.queue import TASKS
from lms.mail import FolderMailer
from lms.notifications import services
from lms.notifications.jobs import deliver
from lms.notifications.models import (
    Channel,
    MailChoice,
    Notification,
    NotificationSetting,
    Outgoing,
    OutgoingState,
)
from lms.notifications.quiet import NIGHT
from lms.notifications.topics import OTHER
from lms.people.models import Person, PersonStatus
from lms.shell.cli import work_here
from tests.factories.people import actor_for, make_agency, make_person
from tests.statements import statements

# Seven o'clock in Sorong on the day after `now`.
SEVEN_TOMORROW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


def tell(session: Session, *people: Person, now: datetime, title: str = "Jadwal berubah") -> None:
    services.notify(
        session,
        [person.id for person in people],
        kind="test:told",
        template="test/told",
        path="/kelas/1",
        now=now,
        title=title,
    )


@pytest.fixture
def ayu(app: Flask, session: Session) -> Person:
    return make_person(session, make_agency(session), "Ayu Lestari")


@pytest.fixture(autouse=True)
def context(app: Flask) -> object:
    with app.app_context():
        yield


def mails(session: Session) -> list[Outgoing]:
    return list(session.scalars(sa.select(Outgoing).order_by(Outgoing.id)))


def test_a_person_finds_the_sentence_in_their_list_and_a_mail_in_the_outbox(
    ayu: Person, session: Session, now: datetime
) -> None:
    tell(session, ayu, now=now)
    told = session.scalars(sa.select(Notification)).one()
    assert (told.person_id, told.kind, told.path, told.read_at) == (ayu.id, "test:told", "/kelas/1", None)
    assert told.text == "Kembali ke Jadwal berubah"
    (mail,) = mails(session)
    assert (mail.to, mail.subject, mail.sent_at) == (ayu.email, "Kabar: Jadwal berubah", None)
    assert mail.text.startswith("Yth. Ayu Lestari,\n")
    assert "http://localhost/kelas/1" in mail.text


def test_each_reader_is_told_in_their_own_language(ayu: Person, session: Session, now: datetime) -> None:
    budi = make_person(session, None, "Budi Santoso")
    budi.locale = "en"
    tell(session, ayu, budi, now=now)
    found = dict(session.execute(sa.select(Notification.person_id, Notification.text)).all())
    assert found[ayu.id] == "Kembali ke Jadwal berubah"
    assert found[budi.id] == "Back to Jadwal berubah"


def test_a_title_cannot_break_out_of_its_line(ayu: Person, session: Session, now: datetime) -> None:
    tell(session, ayu, now=now, title="Ujian\r\nBcc: x@contoh.invalid")
    assert mails(session)[0].subject == "Kabar: Ujian Bcc: x@contoh.invalid"


def test_without_an_address_there_is_no_mail_but_a_message(
    ayu: Person, session: Session, now: datetime
) -> None:
    ayu.email = None
    tell(session, ayu, now=now)
    assert session.scalar(sa.select(sa.func.count(Notification.id))) == 1
    assert mails(session) == []


def test_somebody_who_left_is_told_nothing(ayu: Person, session: Session, now: datetime) -> None:
    ayu.status = PersonStatus.RETIRED
    tell(session, ayu, now=now)
    assert session.scalar(sa.select(sa.func.count(Notification.id))) == 0
    assert mails(session) == []


def wish(session: Session, person: Person, choice: MailChoice, *, is_quiet: bool = False) -> None:
    choices = {OTHER.name: {"mail": choice.value, "push": True}}
    services.choose(session, actor_for(person), NIGHT, is_quiet=is_quiet, choices=choices)


def test_who_wants_no_mail_still_gets_each_message(ayu: Person, session: Session, now: datetime) -> None:
    wish(session, ayu, MailChoice.NEVER)
    tell(session, ayu, now=now)
    assert session.scalar(sa.select(sa.func.count(Notification.id))) == 1
    assert mails(session) == []


def test_who_wants_a_digest_gets_the_message_at_once_and_the_mail_in_the_morning(
    ayu: Person, session: Session, now: datetime, run_jobs: Callable[[], int]
) -> None:
    wish(session, ayu, MailChoice.DIGEST)
    tell(session, ayu, now=now)
    assert session.scalar(sa.select(sa.func.count(Notification.id))) == 1
    (mail,) = mails(session)
    assert (mail.held, mail.due_at) == (True, SEVEN_TOMORROW)
    assert run_jobs() == 0


def test_telling_many_takes_as_many_statements_as_telling_one(
    app: Flask, ayu: Person, session: Session, now: datetime
) -> None:
    with statements(app) as for_one:
        tell(session, ayu, now=now)
    rows = [
        {"id": uuid.uuid4(), "full_name": f"Pegawai {n}", "email": f"p{n}@contoh.invalid"} for n in range(300)
    ]
    session.execute(sa.insert(Person), rows)
    everybody = list(session.scalars(sa.select(Person).where(Person.id != ayu.id)))
    session.flush()
    with statements(app) as for_many:
        tell(session, *everybody, now=now)
    assert len(for_many) == len(for_one)
    assert session.scalar(sa.select(sa.func.count(Notification.id))) == 301


def test_a_mail_leaves_once_even_when_its_job_runs_twice(
    app: Flask, ayu: Person, session: Session, now: datetime, run_jobs: Callable[[], int]
) -> None:
    services.mail(session, to="a@contoh.invalid", subject="Satu", text="Isi\n", html="<p>Isi</p>", now=now)
    assert run_jobs() == 1
    (mail,) = mails(session)
    first = mail.sent_at
    assert first is not None
    mailer = app.extensions["mailer"]
    assert isinstance(mailer, FolderMailer)
    letter = (mailer.folder / f"{mail.id}.eml").read_text()
    assert "Subject: Satu" in letter
    assert "text/html" in letter
    context = type("Context", (), {"additional_context": {"work": work_here()}})()
    TASKS[deliver.name].func(context, message_id=str(mail.id))
    session.expire_all()
    assert mails(session)[0].sent_at == first


class Unreachable:
    """A mail server that hangs up."""

    def send(self, message: EmailMessage) -> None:
        raise SMTPServerDisconnected("gone")


def test_a_mail_that_could_not_leave_waits_for_its_next_try(
    app: Flask, ayu: Person, session: Session, now: datetime
) -> None:
    services.mail(session, to="a@contoh.invalid", subject="Satu", text="Isi", now=now)
    session.commit()
    (mail,) = mails(session)
    work = work_here()
    broken = type(work)(work.sessions, work.store, Unreachable(), work.settings, work.now)
    context = type("Context", (), {"additional_context": {"work": broken}})()
    TASKS[deliver.name].func(context, message_id=str(mail.id))
    session.expire_all()
    (mail,) = mails(session)
    assert (mail.state, mail.sent_at, mail.tries) == (OutgoingState.WAITING, None, 1)
    assert mail.outcome == "SMTPServerDisconnected"


def test_a_rollback_takes_the_mail_and_its_job_back(
    app: Flask, ayu: Person, session: Session, now: datetime
) -> None:
    session.commit()
    services.mail(session, to="a@contoh.invalid", subject="Satu", text="Isi", now=now)
    session.rollback()
    assert mails(session) == []
    assert session.execute(sa.text("SELECT count(*) FROM procrastinate_jobs")).scalar_one() == 0


def test_old_messages_and_sent_mails_are_forgotten_and_new_ones_kept(
    ayu: Person, session: Session, now: datetime
) -> None:
    for days, read in [(400, False), (100, True), (100, False), (1, True)]:
        at = now - timedelta(days=days)
        session.add(
            Notification(
                person_id=ayu.id, kind="k", text=f"{days}", created_at=at, read_at=at if read else None
            )
        )
    for subject, days, state in [
        ("lama", 40, OutgoingState.SENT),
        ("baru", 2, OutgoingState.SENT),
        ("menunggu", 40, OutgoingState.WAITING),
        ("gagal", 40, OutgoingState.FAILED),
        ("lama gagal", 100, OutgoingState.FAILED),
    ]:
        at = now - timedelta(days=days)
        session.add(
            Outgoing(
                channel=Channel.MAIL,
                kind="k",
                subject=subject,
                text="",
                created_at=at,
                due_at=at,
                state=state,
            )
        )
    session.flush()
    services.prune(session, now=now)
    kept = session.execute(sa.select(Notification.text, Notification.read_at.is_(None)))
    assert sorted(kept) == [("1", False), ("100", True)]
    assert sorted(mail.subject for mail in mails(session)) == ["baru", "gagal", "menunggu"]


def test_a_choice_is_kept_and_can_be_changed(ayu: Person, session: Session) -> None:
    for choice in (MailChoice.DIGEST, MailChoice.EACH):
        wish(session, ayu, choice)
    setting = session.scalars(sa.select(NotificationSetting)).one()
    assert setting.choices == {OTHER.name: {"mail": "each", "push": True}}
