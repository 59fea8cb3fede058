"""Enrolling oneself, and the superior who decides by a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from courses.cohorts import joining
from courses.cohorts.joining import approval_token
from courses.cohorts.models import Admission, Cohort, Enrolment, EnrolmentState
from courses.cohorts.services import withdraw
from lms.audit.models import AuditEntry
from lms.clock import now as clock_now
from lms.notifications.models import Notification, Outgoing
from lms.people.models import PersonStatus
from tests.cohorts.scene import Scene
from tests.conftest import Client
from tests.factories.people import actor_for

REQUESTED, DECLINED = EnrolmentState.REQUESTED, EnrolmentState.DECLINED


@pytest.fixture
def asking(scene: Scene) -> Cohort:
    """A cohort for which the superior is asked."""
    return scene.open_cohort(admission=Admission.APPROVAL)


@pytest.fixture
def link(scene: Scene, asking: Cohort, client_of: Client, session: Session) -> str:
    """The path in the mail that Ayu's superior got."""
    client_of(scene.ayu).post(f"/jelajah/{asking.id}/daftar")
    text = session.scalars(sa.select(Outgoing.text).where(Outgoing.to == scene.susi.email)).one()
    found = re.search(r"http://localhost(/setujui/\S+)", text)
    assert found
    return found[1]


def decide(client: FlaskClient, link: str, decision: str, reason: str = "") -> Any:
    return client.post(link, data={"decision": decision, "reason": reason})


def test_one_tap_gives_a_seat_and_two_taps_give_the_same(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    first = ayu.post(f"/jelajah/{scene.cohort.id}/daftar")
    assert (first.status_code, first.location) == (303, f"/jelajah/{scene.cohort.id}")
    ayu.post(f"/jelajah/{scene.cohort.id}/daftar")
    assert scene.state(scene.ayu) is EnrolmentState.ACTIVE
    assert scene.session.scalar(sa.select(sa.func.count(Enrolment.id))) == 1


def test_when_all_seats_are_taken_one_waits_and_reads_the_place(scene: Scene, client_of: Client) -> None:
    cohort = scene.open_cohort(quota=1)
    for person in scene.people(3):
        scene.seat(person, cohort)
    ayu = client_of(scene.ayu)
    assert "Masuk daftar tunggu" in ayu.get(f"/jelajah/{cohort.id}").text
    ayu.post(f"/jelajah/{cohort.id}/daftar")
    assert "Anda di daftar tunggu, urutan 3," in ayu.get(f"/jelajah/{cohort.id}").text


def test_leaving_frees_the_seat_and_keeps_the_work(scene: Scene, client_of: Client) -> None:
    scene.seat(scene.ayu)
    ayu = client_of(scene.ayu)
    assert ayu.get(f"/kelas/{scene.cohort.id}").status_code == 200
    assert ayu.post(f"/jelajah/{scene.cohort.id}/mundur").status_code == 303
    assert scene.state(scene.ayu) is EnrolmentState.WITHDRAWN
    assert ayu.get(f"/kelas/{scene.cohort.id}").status_code == 404
    ayu.post(f"/jelajah/{scene.cohort.id}/daftar")
    assert scene.state(scene.ayu) is EnrolmentState.ACTIVE


def test_a_class_that_is_over_cannot_be_left(scene: Scene, client_of: Client) -> None:
    over = scene.open_cohort(starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))
    scene.seat(scene.ayu, over)
    ayu = client_of(scene.ayu)
    assert "Mundur" not in ayu.get(f"/jelajah/{over.id}").text
    assert ayu.post(f"/jelajah/{over.id}/mundur").status_code == 409
    assert scene.state(scene.ayu, over) is EnrolmentState.ACTIVE


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"admission": Admission.CLOSED}, 404),
        ({"published": False}, 404),
        ({"enrol_from": date(2099, 1, 1)}, 409),
        ({"enrol_until": date(2026, 11, 1)}, 409),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 1)}, 409),
    ],
)
def test_what_is_not_open_takes_nobody_in(
    scene: Scene, client_of: Client, changes: dict[str, Any], status: int
) -> None:
    cohort = scene.open_cohort(**changes)
    assert client_of(scene.ayu).post(f"/jelajah/{cohort.id}/daftar").status_code == status
    assert scene.state(scene.ayu, cohort) is None


def test_a_class_of_another_agency_does_not_exist(scene: Scene, client_of: Client) -> None:
    gita = client_of(scene.gita)
    assert gita.get(f"/jelajah/{scene.cohort.id}").status_code == 404
    assert gita.post(f"/jelajah/{scene.cohort.id}/daftar").status_code == 404
    assert gita.post(f"/jelajah/{scene.cohort.id}/mundur").status_code == 404
    assert scene.state(scene.gita) is None


