"""Claims about letting somebody in: by an invitation, or by a link that is handed over."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.access import Role
from lms.audit.models import AuditEntry
from lms.auth.models import SignIn
from lms.notifications.models import Outgoing
from lms.people.models import Person, PersonStatus
from tests.auth.conftest import PASSWORD, Scene, enter, moment
from tests.auth.test_second_factor import give_app
from tests.conftest import Client
from tests.factories.people import make_agency, make_person

NEW = "tujuh gajah oma"


@pytest.fixture
def budi(scene: Scene, session: Session) -> Person:
    """Somebody new who has a NIP and no address."""
    made = make_person(session, scene.dewi.agency, "Budi Santoso", number="199011052023211007")
    made.email = None
    session.commit()
    return made


def path(person: Person, act: str) -> str:
    return f"/kelola/pegawai/{person.id}/{act}"


def handed_over(client: FlaskClient, person: Person) -> str:
    """The link that the page shows, without its host."""
    answer = client.post(path(person, "tautan"))
    assert answer.status_code == 200, answer.text
    found = re.search(r'value="http://localhost(/atur-sandi/[\w-]+)"', answer.text)
    assert found
    return found[1]


def test_somebody_without_an_address_gets_in_by_a_link_that_is_handed_over(
    scene: Scene, session: Session, budi: Person, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    assert path(budi, "akses") in dewi.get(f"/kelola/pegawai/{budi.id}").text
    page = dewi.get(path(budi, "akses")).text
    assert "Belum dibuat" in page
    assert "Kirim undangan" not in page
    link = handed_over(dewi, budi)
    phone = client_of(None)
    assert "Selamat datang" in phone.get(link).text
    assert phone.post(link, data={"password": NEW}).status_code == 303
    assert phone.get("/akun").status_code == 200
    assert enter(client_of(None), "19901105 202321 1 007", NEW).status_code == 303
    assert client_of(None).get(link).status_code == 404
    assert "Sudah dibuat" in dewi.get(path(budi, "akses")).text


def test_a_newer_link_ends_the_one_before(scene: Scene, budi: Person, client_of: Client) -> None:
    dewi = client_of(scene.dewi)
    first, second = handed_over(dewi, budi), handed_over(dewi, budi)
    assert client_of(None).get(first).status_code == 404
    assert client_of(None).get(second).status_code == 200


def test_an_invitation_can_be_sent_once_more(
    scene: Scene, session: Session, budi: Person, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    dewi = client_of(scene.dewi)
    assert dewi.post(path(budi, "undangan")).status_code == 422
    budi.email = "budi@contoh.invalid"
    session.commit()
    assert dewi.post(path(budi, "undangan")).status_code == 303
    run_jobs()
    (mail,) = session.scalars(sa.select(Outgoing)).all()
    assert (mail.to, "/atur-sandi/" in mail.text) == ("budi@contoh.invalid", True)


def test_who_made_the_link_and_who_used_it_is_noted_in_the_agency(
    scene: Scene, session: Session, budi: Person, client_of: Client
) -> None:
    link = handed_over(client_of(scene.gita), budi)
    client_of(None).post(link, data={"password": NEW})
    noted = sa.select(AuditEntry.act, AuditEntry.actor_id, AuditEntry.agency_id)
    rows = session.execute(noted.where(AuditEntry.subject_id == budi.id).order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in rows] == [
        ("auth:link-made", scene.gita.id, budi.agency_id),
        ("auth:password", budi.id, budi.agency_id),
    ]
    trail = client_of(scene.dewi).get("/kelola/jejak").text
    assert "Tautan membuat kata sandi diserahkan" in trail
    assert "Kata sandi diganti" in trail


def test_a_link_for_somebody_with_a_password_does_not_pass_the_second_factor(
    scene: Scene, session: Session, client_of: Client
) -> None:
    give_app(session, scene.ayu)
    link = handed_over(client_of(scene.dewi), scene.ayu)
    phone = client_of(None)
    assert "Tulis kata sandi baru" in phone.get(link).text
    phone.post(link, data={"password": NEW})
    assert phone.get("/akun").location.startswith("/masuk/kode")
    assert enter(client_of(None), str(scene.ayu.email), PASSWORD).status_code == 422


@pytest.mark.parametrize("act", ["akses", "undangan", "tautan"])
def test_only_those_who_keep_the_agency_let_in(
    act: str, scene: Scene, session: Session, budi: Person, client_of: Client
) -> None:
    salatiga = make_agency(session, "Pemerintah Kota Salatiga")
    rudi = make_person(session, scene.dewi.agency, "Rudi Hartono", Role.AUDITOR)
    sari = make_person(session, salatiga, "Sari Utami", Role.ADMIN)
    method = "GET" if act == "akses" else "POST"
    for person, status in ((rudi, 403), (scene.ayu, 403), (sari, 404)):
        assert client_of(person).open(path(budi, act), method=method).status_code == status
    budi.status = PersonStatus.RETIRED
    session.commit()
    assert client_of(scene.dewi).open(path(budi, act), method=method).status_code == 404


@pytest.mark.parametrize("act", ["akses", "undangan", "tautan"])
def test_an_administrator_lets_no_operator_in(
    act: str, scene: Scene, session: Session, client_of: Client
) -> None:
    omar = make_person(session, scene.dewi.agency, "Omar Said", Role.OPERATOR)
    method = "GET" if act == "akses" else "POST"
    refused = client_of(scene.dewi).open(path(omar, act), method=method)
    assert refused.status_code == 403
    assert "Orang ini operator sistem" in refused.text
    assert path(omar, "akses") not in client_of(scene.dewi).get(f"/kelola/pegawai/{omar.id}").text
    assert client_of(scene.gita).open(path(omar, act), method=method).status_code in {200, 303}


def test_handing_over_asks_for_the_password_again_when_it_was_long_ago(
    scene: Scene, session: Session, budi: Person, client_of: Client
) -> None:
    dewi = client_of(scene.dewi)
    stale = moment().replace(year=moment().year - 1)
    session.execute(sa.update(SignIn).where(SignIn.person_id == scene.dewi.id).values(proved_at=stale))
    session.commit()
    assert dewi.post(path(budi, "tautan")).location.startswith("/masuk/bukti")
