"""Claims about the second factor: who must have it, what it opens, what gets past it (nothing)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.auth.models import Credential, Failure, LinkPurpose, SignIn
from lms.auth.services import Enrolment, enrol_second_factor, make_link
from lms.people.models import Person
from tests.auth.conftest import KEYS, NIP, PASSWORD, Scene, enter, moment
from tests.conftest import Client
from tests.factories.people import actor_for

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
WRONG = "Kode tidak cocok atau sudah dipakai"


def give_app(session: Session, person: Person) -> list[str]:
    """Enrol as an hour ago, so that no code of now is used up. Returns the recovery codes."""
    earlier = moment() - timedelta(hours=1)
    enrolment = Enrolment(KEY, pyotp.TOTP(KEY).at(earlier))
    codes = enrol_second_factor(session, actor_for(person), enrolment, keys=KEYS, address="", now=earlier)
    session.commit()
    return codes


def code(at: datetime | None = None) -> str:
    return pyotp.TOTP(KEY).at(at or moment())


def entered(client_of: Client, person: Person) -> FlaskClient:
    client = client_of(None)
    enter(client, str(person.email))
    return client


@pytest.mark.asvs("V6.3.3")
@pytest.mark.parametrize("path", ["/", "/akun", "/akun/perangkat", "/pemberitahuan"])
def test_an_administrator_without_one_sees_nothing_before_setting_it_up(
    scene: Scene, client_of: Client, path: str
) -> None:
    dewi = entered(client_of, scene.dewi)
    assert dewi.get(path).location == f"/masuk/kode?next={path}"
    step = dewi.get(f"/masuk/kode?next={path}")
    assert step.location == f"/akun/verifikasi?next={path}"
    assert "Peran Anda dapat mengubah data banyak orang" in dewi.get(step.location).text
    assert dewi.post("/akun/tampilan", data={"locale": "en", "theme": "dark"}).status_code == 302
    assert dewi.get("/akun", headers={"Accept": "application/json"}).status_code == 403
    assert dewi.post("/keluar").status_code == 303


def test_a_learner_need_not_have_one(scene: Scene, client_of: Client) -> None:
    assert entered(client_of, scene.ayu).get("/akun").status_code == 200


def enrol_in(client: FlaskClient) -> tuple[str, str]:
    """The enrolment page's signed key, and the key itself."""
    page = client.get("/akun/verifikasi?next=/akun").text
    signed = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    shown = re.search(r'<p class="key"><code>([A-Z2-7 ]+)</code>', page)
    assert signed
    assert shown
    return signed[1], shown[1].replace(" ", "")


def test_setting_it_up_shows_ten_codes_once_and_opens_everything(
    scene: Scene, session: Session, client_of: Client
) -> None:
    dewi = entered(client_of, scene.dewi)
    signed, key = enrol_in(dewi)
    assert "<svg" in dewi.get("/akun/verifikasi").text
    wrong = dewi.post("/akun/verifikasi", data={"key": signed, "code": "000000"})
    assert wrong.status_code == 422
    assert WRONG in wrong.text
    spaced_key = " ".join(key[place : place + 4] for place in range(0, len(key), 4))
    assert spaced_key in wrong.text
    done = dewi.post("/akun/verifikasi", data={"key": signed, "code": pyotp.TOTP(key).now()})
    assert done.status_code == 200
    codes = re.findall(r"<code>(\d{4} \d{4} \d{4})</code>", done.text)
    assert len(set(codes)) == 10
    assert dewi.get("/akun").status_code == 200
    kept = session.get_one(Credential, scene.dewi.id)
    assert codes[0].replace(" ", "") not in str(kept.recovery_hashes)


def test_the_key_of_another_page_or_person_is_not_taken(scene: Scene, client_of: Client) -> None:
    dewi, ayu = entered(client_of, scene.dewi), entered(client_of, scene.ayu)
    signed, key = enrol_in(ayu)
    for packed in (signed, signed[:-1], "", KEY, signed + "x"):
        answer = dewi.post("/akun/verifikasi", data={"key": packed, "code": pyotp.TOTP(key).now()})
        assert answer.status_code == 422
        assert "terlalu lama terbuka" in answer.text


