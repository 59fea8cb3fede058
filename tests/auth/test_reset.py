"""Claims about invitations, reset links and setting a password."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.auth.jobs import forget_old
from lms.auth.models import Failure, LinkPurpose, OneTimeLink, SignIn
from lms.auth.services import invite, make_link
from lms.notifications.models import Outgoing
from lms.people.models import PersonStatus
from lms.shell.cli import work_here
from tests.auth.conftest import NIP, PASSWORD, Scene, enter, moment
from tests.conftest import Client

NEW = "tujuh gajah oma"
RunJobs = Callable[[], int]


def mails(session: Session) -> list[Outgoing]:
    return list(session.scalars(sa.select(Outgoing).order_by(Outgoing.created_at)))


def link_in(text: str) -> str:
    found = re.search(r"http://localhost(/atur-sandi/[\w-]+)", text)
    assert found
    return found[1]


@pytest.fixture
def ask(client_of: Client) -> Callable[[str], TestResponse]:
    return lambda name: client_of(None).post("/lupa-sandi", data={"name": name})


@pytest.mark.asvs("V6.3.8")
def test_asking_for_a_known_and_an_unknown_name_looks_the_same(
    scene: Scene, session: Session, client_of: Client, run_jobs: RunJobs
) -> None:
    answers = []
    for name in (NIP, "199001012015041001", "tidak.ada@contoh.invalid", str(scene.ayu.email)):
        client = client_of(None)
        asked = client.post("/lupa-sandi", data={"name": name})
        answers.append((asked.status_code, asked.location, client.get(asked.location).status_code))
    assert set(answers) == {(303, "/lupa-sandi/terkirim", 200)}
    waiting = session.execute(sa.text("SELECT count(*) FROM procrastinate_jobs")).scalar()
    assert waiting == 4
    run_jobs()
    assert [mail.to for mail in mails(session)] == [scene.ayu.email, scene.ayu.email]


def test_asking_too_often_waits_whoever_it_is(
    scene: Scene, client_of: Client, ask: Callable[[str], TestResponse]
) -> None:
    for name in (NIP, "199001012015041001"):
        codes = [ask(name).status_code for _ in range(6)]
        assert codes == [303] * 5 + [429]


def test_a_mailed_link_sets_a_password_and_ends_every_session(
    scene: Scene, session: Session, client_of: Client, run_jobs: RunJobs, ask: Callable[[str], TestResponse]
) -> None:
    elsewhere = client_of(scene.ayu)
    ask("19860314 201001 2 003")
    run_jobs()
    (mail,) = mails(session)
    assert "Yth. Ayu Lestari" in mail.text
    path = link_in(mail.text)
    client = client_of(None)
    page = client.get(path).text
    assert "Ayu Lestari" in page
    assert 'autocomplete="new-password"' in page
    assert client.get(path).status_code == 200
    done = client.post(path, data={"password": NEW})
    assert done.location == "/"
    assert client.get("/akun").status_code == 200
    assert elsewhere.get("/akun").status_code == 302
    assert enter(client_of(None), NIP).status_code == 422
    assert enter(client_of(None), NIP, NEW).status_code == 303
    run_jobs()
    assert "Kata sandi Bina Anda diubah" in [mail.subject for mail in mails(session)]


@pytest.mark.asvs("V6.4.1")
def test_a_link_works_once(scene: Scene, session: Session, client_of: Client) -> None:
    path = fresh_link(session, scene)
    assert client_of(None).post(path, data={"password": NEW}).status_code == 303
    again = client_of(None).post(path, data={"password": "kucing oranye di atap"})
    assert again.status_code == 404
    assert "Minta tautan baru" in again.text
    assert enter(client_of(None), NIP, NEW).status_code == 303


def fresh_link(session: Session, scene: Scene, purpose: LinkPurpose = LinkPurpose.RESET) -> str:
    token = make_link(session, scene.ayu.id, purpose, now=moment())
    session.commit()
    return f"/atur-sandi/{token}"


@pytest.mark.asvs("V6.4.1")
def test_a_refused_password_does_not_use_the_link_up(
    scene: Scene, session: Session, client_of: Client
) -> None:
    path, client = fresh_link(session, scene), client_of(None)
    for password in ("pendek", "Ayu Lestari 14031986", "indonesiamerdeka", ""):
        answer = client.post(path, data={"password": password})
        assert answer.status_code == 422
        assert "error" in answer.text
        if password:
            assert password not in answer.text
    assert client.post(path, data={"password": NEW}).status_code == 303


@pytest.mark.asvs("V6.4.1")
def test_a_link_is_over_after_a_day(scene: Scene, session: Session, client_of: Client) -> None:
    path = fresh_link(session, scene)
    session.execute(sa.update(OneTimeLink).values(expires_at=moment() - timedelta(seconds=1)))
    session.commit()
    assert client_of(None).get(path).status_code == 404
    assert client_of(None).post(path, data={"password": NEW}).status_code == 404


def test_a_newer_link_ends_the_older_one(scene: Scene, session: Session, client_of: Client) -> None:
    older, newer = fresh_link(session, scene), fresh_link(session, scene)
    assert client_of(None).get(older).status_code == 404
    assert client_of(None).get(newer).status_code == 200


def test_nobody_suspended_gets_or_uses_a_link(
    scene: Scene, session: Session, client_of: Client, run_jobs: RunJobs, ask: Callable[[str], TestResponse]
) -> None:
    path = fresh_link(session, scene)
    scene.ayu.status = PersonStatus.MOVED
    session.commit()
    assert client_of(None).get(path).status_code == 404
    assert client_of(None).post(path, data={"password": NEW}).status_code == 404
    ask(NIP)
    run_jobs()
    assert mails(session) == []


def test_an_invitation_leads_somebody_new_in(
    scene: Scene, session: Session, client_of: Client, run_jobs: RunJobs
) -> None:
    invite(session, scene.gita.id, by=None, now=moment())
    run_jobs()
    (mail,) = mails(session)
    assert mail.subject == "Undangan masuk ke Bina"
    client = client_of(None)
    assert "Selamat datang di Bina" in client.get(link_in(mail.text)).text
    assert client.post(link_in(mail.text), data={"password": NEW}).status_code == 303
    assert client.get("/").location.startswith("/masuk/kode")


def test_a_mail_speaks_the_readers_language(
    scene: Scene, session: Session, run_jobs: RunJobs, ask: Callable[[str], TestResponse]
) -> None:
    scene.ayu.locale = "en"
    session.commit()
    ask(NIP)
    run_jobs()
    (mail,) = mails(session)
    assert mail.subject == "Reset your Bina password"
    assert "Dear Ayu Lestari," in mail.text


def change(client: FlaskClient, current: str, new: str) -> TestResponse:
    return client.post("/akun/kata-sandi", data={"current": current, "password": new})


@pytest.mark.asvs("V6.2.2")
@pytest.mark.asvs("V6.2.3")
@pytest.mark.asvs("V7.4.3")
def test_changing_a_password_asks_for_the_old_one_and_ends_other_sessions(
    scene: Scene, client_of: Client
) -> None:
    here, there = client_of(scene.ayu), client_of(scene.ayu)
    wrong = change(here, "salah sekali sandinya", NEW)
    assert wrong.status_code == 422
    assert "Kata sandi tidak cocok" in wrong.text
    assert change(here, PASSWORD, NEW).status_code == 303
    assert here.get("/akun").status_code == 200
    assert there.get("/akun").status_code == 302
    assert enter(client_of(None), NIP, NEW).status_code == 303


def test_somebody_who_came_by_a_link_makes_a_first_password_just_then(
    scene: Scene, session: Session, client_of: Client
) -> None:
    gita = client_of(scene.gita)
    session.execute(sa.update(SignIn).values(proved_at=moment() - timedelta(minutes=16)))
    session.commit()
    late = gita.post("/akun/kata-sandi", data={"password": NEW})
    assert late.status_code == 422
    assert "Masuk lagi dengan tautan baru" in late.text
    session.execute(sa.update(SignIn).values(proved_at=moment()))
    session.commit()
    assert gita.post("/akun/kata-sandi", data={"password": NEW}).status_code == 303


def test_what_counts_no_more_is_deleted(
    app: Flask, scene: Scene, session: Session, client_of: Client
) -> None:
    enter(client_of(None), NIP, "salah sekali sandinya")
    fresh_link(session, scene)
    client_of(scene.ayu)
    for column in (Failure.at, OneTimeLink.expires_at, SignIn.expires_at):
        session.execute(sa.update(column.class_).values({column.key: moment() - timedelta(days=91)}))
    session.commit()
    with app.app_context():
        forget_old.func(type("Context", (), {"additional_context": {"work": work_here()}})())
    for table in (Failure, OneTimeLink, SignIn):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
