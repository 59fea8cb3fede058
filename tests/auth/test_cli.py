"""Claims about the terminal: it makes links, never passwords."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.access import Role
from lms.auth.models import Credential
from lms.people.models import Grant, Person
from tests.auth.conftest import NIP, Scene
from tests.auth.test_second_factor import give_app
from tests.conftest import Client


def run(app: Flask, *words: str) -> str:
    done = app.test_cli_runner().invoke(args=["people", *words])
    assert done.exit_code == 0, done.output
    return str(done.output.strip())


@pytest.mark.asvs("V6.3.2")
def test_the_first_operator_gets_a_link_and_no_password(
    app: Flask, session: Session, client_of: Client
) -> None:
    address = run(app, "create-operator", "--email", "Operator@contoh.invalid")
    assert address.startswith("http://localhost/masuk/tautan/")
    made = session.scalars(sa.select(Person).where(Person.email == "operator@contoh.invalid")).one()
    assert session.scalars(sa.select(Grant.role).where(Grant.person_id == made.id)).all() == [Role.OPERATOR]
    assert session.get(Credential, made.id) is None
    client = client_of(None)
    assert client.post(address.removeprefix("http://localhost")).status_code == 303
    assert client.get("/akun").status_code == 200
    again = app.test_cli_runner().invoke(
        args=["people", "create-operator", "--email", "operator@contoh.invalid"]
    )
    assert again.exit_code == 1


@pytest.mark.asvs("V6.3.2")
def test_a_new_installation_has_no_account(session: Session) -> None:
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0


def test_an_invitation_from_the_terminal_is_a_link_to_hand_over(
    app: Flask, scene: Scene, client_of: Client
) -> None:
    for name in (NIP, "19860314 201001 2 003", str(scene.ayu.email)):
        address = run(app, "invite", name)
        assert client_of(None).get(address.removeprefix("http://localhost")).status_code == 200


def test_sessions_are_ended_from_the_terminal(app: Flask, scene: Scene, client_of: Client) -> None:
    ayu, dewi = client_of(scene.ayu), client_of(scene.dewi)
    run(app, "end-sessions", NIP)
    assert ayu.get("/akun").status_code == 302
    assert dewi.get("/akun").status_code == 200


@pytest.mark.asvs("V6.4.4")
def test_a_lost_second_factor_is_forgotten_from_the_terminal(
    app: Flask, scene: Scene, session: Session, client_of: Client
) -> None:
    give_app(session, scene.ayu)
    ayu = client_of(scene.ayu)
    run(app, "reset-second-factor", str(scene.ayu.email))
    assert ayu.get("/akun").status_code == 302
    kept = session.get_one(Credential, scene.ayu.id, populate_existing=True)
    assert kept.totp_secret is None
    assert kept.recovery_hashes == []


@pytest.mark.parametrize("command", ["invite", "end-sessions", "reset-second-factor"])
def test_an_unknown_name_is_said(app: Flask, command: str) -> None:
    done = app.test_cli_runner().invoke(args=["people", command, "tidak.ada@contoh.invalid"])
    assert done.exit_code == 1
    assert "no active account" in done.output