def test_the_superior_gets_a_message_and_a_mail_with_a_link(
    scene: Scene, asking: Cohort, link: str, session: Session
) -> None:
    assert scene.state(scene.ayu, asking) is REQUESTED
    told = session.scalars(sa.select(Notification).where(Notification.person_id == scene.susi.id)).one()
    assert told.kind == "cohorts:asked"
    assert told.path.startswith("/setujui/")
    assert "Ayu Lestari" in told.text


def test_the_link_says_who_what_and_when_without_signing_in(link: str, client_of: Client) -> None:
    page = client_of(None).get(link)
    assert page.status_code == 200
    for words in ("Ayu Lestari", "Etika Pelayanan", "Susi Atasan", "Setujui", "Tolak"):
        assert words in page.text


def test_approving_gives_the_seat_is_audited_for_the_superior_and_works_once(
    scene: Scene, asking: Cohort, link: str, client_of: Client, session: Session
) -> None:
    nobody = client_of(None)
    assert decide(nobody, link, "approve").status_code == 303
    assert scene.state(scene.ayu, asking) is EnrolmentState.ACTIVE
    assert decide(nobody, link, "decline", "Berubah pikiran").status_code == 303
    assert scene.state(scene.ayu, asking) is EnrolmentState.ACTIVE
    noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.act.startswith("enrolment:"))).one()
    assert (noted.act, noted.actor_id, noted.on_behalf_of) == (
        "enrolment:approved",
        None,
        scene.susi.id,
    )
    assert "disetujui pada" in nobody.get(link).text
    told = session.scalars(sa.select(Notification.kind).where(Notification.person_id == scene.ayu.id)).all()
    assert told == ["cohorts:enrolled"]


def test_declining_needs_a_reason_which_the_person_reads(
    scene: Scene, asking: Cohort, link: str, client_of: Client, session: Session
) -> None:
    nobody = client_of(None)
    refused = decide(nobody, link, "decline", "  ")
    assert refused.status_code == 422
    assert "Tulis alasan penolakan" in refused.text
    assert scene.state(scene.ayu, asking) is REQUESTED
    decide(nobody, link, "decline", "Loket tidak boleh kosong")
    assert scene.state(scene.ayu, asking) is DECLINED
    page = client_of(scene.ayu).get(f"/jelajah/{asking.id}").text
    assert "Loket tidak boleh kosong" in page
    told = session.scalars(sa.select(Notification.text).where(Notification.person_id == scene.ayu.id)).one()
    assert "Loket tidak boleh kosong" in told


def test_after_a_refusal_one_cannot_simply_ask_again(
    scene: Scene, asking: Cohort, link: str, client_of: Client
) -> None:
    decide(client_of(None), link, "decline", "Tidak")
    assert client_of(scene.ayu).post(f"/jelajah/{asking.id}/daftar").status_code == 409
    assert scene.state(scene.ayu, asking) is DECLINED


def test_when_all_seats_are_taken_an_approved_person_waits(
    scene: Scene, asking: Cohort, link: str, client_of: Client
) -> None:
    asking.quota = 1
    scene.seat(scene.citra, asking)
    decide(client_of(None), link, "approve")
    assert scene.state(scene.ayu, asking) is EnrolmentState.WAITING


@pytest.mark.parametrize(
    "change", [lambda t: t[:-2], lambda t: "A" + t, lambda t: "nonsense", lambda t: t + "x"]
)
def test_a_forged_link_opens_nothing(link: str, client_of: Client, change: Callable[[str], str]) -> None:
    token = link.removeprefix("/setujui/")
    assert client_of(None).get(f"/setujui/{change(token)}").status_code == 404
    assert decide(client_of(None), f"/setujui/{change(token)}", "approve").status_code == 404


def token_at(app: Flask, scene: Scene, cohort: Cohort, moment: datetime) -> str:
    enrolment = scene.session.scalars(sa.select(Enrolment).where(Enrolment.cohort_id == cohort.id)).one()
    with app.app_context():
        return approval_token(enrolment, now=moment)


def test_a_link_lives_fourteen_days(
    app: Flask, scene: Scene, asking: Cohort, link: str, client_of: Client
) -> None:
    lately = token_at(app, scene, asking, clock_now() - timedelta(days=14) + timedelta(minutes=5))
    late = token_at(app, scene, asking, clock_now() - timedelta(days=14, minutes=5))
    assert client_of(None).get(f"/setujui/{lately}").status_code == 200
    assert client_of(None).get(f"/setujui/{late}").status_code == 409
    assert decide(client_of(None), f"/setujui/{late}", "approve").status_code == 409
    assert scene.state(scene.ayu, asking) is REQUESTED


