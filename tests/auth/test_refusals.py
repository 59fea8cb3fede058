"""Claims about what never gets through: other sites, other hosts, other addresses to go to, other people's tokens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from courses.features import FEATURES
from lms.access import ANYONE, BEARER
from lms.app import create_app
from lms.auth.kept import Kept, pack, unpack
from lms.auth.models import LinkPurpose, OneTimeLink, SignIn
from lms.auth.paths import own_path
from lms.auth.services import make_link
from lms.auth.tokens import hashed, new_token
from lms.shell.guard import rule_of
from tests.auth.conftest import HERE, NIP, PASSWORD, Scene, enter, moment
from tests.conftest import Client, settings_for
from tests.test_guarantees import path_of

ELSEWHERE = [
    "https://jahat.example",
    "http://jahat.example/akun",
    "//jahat.example",
    "///jahat.example",
    "////jahat.example",
    "/\\jahat.example",
    "\\\\jahat.example",
    "\\/jahat.example",
    "/\\/jahat.example",
    "\\jahat.example",
    "/\t/jahat.example",
    "/\n/jahat.example",
    "/\r/jahat.example",
    "/\r\nSet-Cookie: a=b",
    "\t//jahat.example",
    "\n//jahat.example",
    " //jahat.example",
    " https://jahat.example",
    "\x00//jahat.example",
    "\x01https://jahat.example",
    "\x7f//jahat.example",
    "/ /jahat.example",
    "/\x0b/jahat.example",
    "/\x0c/jahat.example",
    "/\x85/jahat.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "mailto:a@jahat.example",
    "ftp://jahat.example",
    "file:///etc/passwd",
    "blob:https://jahat.example/1",
    "intent://jahat.example#Intent;scheme=https;end",
    "http:jahat.example",
    "https:/jahat.example",
    "https:///jahat.example",
    "http:\\\\jahat.example",
    "https:jahat.example",
    "jahat.example",
    "jahat.example/akun",
    "www.jahat.example",
    "@jahat.example",
    "localhost@jahat.example",
    "//localhost@jahat.example",
    "//localhost:80@jahat.example/",
    "http://localhost@jahat.example",
    "http://localhost.jahat.example",
    "//localhost.jahat.example",
    "//[::1]@jahat.example",
    "//[jahat",
    "http://[::1",
    "/.//jahat.example",
    "/akun/..//jahat.example",
    "/..//jahat.example",
    ".//jahat.example",
    "..//jahat.example",
    "?next=//jahat.example",
    "#//jahat.example",
    "/akun\\@jahat.example",
    "/akun?a=\r\nX: y",
    "",
    "/" + "a" * 2001,
]
OURS = [
    "/",
    "/akun",
    "/kelas/1?halaman=2",
    "/masuk?next=/akun",
    "/a%2Fb",
    "/akun#isi",
    "/cari?q=https://contoh.invalid//x",
]


def test_there_are_enough_of_them() -> None:
    assert len(set(ELSEWHERE)) >= 50


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(scene: Scene, client_of: Client, target: str) -> None:
    assert own_path(target) is None
    client = client_of(scene.ayu)
    assert client.get("/masuk", query_string={"next": target}).location == "/"
    proved = client.post("/masuk/bukti", data={"password": PASSWORD, "next": target})
    assert proved.location == "/"
    spoken = client.post("/bahasa", data={"locale": "id", "next": target})
    assert spoken.location == "/masuk"


@pytest.mark.parametrize("target", OURS)
def test_a_page_of_ours_is_where_one_comes_back_to(scene: Scene, client_of: Client, target: str) -> None:
    assert own_path(target) == target
    assert enter(client_of(None), NIP, next=target).location == target


@given(st.text(max_size=40))
def test_whatever_is_asked_for_stays_here(target: str) -> None:
    found = own_path(target)
    assert found is None or (found.startswith("/") and found[1:2] not in {"/", "\\"})


# Hosts


@pytest.mark.parametrize(
    "host",
    [
        "jahat.example",
        "localhost.jahat.example",
        "jahat.example:80",
        "127.0.0.1.jahat.example",
        "localhost@jahat",
        "xlocalhost",
        "[::ffff:1.2.3.4]",
        "a b",
        "localhost:99999",
    ],
)
def test_another_host_is_not_served(client_of: Client, host: str) -> None:
    client = client_of(None)
    for path in ("/masuk", "/lupa-sandi", "/tidak-ada"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "jahat" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000"])
def test_this_machine_is_served_under_its_own_names(client_of: Client, host: str) -> None:
    assert client_of(None).get("/masuk", headers={"Host": host}).status_code == 200


def test_links_in_mails_carry_the_public_address(
    template_database: URL, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = settings_for(
        template_database, tmp_path_factory.mktemp("x"), base_url="https://bina.contoh.invalid"
    )
    app = create_app(settings, FEATURES)
    assert app.config["TRUSTED_HOSTS"] == ["bina.contoh.invalid", "localhost", "127.0.0.1"]
    client = app.test_client()
    page = client.get("/masuk", base_url="https://bina.contoh.invalid")
    assert page.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert client.get("/masuk", base_url="https://bina.contoh.lain").status_code == 400


# Other sites


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "SAME-ORIGIN"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://jahat.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:81"},
    {"Origin": "http://localhost.jahat.example"},
    {"Origin": "http://sub.localhost"},
    {"Referer": "https://jahat.example/?http://localhost/"},
    {"Referer": "https://localhost@jahat.example/"},
]


@pytest.mark.asvs("V3.5.1")
@pytest.mark.parametrize("headers", FOREIGN)
def test_a_write_that_another_site_caused_is_refused(
    scene: Scene, client_of: Client, headers: dict[str, str]
) -> None:
    client = client_of(scene.ayu)
    assert client.post("/akun/perangkat/akhiri-lainnya", headers=headers).status_code == 403
    assert (
        client_of(None).post("/masuk", data={"name": NIP, "password": PASSWORD}, headers=headers).status_code
        == 403
    )


@pytest.mark.asvs("V3.5.1")
@pytest.mark.parametrize(
    "headers",
    [
        HERE,
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Referer": "http://localhost/akun"},
        {},
    ],
)
def test_a_write_of_ours_is_taken(scene: Scene, client_of: Client, headers: dict[str, str]) -> None:
    assert client_of(scene.ayu).post("/akun/perangkat/akhiri-lainnya", headers=headers).status_code == 303


def posts(app: Flask) -> list[str]:
    return [
        path_of(rule)
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and rule_of(app.view_functions[rule.endpoint]) is not BEARER
    ]


@pytest.mark.asvs("V3.5.1")
def test_every_post_refuses_without_a_token(scene: Scene, strict: Flask, client_of: Client) -> None:
    client = client_of(scene.gita)
    for path in posts(strict):
        for data in ({}, {"csrf_token": "x"}, {"csrf_token": NIP}):
            assert client.post(path, data=data).status_code == 400, path


@pytest.mark.asvs("V3.5.3")
def test_no_page_about_an_account_changes_anything_by_being_opened(
    scene: Scene, client_of: Client, app: Flask
) -> None:
    client = client_of(scene.ayu)
    for path in (
        "/keluar",
        "/akun/perangkat/akhiri-lainnya",
        "/akun/tampilan",
        "/bahasa",
        "/akun/verifikasi/hapus",
    ):
        assert client.get(path).status_code == 405


def test_a_token_of_another_session_is_not_taken(scene: Scene, strict: Flask, client_of: Client) -> None:
    def token_of(client: FlaskClient) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/akun").text)
        assert found
        return found[1]

    ayu, dewi = client_of(scene.ayu), client_of(scene.dewi)
    mine, hers = token_of(ayu), token_of(dewi)
    form = {"locale": "id", "theme": "dark"}
    for token in (hers, mine[:-1], mine[::-1], mine + "a", ""):
        assert ayu.post("/akun/tampilan", data={**form, "csrf_token": token}).status_code == 400
    assert ayu.post("/akun/tampilan", data={**form, "csrf_token": mine}).status_code == 303


# Tokens


def abused(token: str) -> list[str]:
    """A good token, spoilt in every way that comes to mind; none of them may work."""
    other = new_token()
    return [
        token[:-1],
        token[1:],
        token + "a",
        "a" + token,
        token[:21],
        token[::-1],
        token.swapcase(),
        token + "=",
        token + "%00",
        token.replace(token[5], "_" if token[5] != "_" else "-"),
        other,
        token[:20] + other[20:],
        hashed(token).hex(),
        "x",
        "0" * 43,
    ]


@pytest.mark.asvs("V9.1.1")
@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_a_spoilt_link_opens_nothing(
    scene: Scene, session: Session, client_of: Client, purpose: LinkPurpose
) -> None:
    token = make_link(session, scene.ayu.id, purpose, now=moment())
    session.commit()
    where = "/masuk/tautan/" if purpose is LinkPurpose.SIGN_IN else "/atur-sandi/"
    for spoilt in abused(token):
        answer = client_of(None).post(where + spoilt, data={"password": "tujuh gajah oma"})
        assert answer.status_code == 404, spoilt
    assert client_of(None).post(where + token, data={"password": "tujuh gajah oma"}).status_code == 303


@pytest.mark.asvs("V9.2.1")
@pytest.mark.parametrize(
    ("purpose", "where"),
    [
        (LinkPurpose.INVITE, "/masuk/tautan/"),
        (LinkPurpose.RESET, "/masuk/tautan/"),
        (LinkPurpose.SIGN_IN, "/atur-sandi/"),
    ],
)
def test_a_link_serves_its_own_purpose_only(
    scene: Scene, session: Session, client_of: Client, purpose: LinkPurpose, where: str
) -> None:
    token = make_link(session, scene.ayu.id, purpose, now=moment())
    session.commit()
    assert client_of(None).post(where + token, data={"password": "tujuh gajah oma"}).status_code == 404
    assert session.scalars(sa.select(OneTimeLink)).one().used_at is None


def test_a_sign_in_link_works_once_and_only_for_a_day(
    scene: Scene, session: Session, client_of: Client
) -> None:
    first = make_link(session, scene.ayu.id, LinkPurpose.SIGN_IN, now=moment())
    old = make_link(session, scene.ayu.id, LinkPurpose.SIGN_IN, now=moment() - timedelta(hours=25))
    session.commit()
    assert client_of(None).get(f"/masuk/tautan/{first}").status_code == 200
    assert client_of(None).post(f"/masuk/tautan/{first}").status_code == 303
    for token in (first, old):
        worn = client_of(None).post(f"/masuk/tautan/{token}")
        assert worn.status_code == 404
        assert "Tautan tidak berlaku lagi" in worn.text


def test_guessing_links_is_slowed(scene: Scene, client_of: Client) -> None:
    codes = [client_of(None).post(f"/masuk/tautan/{new_token()}").status_code for _ in range(61)]
    assert codes == [404] * 60 + [429]


@pytest.mark.asvs("V7.2.1")
def test_a_spoilt_session_token_is_nobody(scene: Scene, session: Session, client_of: Client) -> None:
    client = client_of(scene.ayu)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    for spoilt in [*abused(token), "", str(scene.ayu.id), str(session.scalars(sa.select(SignIn.id)).first())]:
        thief = client_of(None)
        with thief.session_transaction() as cookie:
            cookie["_user_id"] = spoilt
        assert thief.get("/akun").status_code == 302, spoilt


@pytest.mark.asvs("V9.1.1")
def test_a_cookie_that_we_did_not_sign_is_no_cookie(scene: Scene, client_of: Client) -> None:
    client = client_of(scene.ayu)
    whole = client.get_cookie("__Host-bina")
    assert whole
    for spoilt in (
        whole.value[:-2],
        whole.value + "a",
        "." + whole.value,
        whole.value.split(".")[0],
        "e30.a.b",
    ):
        thief = client_of(None)
        thief.set_cookie("__Host-bina", spoilt, secure=True)
        assert thief.get("/akun").status_code == 302


@pytest.mark.asvs("V9.2.1")
def test_signatures_of_other_purposes_open_no_parcel(scene: Scene, client_of: Client) -> None:
    keys = ("test-" * 8,)
    body = ["/akun", [["isi", "x"]], False, ""]
    for salt in ("totp-key", "cookie-session", "itsdangerous", "files", ""):
        assert unpack(URLSafeTimedSerializer(list(keys), salt=salt).dumps(body), keys) is None
    for key in ("", "test", "test-" * 7):
        assert unpack(URLSafeTimedSerializer([key], salt="kept-form").dumps(body), keys) is None
    assert unpack(pack(Kept("/akun", (("isi", "x"),)), keys), keys)
    answer = enter(client_of(None), NIP, kept=URLSafeTimedSerializer(["x"], salt="kept-form").dumps(body))
    assert answer.status_code == 303


# Headers

CONTENT_POLICY = [
    "default-src 'none'",
    "script-src 'nonce-",
    "'strict-dynamic'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types bina",
]
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Cache-Control": "no-store",
}


@pytest.mark.asvs("V3.4.3")
@pytest.mark.asvs("V3.4.4")
@pytest.mark.asvs("V3.4.5")
@pytest.mark.asvs("V3.4.6")
@pytest.mark.asvs("V14.3.2")
@pytest.mark.parametrize("path", ["/masuk", "/akun", "/tidak-ada", "/akun/perangkat", "/keluar", "/healthz"])
def test_every_answer_carries_the_headers(scene: Scene, client_of: Client, path: str) -> None:
    answer = client_of(scene.ayu).get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert [part for part in CONTENT_POLICY if part not in policy] == []
    assert {name: answer.headers[name] for name in FIXED} == FIXED
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_two_answers_share_a_nonce(client_of: Client) -> None:
    policies = [client_of(None).get("/masuk").headers["Content-Security-Policy"] for _ in range(5)]
    nonces = {found[1] for text in policies if (found := re.search(r"nonce-([\w-]{22})", text))}
    assert len(nonces) == 5


@pytest.mark.asvs("V3.4.4")
def test_static_files_are_not_sniffed_either(shared_app: Flask) -> None:
    with shared_app.test_client().get(f"{shared_app.static_url_path}/css/base.css", buffered=True) as answer:
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-site"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_pages_before_signing_in_ask_for_no_session(app: Flask) -> None:
    open_pages = {
        "auth.sign_in",
        "auth.sign_in_by_link",
        "auth.forgot",
        "auth.forgot_sent",
        "auth.set_password",
    }
    found = {
        name
        for name, view in app.view_functions.items()
        if name.startswith(("auth.", "account.")) and rule_of(view) == ANYONE
    }
    assert found == open_pages
