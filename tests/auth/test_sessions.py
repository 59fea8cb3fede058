"""Claims about sessions: how long they live, who may end them, what ending means."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.auth.models import SignIn
from tests.auth.conftest import NIP, Scene, enter, moment
from tests.conftest import Client

ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-A245F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36"


@pytest.mark.asvs("V7.3.1")
def test_a_session_without_a_visit_for_two_weeks_is_over_on_every_page(
    scene: Scene, client_of: Client
) -> None:
    client = client_of(scene.ayu)
    with client.session_transaction() as cookie:
        cookie["seen"] = (moment() - timedelta(days=13, hours=23)).isoformat()
    assert client.get("/akun").status_code == 200
    with client.session_transaction() as cookie:
        assert cookie["seen"] > (moment() - timedelta(hours=1)).isoformat()
        cookie["seen"] = (moment() - timedelta(days=14, minutes=1)).isoformat()
    assert client.get("/akun").location == "/masuk?next=/akun"
    assert client.get("/masuk").status_code == 200
    assert enter(client, NIP).status_code == 303
    assert client.get("/akun").status_code == 200


@pytest.mark.asvs("V7.3.2")
def test_a_session_ends_after_ninety_days_whatever_happens(
    scene: Scene, session: Session, client_of: Client
) -> None:
    client = client_of(None)
    enter(client, NIP)
    kept = session.scalars(sa.select(SignIn)).one()
    assert kept.expires_at - kept.created_at == timedelta(days=90)
    assert client.get("/akun").status_code == 200
    kept.expires_at = moment() - timedelta(seconds=1)
    session.commit()
    assert client.get("/akun").status_code == 302


@pytest.mark.asvs("V7.4.1")
@pytest.mark.asvs("V14.3.1")
def test_signing_out_ends_the_session_on_the_server_and_clears_the_browser(
    scene: Scene, client_of: Client
) -> None:
    client = client_of(scene.ayu)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    answer = client.post("/keluar")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    with client.session_transaction() as cookie:
        assert "_user_id" not in cookie
        cookie.update(stolen)
    assert client.get("/akun").status_code == 302


@pytest.mark.asvs("V7.5.2")
def test_somebody_sees_their_own_sessions_in_words(scene: Scene, session: Session, client_of: Client) -> None:
    client_of(scene.dewi)
    client = client_of(None)
    client.post("/masuk", data={"name": NIP, "password": "x"}, headers={"User-Agent": ANDROID})
    phone = client_of(None)
    phone.environ_base["HTTP_USER_AGENT"] = ANDROID
    enter(phone, NIP)
    page = phone.get("/akun/perangkat").text
    assert "Chrome di Android" in page
    assert "Perangkat ini" in page
    assert "Alamat 127.0.0.1" in page
    assert page.count("row-title") == 1
    assert "Akhiri semua sesi lain" not in page


@pytest.mark.asvs("V7.4.4")
@pytest.mark.asvs("V7.5.2")
def test_one_session_or_all_others_can_be_ended(scene: Scene, session: Session, client_of: Client) -> None:
    phone, desk, cafe = client_of(scene.ayu), client_of(scene.ayu), client_of(scene.ayu)
    newest = session.scalars(sa.select(SignIn).order_by(SignIn.created_at.desc()).limit(1)).one()
    assert phone.post(f"/akun/perangkat/{newest.id}/akhiri").status_code == 303
    assert cafe.get("/akun").status_code == 302
    assert desk.get("/akun").status_code == 200
    phone.post("/akun/perangkat/akhiri-lainnya")
    assert desk.get("/akun").status_code == 302
    assert phone.get("/akun").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(scene: Scene, session: Session, client_of: Client) -> None:
    dewi = client_of(scene.dewi)
    hers = session.scalars(sa.select(SignIn).where(SignIn.person_id == scene.dewi.id)).one()
    assert client_of(scene.ayu).post(f"/akun/perangkat/{hers.id}/akhiri").status_code == 303
    assert dewi.get("/akun").status_code == 200


@pytest.mark.asvs("V3.3.1")
@pytest.mark.asvs("V3.3.2")
@pytest.mark.asvs("V3.3.3")
@pytest.mark.asvs("V3.3.4")
def test_the_cookie_of_a_session_is_for_this_host_alone(scene: Scene, client_of: Client) -> None:
    cookie = enter(client_of(None), NIP).headers["Set-Cookie"]
    assert cookie.startswith("__Host-bina=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    assert NIP not in cookie


def test_who_is_signed_in_stays_so_when_the_secret_is_changed_once(
    scene: Scene, app: Flask, client_of: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt, late, before = client_of(scene.ayu), client_of(scene.ayu), app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "baru-" * 8)
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [before])
    assert prompt.get("/akun").status_code == 200
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [])
    assert prompt.get("/akun").status_code == 200
    assert late.get("/akun").location == "/masuk?next=/akun"