@pytest.mark.asvs("V6.6.3")
def test_with_an_app_a_password_alone_opens_nothing(
    scene: Scene, session: Session, client_of: Client
) -> None:
    give_app(session, scene.ayu)
    ayu = entered(client_of, scene.ayu)
    assert ayu.get("/akun").location == "/masuk/kode?next=/akun"
    assert ayu.get("/akun/verifikasi").location == "/masuk/kode"
    assert ayu.get("/masuk/bukti").location.startswith("/masuk/kode")
    assert ayu.post("/akun/verifikasi", data={"key": "x", "code": code()}).status_code == 302
    passed = ayu.post("/masuk/kode", data={"code": code(), "next": "/akun"})
    assert passed.location == "/akun"
    assert ayu.get("/akun").status_code == 200


@pytest.mark.asvs("V6.5.1")
def test_a_code_opens_one_session_only(scene: Scene, session: Session, client_of: Client) -> None:
    give_app(session, scene.ayu)
    now_code = code()
    assert entered(client_of, scene.ayu).post("/masuk/kode", data={"code": now_code}).status_code == 303
    again = entered(client_of, scene.ayu).post("/masuk/kode", data={"code": now_code})
    assert again.status_code == 422
    assert WRONG in again.text


@pytest.mark.asvs("V6.5.1")
@pytest.mark.asvs("V6.4.4")
def test_a_recovery_code_opens_once(scene: Scene, session: Session, client_of: Client) -> None:
    codes = give_app(session, scene.ayu)
    typed = f" {codes[3][:4]} {codes[3][4:8]}-{codes[3][8:]}"
    ayu = entered(client_of, scene.ayu)
    assert ayu.post("/masuk/kode", data={"code": typed}).status_code == 303
    assert "9 kode pemulihan tersisa" in ayu.get("/akun").text
    again = entered(client_of, scene.ayu).post("/masuk/kode", data={"code": typed})
    assert again.status_code == 422
    other = entered(client_of, scene.ayu).post("/masuk/kode", data={"code": codes[4]})
    assert other.status_code == 303


@pytest.mark.asvs("V6.6.3")
def test_ten_wrong_codes_close_the_door_for_the_right_one_too(
    scene: Scene, session: Session, client_of: Client
) -> None:
    codes = give_app(session, scene.ayu)
    ayu = entered(client_of, scene.ayu)
    for number in range(10):
        typed = "123456" if number % 2 else "1234 5678 9012"
        assert ayu.post("/masuk/kode", data={"code": typed}).status_code == 422
    for typed in (code(), codes[0]):
        answer = entered(client_of, scene.ayu).post("/masuk/kode", data={"code": typed})
        assert answer.status_code == 429
        assert "Retry-After" in answer.headers
    session.execute(sa.update(Failure).values(at=Failure.at - timedelta(minutes=16)))
    session.commit()
    assert entered(client_of, scene.ayu).post("/masuk/kode", data={"code": code()}).status_code == 303


@pytest.mark.asvs("V7.2.4")
def test_passing_it_changes_the_token(scene: Scene, session: Session, client_of: Client) -> None:
    give_app(session, scene.ayu)
    ayu = entered(client_of, scene.ayu)
    with ayu.session_transaction() as cookie:
        before = dict(cookie)
    ayu.post("/masuk/kode", data={"code": code()})
    thief = client_of(None)
    with thief.session_transaction() as cookie:
        cookie.update(before)
    assert thief.get("/akun").location.startswith("/masuk?")
    assert ayu.get("/akun").status_code == 200


def test_odd_codes_are_refused_calmly(scene: Scene, session: Session, client_of: Client) -> None:
    give_app(session, scene.ayu)
    ayu = entered(client_of, scene.ayu)
    for typed in ("", "\x00\x00\x00", "１２３４５６", "'; drop table", "9" * 41, "<b>1</b>"):
        assert ayu.post("/masuk/kode", data={"code": typed}).status_code == 422


@pytest.mark.asvs("V6.4.3")
def test_a_reset_link_does_not_pass_the_second_factor(
    scene: Scene, session: Session, client_of: Client
) -> None:
    give_app(session, scene.ayu)
    token = make_link(session, scene.ayu.id, LinkPurpose.RESET, now=moment())
    session.commit()
    client = client_of(None)
    assert client.post(f"/atur-sandi/{token}", data={"password": "tujuh gajah oma"}).status_code == 303
    assert client.get("/akun").location == "/masuk/kode?next=/akun"


