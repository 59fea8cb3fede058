"""Claims about what somebody typed: an ended session, an old token or a step-up loses nothing."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask, request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.features import FEATURES
from lms.access import ANYONE, SIGNED_IN, needs
from lms.app import create_app
from lms.auth.kept import MOST, Kept, keep, pack, typed_texts, unpack
from lms.auth.models import SignIn
from lms.errors import Conflict
from lms.feature import Feature
from lms.web import db
from tests.auth.conftest import HERE, NIP, PASSWORD, Scene, moment
from tests.auth.test_second_factor import code, give_app
from tests.conftest import Client, settings_for

KEYS = ("newest-key", "older-key")
ESSAY = "Pelayanan publik di loket kami.\r\n\r\n“Warga” & <b>petugas</b> 'setara'. " * 800
essays = Blueprint("essays", __name__)


@essays.route("/esai", methods=["GET", "POST"])
@needs(SIGNED_IN)
def write() -> str:
    return json.dumps(list(request.form.items(multi=True)))


@essays.post("/esai/resmi")
@needs(SIGNED_IN, fresh=True)
def write_officially() -> str:
    return json.dumps(list(request.form.items(multi=True)))


@essays.post("/esai/berubah")
@needs(SIGNED_IN)
def write_too_late() -> str:
    raise Conflict


@essays.post("/saran")
@needs(ANYONE)
def suggest() -> str:
    return "ok"


@pytest.fixture(scope="module")
def essay_app(template_database: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with a form of its own, and with its tokens checked."""
    settings = settings_for(template_database, tmp_path_factory.mktemp("essays"))
    app = create_app(settings, [*FEATURES, Feature(name="essays", blueprint=essays)])
    app.config.update(TESTING=True, READS_ARE_READ_ONLY=False)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def shared_app(essay_app: Flask) -> Flask:
    """Everything in this module runs in that application."""
    return essay_app


def token_of(client: FlaskClient) -> str:
    found = re.search(
        r'name="csrf_token" value="([^"]+)"', client.get("/bantuan").text + client.get("/akun").text
    )
    assert found
    return found[1]


def hidden(page: str) -> list[tuple[str, str]]:
    """The hidden fields of the page's main form, as a browser would send them."""
    main = page[page.index("<main") :]
    fields = re.findall(r'<input[^>]*type="hidden"[^>]*>', main)
    pairs = [(re.search(r'name="([^"]*)"', f), re.search(r'value="([^"]*)"', f)) for f in fields]
    return [(html.unescape(n[1]), html.unescape(v[1]) if v else "") for n, v in pairs if n]


def send(client: FlaskClient, path: str, pairs: list[tuple[str, str]], **more: str) -> TestResponse:
    data: dict[str, list[str]] = {}
    for name, value in [*pairs, *more.items()]:
        data.setdefault(name, []).append(value)
    return client.post(path, data=data, headers=HERE)


FIELDS = [("judul", "Loket"), ("isi", ESSAY), ("pilihan", "a"), ("pilihan", "b"), ("kosong", "")]


def end_all(session: Session) -> None:
    session.execute(sa.update(SignIn).values(ended_at=moment()))
    session.commit()


def arrived(answer: TestResponse) -> list[list[str]]:
    """What the form's own page received, without the token."""
    assert answer.status_code == 200, answer.text
    return [pair for pair in json.loads(answer.text) if pair[0] != "csrf_token"]


@pytest.mark.parametrize("how", ["ended", "expired", "idle", "cookie gone"])
def test_a_long_essay_survives_the_end_of_a_session(
    scene: Scene, session: Session, client_of: Client, how: str
) -> None:
    ayu = client_of(scene.ayu)
    token = token_of(ayu)
    if how == "ended":
        end_all(session)
    elif how == "expired":
        session.execute(sa.update(SignIn).values(expires_at=moment()))
        session.commit()
    elif how == "idle":
        with ayu.session_transaction() as cookie:
            cookie["seen"] = (moment() - timedelta(days=15)).isoformat()
    else:
        ayu.delete_cookie("__Host-bina")
    asked = send(ayu, "/esai?bagian=2", FIELDS, csrf_token=token)
    assert asked.status_code == 401
    assert "Tulisan Anda masih ada; masuk lagi untuk mengirimnya" in asked.text
    assert 'action="/masuk"' in asked.text

    wrong = send(ayu, "/masuk", hidden(asked.text), name=NIP, password="salah sekali sandinya")
    assert wrong.status_code == 422
    back = send(ayu, "/masuk", hidden(wrong.text), name=NIP, password=PASSWORD)
    assert back.status_code == 200
    assert "Kirim ulang isian Anda" in back.text
    assert 'action="/esai?bagian=2"' in back.text
    assert html.escape("“Warga” & <b>petugas</b>", quote=False) in back.text
    sent = send(ayu, "/esai?bagian=2", hidden(back.text))
    assert arrived(sent) == [list(pair) for pair in FIELDS]


