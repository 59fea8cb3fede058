"""Claims about the page Akun, the pages for everybody, and devices in words."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from lms.devices import browser, is_handheld, system
from lms.people.models import EmployeeNumber, Person
from lms.web import db
from tests.auth.conftest import NIP, Scene
from tests.conftest import Client


def test_somebody_sees_what_we_know_of_them(scene: Scene, client_of: Client) -> None:
    page = client_of(scene.ayu).get("/akun").text
    assert "Ayu Lestari" in page
    assert str(scene.ayu.email) in page
    assert "•••003" in page
    assert "19860314 201001 2 003" in page
    assert NIP not in page
    assert "Pemerintah Kota Sorong" in page
    assert "Masuk di 1 perangkat" in page


def test_somebody_without_a_nip_or_address_sees_a_whole_page_too(
    scene: Scene, session: Session, client_of: Client
) -> None:
    session.execute(sa.delete(EmployeeNumber).where(EmployeeNumber.person_id == scene.gita.id))
    scene.gita.email = None
    session.commit()
    gita = client_of(scene.gita)
    assert gita.get("/akun").text.count("Tidak tercatat") == 3
    assert gita.get("/akun/verifikasi").status_code == 200
    assert gita.get("/masuk/bukti").status_code == 200
    assert gita.get("/akun/kata-sandi").status_code == 200


def test_choices_are_kept_and_seen_at_once(scene: Scene, session: Session, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    form = {"locale": "en", "theme": "dark", "data_saver": "y"}
    assert ayu.post("/akun/tampilan", data=form).status_code == 303
    page = ayu.get("/akun").text
    assert '<html lang="en" data-theme="dark">' in page
    assert "Your choices are saved." in page
    kept = session.get_one(Person, scene.ayu.id, populate_existing=True)
    assert kept.data_saver
    ayu.post("/akun/tampilan", data={"locale": "id", "theme": "auto"})
    assert not session.get_one(Person, scene.ayu.id, populate_existing=True).data_saver
    assert ayu.post("/akun/tampilan", data={"locale": "xx", "theme": "pink"}).status_code == 422


def test_the_language_link_also_tells_the_account(scene: Scene, session: Session, client_of: Client) -> None:
    client_of(scene.ayu).post("/bahasa", data={"locale": "en"})
    assert session.get_one(Person, scene.ayu.id, populate_existing=True).locale == "en"


def test_a_learner_has_four_places_and_staff_their_initials(scene: Scene, client_of: Client) -> None:
    assert client_of(scene.ayu).get("/akun").text.count('class="nav-item"') == 4
    staff = client_of(scene.dewi).get("/akun").text
    assert "Akun, Dewi Anggraini" in staff
    assert "Pengelola pelatihan" in staff


@pytest.mark.parametrize(
    "path", ["/akun", "/akun/perangkat", "/akun/kata-sandi", "/akun/verifikasi-dua-langkah"]
)
def test_a_page_asks_at_most_five_things_of_the_database(
    app: Flask, scene: Scene, client_of: Client, path: str
) -> None:
    for _ in range(4):
        client = client_of(scene.ayu)
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    client.get(path)
    event.remove(engine, "before_cursor_execute", note)
    assert 0 < len([text for text in seen if "SAVEPOINT" not in text]) <= 5


@pytest.mark.parametrize("path", ["/privasi", "/bantuan"])
def test_help_and_privacy_are_open_to_everybody(scene: Scene, client_of: Client, path: str) -> None:
    outside, inside = client_of(None).get(path), client_of(scene.ayu).get(path)
    assert outside.status_code == inside.status_code == 200
    assert 'class="band"' in outside.text
    assert 'class="nav"' in inside.text


@pytest.mark.parametrize(
    ("user_agent", "words", "handheld"),
    [
        (
            "Mozilla/5.0 (Linux; Android 13; SM-A245F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
            "Chrome Android",
            True,
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-A245F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
            "Samsung Internet Android",
            True,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1",
            "Safari iPhone",
            True,
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
            "Edge Windows",
            False,
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0", "Firefox Linux", False),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
            "Safari Mac",
            False,
        ),
        ("", " ", False),
        ("curl/8", " ", False),
    ],
)
def test_a_device_is_named_as_people_name_it(user_agent: str, words: str, handheld: bool) -> None:
    assert f"{browser(user_agent)} {system(user_agent)}" == words
    assert is_handheld(user_agent) is handheld


def test_large_letters_are_asked_for_once_and_every_page_has_them(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    assert "data-text" not in ayu.get("/akun").text
    form = {"locale": "id", "theme": "auto", "large_text": "y"}
    assert ayu.post("/akun/tampilan", data=form).status_code == 303
    assert 'data-text="large"' in ayu.get("/").text
    ayu.post("/bahasa", data={"locale": "en"})
    assert '<html lang="en" data-theme="auto" data-text="large">' in ayu.get("/akun").text
    ayu.post("/akun/tampilan", data={"locale": "id", "theme": "auto"})
    assert "data-text" not in ayu.get("/akun").text