def test_a_link_from_the_terminal_passes_it(scene: Scene, session: Session, client_of: Client) -> None:
    give_app(session, scene.dewi)
    token = make_link(session, scene.dewi.id, LinkPurpose.SIGN_IN, now=moment())
    session.commit()
    client = client_of(None)
    assert client.post(f"/masuk/tautan/{token}").status_code == 303
    assert client.get("/akun").status_code == 200


def stale(session: Session) -> None:
    session.execute(sa.update(SignIn).values(proved_at=moment() - timedelta(minutes=16)))
    session.commit()


@pytest.mark.asvs("V7.5.1")
def test_turning_it_off_asks_for_a_fresh_proof(scene: Scene, session: Session, client_of: Client) -> None:
    give_app(session, scene.ayu)
    ayu = client_of(scene.ayu)
    stale(session)
    asked = ayu.post("/akun/verifikasi/hapus")
    assert asked.status_code == 302
    assert asked.location.startswith("/masuk/bukti")
    assert ayu.post("/masuk/bukti", data={"password": "salah sekali sandinya"}).status_code == 422
    assert ayu.post("/masuk/bukti", data={}).status_code == 422
    assert ayu.post("/masuk/bukti", data={"code": code(), "next": "/akun"}).location == "/akun"
    assert ayu.post("/akun/verifikasi/hapus").status_code == 303
    assert session.get_one(Credential, scene.ayu.id, populate_existing=True).totp_secret is None


def test_a_role_that_must_have_it_cannot_turn_it_off(
    scene: Scene, session: Session, client_of: Client
) -> None:
    give_app(session, scene.dewi)
    dewi = client_of(scene.dewi)
    answer = dewi.post("/akun/verifikasi/hapus")
    assert answer.status_code == 403
    assert "wajib bagi peran Anda" in answer.text
    assert "Matikan" not in dewi.get("/akun/verifikasi-dua-langkah").text
    assert "Matikan" not in client_of(scene.ayu).get("/akun/verifikasi-dua-langkah").text


def test_new_recovery_codes_replace_the_old_ones(scene: Scene, session: Session, client_of: Client) -> None:
    old = give_app(session, scene.ayu)
    page = client_of(scene.ayu).post("/akun/kode-pemulihan").text
    new = re.findall(r"<code>(\d{4} \d{4} \d{4})</code>", page)
    assert len(new) == 10
    assert entered(client_of, scene.ayu).post("/masuk/kode", data={"code": old[0]}).status_code == 422
    assert entered(client_of, scene.ayu).post("/masuk/kode", data={"code": new[0]}).status_code == 303
    assert client_of(scene.dewi).post("/akun/kode-pemulihan").status_code == 403


@pytest.mark.asvs("V6.2.3")
def test_the_step_up_takes_the_password_and_counts_failures(
    scene: Scene, session: Session, client_of: Client
) -> None:
    ayu = client_of(scene.ayu)
    stale(session)
    assert ayu.get("/akun/verifikasi").location == "/masuk/bukti?next=/akun/verifikasi"
    for _ in range(10):
        assert ayu.post("/masuk/bukti", data={"password": "salah sekali sandinya"}).status_code == 422
    assert ayu.post("/masuk/bukti", data={"password": PASSWORD}).status_code == 429
    session.execute(sa.delete(Failure))
    session.commit()
    back = ayu.post("/masuk/bukti", data={"password": PASSWORD, "next": "/akun/verifikasi"})
    assert back.location == "/akun/verifikasi"
    assert ayu.get("/akun/verifikasi").status_code == 200


def test_the_shorter_password_is_for_those_with_an_app(
    scene: Scene, session: Session, client_of: Client
) -> None:
    form = {"current": PASSWORD, "password": "zg4 kwqx"}
    assert client_of(scene.ayu).post("/akun/kata-sandi", data=form).status_code == 422
    give_app(session, scene.ayu)
    assert client_of(scene.ayu).post("/akun/kata-sandi", data=form).status_code == 303
    assert enter(client_of(None), NIP, "zg4 kwqx").status_code == 303


@pytest.mark.asvs("V6.3.3")
def test_nothing_of_hers_shows_before_the_second_factor(scene: Scene, client_of: Client) -> None:
    page = entered(client_of, scene.dewi).get("/akun/verifikasi").text
    assert 'class="nav' not in page
    assert "/pemberitahuan" not in page