def test_an_old_token_only_asks_for_one_more_press(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    page = send(ayu, "/esai", FIELDS, csrf_token="old")
    assert page.status_code == 400
    assert "Kirim ulang" in page.text
    assert arrived(send(ayu, "/esai", hidden(page.text))) == [list(pair) for pair in FIELDS]


def test_another_site_cannot_have_its_words_sent(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    for headers in (
        {},
        {"Origin": "https://jahat.example"},
        {"Referer": "https://jahat.example/x"},
        {"Origin": "null"},
    ):
        answer = ayu.post("/esai", data={"isi": "kata orang lain yang panjang"}, headers=headers)
        assert answer.status_code in {400, 403}
        assert "kata orang lain" not in answer.text
    site = ayu.post("/esai", data={"isi": "kata orang lain"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert "kata orang lain" not in site.text


@pytest.mark.asvs("V7.5.1")
def test_a_step_up_keeps_the_form(scene: Scene, session: Session, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    token = token_of(ayu)
    session.execute(sa.update(SignIn).values(proved_at=moment() - timedelta(minutes=16)))
    session.commit()
    asked = send(ayu, "/esai/resmi", FIELDS, csrf_token=token)
    assert asked.status_code == 403
    assert "belum dikirim dan masih ada" in asked.text
    back = send(ayu, "/masuk/bukti", hidden(asked.text), password=PASSWORD)
    assert arrived(send(ayu, "/esai/resmi", hidden(back.text))) == [list(pair) for pair in FIELDS]


def test_the_second_factor_keeps_the_form_as_well(scene: Scene, session: Session, client_of: Client) -> None:
    give_app(session, scene.ayu)
    ayu = client_of(scene.ayu)
    token = token_of(ayu)
    end_all(session)
    asked = send(ayu, "/esai", FIELDS, csrf_token=token)
    step = send(ayu, "/masuk", hidden(asked.text), name=NIP, password=PASSWORD)
    assert "Tulis kode untuk mengirimnya" in step.text
    back = send(ayu, "/masuk/kode", hidden(step.text), code=code())
    assert arrived(send(ayu, "/esai", hidden(back.text))) == [list(pair) for pair in FIELDS]


def test_a_form_that_waits_for_the_second_factor_is_kept(
    scene: Scene, session: Session, client_of: Client
) -> None:
    give_app(session, scene.ayu)
    ayu = client_of(scene.ayu)
    token = token_of(ayu)
    session.execute(sa.update(SignIn).values(second_factor=False))
    session.commit()
    asked = send(ayu, "/esai", FIELDS, csrf_token=token)
    assert asked.status_code == 403
    back = send(ayu, "/masuk/kode", hidden(asked.text), code=code())
    assert arrived(send(ayu, "/esai", hidden(back.text))) == [list(pair) for pair in FIELDS]


def test_what_ayu_wrote_is_not_given_to_dewi(scene: Scene, session: Session, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    token = token_of(ayu)
    end_all(session)
    asked = send(ayu, "/esai", FIELDS, csrf_token=token)
    other = send(ayu, "/masuk", hidden(asked.text), name=str(scene.dewi.email), password=PASSWORD)
    assert other.status_code == 303
    assert other.location == "/"


def test_too_many_wrong_passwords_do_not_lose_it_either(
    scene: Scene, session: Session, client_of: Client
) -> None:
    ayu = client_of(scene.ayu)
    end_all(session)
    page = send(ayu, "/esai", [("isi", "Loket kami ramai.")], csrf_token="old")
    for _ in range(10):
        page = send(ayu, "/masuk", hidden(page.text), name=NIP, password="salah sekali sandinya")
    page = send(ayu, "/masuk", hidden(page.text), name=NIP, password=PASSWORD)
    assert page.status_code == 429
    assert "Loket kami ramai." in page.text
    assert PASSWORD not in page.text


def test_a_file_is_not_carried_and_the_page_says_so(
    scene: Scene, session: Session, client_of: Client
) -> None:
    ayu = client_of(scene.ayu)
    token = token_of(ayu)
    end_all(session)
    form = {"isi": ESSAY, "csrf_token": token, "berkas": (BytesIO(b"x" * 1000), "a.pdf")}
    asked = ayu.post("/esai", data=form, headers=HERE, content_type="multipart/form-data")
    back = send(ayu, "/masuk", hidden(asked.text), name=NIP, password=PASSWORD)
    assert "Berkas tidak ikut tersimpan" in back.text
    assert arrived(send(ayu, "/esai", hidden(back.text))) == [["isi", ESSAY]]


def test_a_script_gets_its_status_as_json(scene: Scene, session: Session, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    token = token_of(ayu)
    end_all(session)
    for headers in ({"X-CSRFToken": token}, {}):
        answer = ayu.post("/esai", json={"isi": "x"}, headers={**HERE, **headers})
        assert answer.status_code == 401
        assert answer.get_json()["error"] == 401


def test_a_public_form_survives_an_old_token(client_of: Client) -> None:
    client = client_of(None)
    page = send(client, "/saran", [("isi", "Tambah kursi di ruang tunggu.")], csrf_token="old")
    assert "Kirim ulang" in page.text
    assert send(client, "/saran", hidden(page.text)).text == "ok"


def test_an_old_sign_in_page_is_opened_anew_without_the_password(scene: Scene, client_of: Client) -> None:
    client = client_of(None)
    answer = send(client, "/masuk?next=/akun", [("name", NIP), ("password", PASSWORD)], csrf_token="old")
    assert answer.location == "/masuk?next=/akun"
    page = client.get(answer.location).text
    assert "terlalu lama terbuka" in page
    assert PASSWORD not in page


def test_an_old_sign_out_button_leads_home(scene: Scene, client_of: Client) -> None:
    assert send(client_of(scene.ayu), "/keluar", [], csrf_token="old").location == "/"


def test_a_conflict_gives_the_words_back(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    page = send(ayu, "/esai/berubah", [*FIELDS, ("new_password", "rahasia sekali")], csrf_token=token_of(ayu))
    assert page.status_code == 409
    assert "Tulisan Anda masih ada di sini" in page.text
    assert html.escape("'setara'").replace("&#x27;", "&#39;") in page.text
    assert "rahasia sekali" not in page.text


def test_a_file_that_is_too_large_leaves_the_words(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    parts = [
        ('name="csrf_token"', token_of(ayu).encode()),
        ('name="berkas"; filename="video.mp4"', bytes(13 * 1024 * 1024)),
        ('name="isi"', b"Catatan di bawah video."),
    ]
    body = b"".join(
        b"--bina\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), content)
        for head, content in parts
    )
    kind = "multipart/form-data; boundary=bina"
    page = ayu.post("/esai", data=body + b"--bina--\r\n", headers=HERE, content_type=kind)
    assert page.status_code == 413
    assert "Catatan di bawah video." in page.text
    stranger = client_of(None).post("/esai", data=body, headers=HERE, content_type=kind)
    assert stranger.status_code == 413
    assert "Catatan" not in stranger.text


# The parcel itself


def test_a_parcel_comes_back_as_it_was() -> None:
    kept = Kept("/esai", (("a", "1"), ("a", "2"), ("isi", ESSAY)), True, "ayu")
    assert unpack(pack(kept, KEYS), KEYS) == kept
    assert unpack(pack(kept, ("older-key",)), KEYS) == kept


@pytest.mark.asvs("V9.1.1")
@given(st.integers(min_value=0, max_value=10_000), st.sampled_from("ABCDEFabcdef0123456789-_.="))
def test_a_changed_parcel_is_not_opened(place: int, mark: str) -> None:
    packed = pack(Kept("/esai", (("isi", "kata " * 30),)), KEYS)
    place %= len(packed)
    changed = packed[:place] + mark + packed[place + 1 :]
    opened = unpack(changed, KEYS)
    assert changed == packed or opened is None or opened == unpack(packed, KEYS)


def test_secrets_and_too_much_are_not_carried() -> None:
    kept = keep(
        "/x", [("isi", "a"), ("csrf_token", "t"), ("password", "p"), ("new_password", "p"), ("kept", "k")]
    )
    assert kept
    assert kept.fields == (("isi", "a"),)
    assert keep("/x", [("isi", "a" * MOST)]) is None
    assert keep("/x", [("isi", "a" * (MOST - 3))])


def test_only_what_people_write_is_shown_to_copy() -> None:
    fields = [
        ("isi", "Dua kata"),
        ("id", "0197aaaa-0000-7000-8000-000000000000"),
        ("pilihan", "a"),
        ("kosong", " "),
        ("csrf_token", "rahasia dengan spasi"),
        ("satu", "Ketidakadilankebijaksanaan"),
    ]
    assert typed_texts(fields) == ["Dua kata", "Ketidakadilankebijaksanaan"]
