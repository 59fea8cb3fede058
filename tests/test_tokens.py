"""Every kind of text that opens something: changed, borrowed, used up or too old, it opens nothing (quality A9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.cohorts.agenda import forget_address, new_address
from courses.cohorts.joining import approval_token
from courses.cohorts.models import Admission, Enrolment
from lms.auth.models import LinkPurpose
from lms.auth.services import make_link, start_session
from lms.clock import now as clock_now
from lms.storage.folder import FolderStore
from tests.cohorts.scene import Scene
from tests.conftest import Client
from tests.factories.people import actor_for

PASSWORD = "kucing tidur di atas pagar"
Open = Callable[[str, str], bool]
Tokens = dict[str, str]
DOORS = ("invite", "reset", "sign_in", "approval", "calendar", "file", "session")


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session, clock_now())


@pytest.fixture
def tokens(app: Flask, scene: Scene, session: Session, client_of: Client) -> Tokens:
    """A good token for every door."""
    now = clock_now()
    cohort = scene.open_cohort(admission=Admission.APPROVAL)
    client_of(scene.ayu).post(f"/jelajah/{cohort.id}/daftar")
    asked = session.query(Enrolment).filter(Enrolment.cohort_id == cohort.id).one()
    made = {
        "invite": make_link(session, scene.citra.id, LinkPurpose.INVITE, now=now),
        "reset": make_link(session, scene.ayu.id, LinkPurpose.RESET, now=now),
        "sign_in": make_link(session, scene.ayu.id, LinkPurpose.SIGN_IN, now=now),
        "calendar": new_address(session, actor_for(scene.ayu), now=now),
        "session": start_session(session, scene.ayu.id, now=now, days=1),
    }
    store: FolderStore = app.extensions["store"]
    store.put("uji/berkas.txt", b"isi", content_type="text/plain")
    with app.app_context():
        made["approval"] = approval_token(asked, now=now)
        made["file"] = store.url("uji/berkas.txt", seconds=600, content_type="text/plain").partition("?")[2]
    session.commit()
    return made


@pytest.fixture
def opens(client_of: Client) -> Open:
    """Whether a text opens a door for a stranger."""

    def go(door: str, token: str) -> bool:
        client = client_of(None)
        if door in {"invite", "reset"}:
            return client.post(f"/atur-sandi/{token}", data={"password": PASSWORD}).status_code in {200, 303}
        if door == "sign_in":
            return client.post(f"/masuk/tautan/{token}").status_code in {200, 303}
        if door == "approval":
            return client.get(f"/setujui/{token}").status_code == 200
        if door == "calendar":
            return client.get(f"/kalender/{token}.ics").status_code == 200
        if door == "file":
            with client.get(f"/berkas/uji/berkas.txt?{token}") as answer:
                return answer.status_code == 200
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        return client.get("/akun").status_code == 200

    return go


def bent(token: str) -> list[str]:
    """A token as somebody might try it who does not have it."""
    middle = len(token) // 2
    other = "A" if token[middle] != "A" else "B"
    return [
        "x",
        token[:-1],
        token[1:],
        token[:middle],
        token[:middle] + other + token[middle + 1 :],
        token[::-1],
        token.swapcase(),
        token + token,
        "%20" + token,
        "..%2f" + token,
        token.replace(token[:4], "AAAA", 1),
        "null",
        "0",
        "%25" + token,
        "eyJhbGciOiJub25lIn0.e30.",
        "a" * 3000,
        "\u202e" + token,
    ]


@pytest.mark.asvs("V9.1.1", "V9.1.2")
@pytest.mark.parametrize("door", DOORS)
def test_no_bent_token_opens_and_the_good_one_does(door: str, tokens: Tokens, opens: Open) -> None:
    assert len(bent(tokens[door])) * len(DOORS) >= 40
    tried = [wrong for wrong in bent(tokens[door]) if opens(door, wrong)]
    assert tried == []
    assert opens(door, tokens[door])


@pytest.mark.asvs("V9.2.3")
def test_no_token_opens_the_door_of_another_purpose(tokens: Tokens, opens: Open) -> None:
    one_page = {"invite", "reset"}  # both lead to choosing a password
    wrong = [
        (kind, door)
        for kind, token in tokens.items()
        for door in DOORS
        if kind != door and not {kind, door} <= one_page and opens(door, token)
    ]
    assert wrong == []


@pytest.mark.asvs("V6.3.4")
@pytest.mark.parametrize("door", ["invite", "reset", "sign_in"])
def test_a_link_opens_once(door: str, tokens: Tokens, opens: Open) -> None:
    assert [opens(door, tokens[door]) for _ in range(3)] == [True, False, False]


@pytest.mark.asvs("V9.2.1")
def test_what_is_too_old_opens_nothing(app: Flask, scene: Scene, session: Session, opens: Open) -> None:
    before = clock_now() - timedelta(days=30)
    ended = start_session(session, scene.ayu.id, now=before, days=29)
    links = {purpose.value: make_link(session, scene.ayu.id, purpose, now=before) for purpose in LinkPurpose}
    session.commit()
    assert [door for door, token in links.items() if opens(door, token)] == []
    assert not opens("session", ended)


def test_a_calendar_address_that_was_taken_back_opens_nothing(
    tokens: Tokens, scene: Scene, session: Session, opens: Open
) -> None:
    forget_address(session, actor_for(scene.ayu))
    session.commit()
    assert not opens("calendar", tokens["calendar"])


@pytest.mark.asvs("V8.3.1")
@pytest.mark.parametrize(
    "host",
    [
        "jahat.example",
        "localhost.jahat.example",
        "jahat.example:80",
        "localhost@jahat.example",
        "jahat.example#localhost",
        "jahat.example/localhost",
        "localhost, jahat.example",
        "localhost\tjahat.example",
        "[::1]",
        "127.0.0.1.jahat.example",
        "0x7f.1",
        "2130706433",
        "xn--lcalhost-54a",
        "LOCALHOST.",
        "-",
        "a" * 300,
    ],
)
def test_a_host_that_is_not_ours_is_not_served(host: str, client_of: Client) -> None:
    answer = client_of(None).get("/lupa-sandi", headers={"Host": host})
    assert answer.status_code in {400, 404}
    assert "jahat" not in answer.text


@pytest.mark.parametrize(
    "name",
    ["X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL", "X-Rewrite-URL"],
)
def test_a_header_beside_the_host_moves_nothing(name: str, client_of: Client) -> None:
    answer = client_of(None).get("/akun", headers={name: "host=jahat.example"})
    assert answer.status_code == 302
    assert answer.location == "/masuk?next=/akun"
    assert "jahat" not in client_of(None).get("/masuk", headers={name: "jahat.example"}).text