def test_a_link_of_an_earlier_request_does_not_decide_a_new_one(
    scene: Scene, asking: Cohort, link: str, client_of: Client, session: Session
) -> None:
    found = session.scalars(sa.select(Enrolment).where(Enrolment.cohort_id == asking.id)).one()
    withdraw(session, found, by=actor_for(scene.ayu), now=scene.now)
    session.commit()
    assert "sudah ditarik" in client_of(None).get(link).text
    found.state, found.created_at = REQUESTED, found.created_at + timedelta(days=1)
    session.commit()
    assert decide(client_of(None), link, "approve").status_code == 404
    assert scene.state(scene.ayu, asking) is REQUESTED


def test_a_superior_who_left_decides_nothing(
    scene: Scene, asking: Cohort, link: str, client_of: Client
) -> None:
    scene.susi.status = PersonStatus.RETIRED
    scene.session.commit()
    assert decide(client_of(None), link, "approve").status_code == 404
    assert scene.state(scene.ayu, asking) is REQUESTED


def test_without_a_superior_an_administrator_decides(
    scene: Scene, asking: Cohort, client_of: Client, session: Session
) -> None:
    scene.ayu.superior_id = None
    session.commit()
    client_of(scene.ayu).post(f"/jelajah/{asking.id}/daftar")
    assert session.scalars(sa.select(Outgoing)).all() == []
    seat = session.scalars(sa.select(Enrolment).where(Enrolment.cohort_id == asking.id)).one()
    page = client_of(scene.dewi).get(f"/kelola/kelas/{asking.id}/peserta?keadaan=requested")
    assert "Anda yang memutuskan" in page.text
    target = f"/kelola/kelas/{asking.id}/peserta/{seat.id}/putuskan"
    assert client_of(scene.citra).post(target, data={"decision": "approve"}).status_code == 403
    client_of(scene.dewi).post(target, data={"decision": "decline", "reason": ""})
    assert scene.state(scene.ayu, asking) is REQUESTED
    client_of(scene.dewi).post(target, data={"decision": "approve"})
    assert scene.state(scene.ayu, asking) is EnrolmentState.ACTIVE
    noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "enrolment:approved")).one()
    assert (noted.actor_id, noted.on_behalf_of) == (scene.dewi.id, None)


def test_a_superior_finds_what_waits_and_others_do_not(scene: Scene, link: str, client_of: Client) -> None:
    page = client_of(scene.susi).get("/persetujuan").text
    assert "Ayu Lestari" in page
    own = re.search(r"/setujui/[^\"]+", page)
    assert own
    assert client_of(None).get(own[0]).status_code == 200
    assert "Tidak ada yang menunggu" in client_of(scene.dewi).get("/persetujuan").text


def test_a_superior_is_reminded_after_three_days_and_then_every_three(
    scene: Scene, asking: Cohort, link: str, session: Session, app: Flask
) -> None:
    asked = session.scalars(sa.select(Enrolment.created_at).where(Enrolment.cohort_id == asking.id)).one()
    with app.app_context():
        reminded = [joining.remind(session, now=asked + timedelta(days=day)) for day in (2, 3, 4, 6)]
    assert reminded == [0, 1, 0, 1]
    kinds = session.scalars(sa.select(Notification.kind).where(Notification.person_id == scene.susi.id)).all()
    assert sorted(kinds) == ["cohorts:asked", "cohorts:reminded", "cohorts:reminded"]


def test_nobody_is_reminded_of_what_is_decided(
    scene: Scene, link: str, client_of: Client, session: Session, app: Flask
) -> None:
    decide(client_of(None), link, "approve")
    with app.app_context():
        assert joining.remind(session, now=clock_now() + timedelta(days=5)) == 0


def test_a_request_for_a_class_that_is_over_is_not_granted(
    scene: Scene, asking: Cohort, link: str, client_of: Client
) -> None:
    asking.starts_on, asking.ends_on = date(2026, 1, 1), date(2026, 2, 1)
    scene.session.commit()
    assert decide(client_of(None), link, "approve").status_code == 409
    assert scene.state(scene.ayu, asking) is REQUESTED


def test_an_administrator_may_still_enrol_who_waits_for_approval(
    scene: Scene, asking: Cohort, link: str, client_of: Client
) -> None:
    client_of(scene.dewi).post(
        f"/kelola/kelas/{asking.id}/peserta/tambah/orang", data={"person": str(scene.ayu.id)}
    )
    assert scene.state(scene.ayu, asking) is EnrolmentState.ACTIVE
