"""Claims about signing in with a NIP or an address and a password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from lms.auth.models import Failure, SignIn
from lms.people.models import PersonStatus
from lms.web import db
from tests.auth.conftest import NIP, PASSWORD, Scene, enter
from tests.conftest import Client


@pytest.mark.parametrize(
    "name",
    [
        NIP,
        "19860314 201001 2 003",
        "19860314.201001.2.003",
        " 19860314-201001-2-003 ",
        "{email}",
        " {EMAIL} ",
    ],
)
def test_a_nip_as_people_write_it_or_an_address_signs_in(scene: Scene, client_of: Client, name: str) -> None:
    typed = name.format(email=scene.ayu.email, EMAIL=str(scene.ayu.email).upper())
    client = client_of(None)
    answer = enter(client, typed)
    assert answer.status_code == 303
    assert answer.location == "/"
    assert client.get("/akun").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "\0",
        "\0@\0",
        "a\0@b.invalid",
        "'; DROP TABLE person; --",
        "%",
        "_@_",
        "\ud800",
        "१९८६०३१४",
        "9" * 200,
        "<b>@x",
    ],
)
def test_a_hostile_name_is_only_a_wrong_one(scene: Scene, client_of: Client, name: str) -> None:
    typed = name.encode("utf-8", "replace").decode()
    assert enter(client_of(None), typed).status_code == 422
    assert client_of(None).post("/lupa-sandi", data={"name": typed}).status_code in {303, 422}


@pytest.mark.asvs("V6.3.8")
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(scene: Scene, client_of: Client) -> None:
    wrong = enter(client_of(None), NIP, "salah sekali sandinya")
    unknown = enter(client_of(None), "199001012015041001", "salah sekali sandinya")
    assert wrong.status_code == unknown.status_code == 422
    hide = re.compile(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"|value="\d{18}"')
    assert hide.sub("", wrong.text) == hide.sub("", unknown.text)
    assert "NIP atau kata sandi tidak cocok" in wrong.text


def test_a_nip_with_a_digit_missing_says_which_part(scene: Scene, client_of: Client) -> None:
    page = enter(client_of(None), "1986031 201001 2 003").text
    assert "NIP berisi 17 angka, seharusnya 18." in page
    assert "Kesalahan:" in page
    assert 'value="1986031 201001 2 003"' in page
    assert PASSWORD not in page


@pytest.mark.asvs("V6.3.1")
def test_after_ten_failures_even_the_right_password_waits(
    scene: Scene, session: Session, client_of: Client
) -> None:
    client = client_of(None)
    for _ in range(10):
        assert enter(client, NIP, "salah sekali sandinya").status_code == 422
    answer = enter(client, "19860314 201001 2 003")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert "Tunggu 15 menit" in answer.text
    session.execute(sa.update(Failure).values(at=Failure.at - timedelta(minutes=16)))
    session.commit()
    assert enter(client, NIP).status_code == 303


def test_success_is_never_counted(scene: Scene, session: Session, client_of: Client) -> None:
    for _ in range(12):
        assert enter(client_of(None), NIP).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Failure)) == 0


@pytest.mark.asvs("V7.4.2")
@pytest.mark.parametrize("status", [PersonStatus.MOVED, PersonStatus.RETIRED])
def test_somebody_suspended_is_out_at_once_and_cannot_come_back(
    scene: Scene, session: Session, client_of: Client, status: PersonStatus
) -> None:
    client = client_of(scene.ayu)
    assert client.get("/akun").status_code == 200
    scene.ayu.status = status
    session.commit()
    assert client.get("/akun").status_code == 302
    assert enter(client, NIP).status_code == 422


@pytest.mark.asvs("V7.2.4")
@pytest.mark.asvs("V7.2.2")
def test_signing_in_gives_a_new_token_and_ends_the_session_before(
    scene: Scene, session: Session, client_of: Client
) -> None:
    client = client_of(None)
    enter(client, NIP)
    with client.session_transaction() as cookie:
        first = cookie["_user_id"]
    enter(client, NIP)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    open_ones = session.scalar(
        sa.select(sa.func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None))
    )
    assert open_ones == 1


@pytest.mark.asvs("V7.2.3")
def test_a_token_has_256_bits_and_only_its_hash_is_kept(
    scene: Scene, session: Session, client_of: Client
) -> None:
    client = client_of(None)
    enter(client, NIP)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert len(token) == 43
    kept = session.scalars(sa.select(SignIn)).one()
    assert token.encode() not in kept.token_hash
    assert kept.address == "127.0.0.1"


def test_opening_the_page_asks_the_database_nothing(app: Flask, client_of: Client) -> None:
    client = client_of(None)
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    page = client.get("/masuk")
    assert client.get("/masuk").status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    assert seen == []
    assert len(page.data) < 8_000
    assert 'autocomplete="current-password"' in page.text


@pytest.mark.asvs("V6.2.6")
@pytest.mark.asvs("V6.2.7")
def test_a_password_is_hidden_may_be_pasted_and_can_be_shown(client_of: Client) -> None:
    page = client_of(None).get("/masuk").text
    assert 'type="password"' in page
    assert "data-reveal" in page
    assert "onpaste" not in page


def test_the_other_language_is_one_press_away(client_of: Client) -> None:
    client = client_of(None)
    answer = client.post("/bahasa", data={"locale": "en", "next": "/masuk?next=/akun"})
    assert answer.location == "/masuk?next=/akun"
    assert "Sign in" in client.get("/masuk").text
    assert client.post("/bahasa", data={"locale": "xx"}).status_code == 422


def test_the_language_outlives_signing_in_and_out(scene: Scene, client_of: Client) -> None:
    client = client_of(None)
    client.post("/bahasa", data={"locale": "en"})
    enter(client, NIP)
    assert "Akun" in client.get("/akun").text
    client.post("/keluar")
    assert "Sign in" in client.get("/masuk").text
