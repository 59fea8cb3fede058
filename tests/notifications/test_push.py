"""Messages to phones: from the cause to what the phone reads, with a push service that answers as real ones do."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.auth.models import SignIn
from lms.clock import now as real_now
from lms.jobs.queue import MOST_TRIES, TASKS
from lms.notifications import services
from lms.notifications.delivery import begin, carry
from lms.notifications.jobs import deliver_due, forget_old
from lms.notifications.models import Channel, MailChoice, Outgoing, OutgoingState, PushDevice
from lms.notifications.quiet import NIGHT
from lms.notifications.topics import OTHER
from lms.notifications.webpush import new_key
from lms.people.models import Person
from lms.shell.cli import work_here
from tests.conftest import Client
from tests.factories.people import actor_for, make_agency, make_person
from tests.notifications.push_service import Phone, PushService, claims, push_service

KEY = new_key()
PAGE = "/pemberitahuan/pengaturan"
SAVE = f"{PAGE}/perangkat"
RENEW = f"{SAVE}/baru"


@pytest.fixture(scope="module")
def running() -> Iterator[PushService]:
    with push_service() as made:
        yield made


@pytest.fixture
def service(running: PushService, app: Flask, monkeypatch: pytest.MonkeyPatch) -> PushService:
    """The service, empty, and an application that has a key and may call it."""
    running.received.clear()
    running.answers.clear()
    settings = dataclasses.replace(
        app.extensions["settings"], push_key=str(KEY), push_services=(running.origin,)
    )
    monkeypatch.setitem(app.extensions, "settings", settings)
    return running


@pytest.fixture
def ayu(session: Session) -> Person:
    return make_person(session, make_agency(session), "Ayu Lestari")


@pytest.fixture
def phone(service: PushService) -> Phone:
    return service.phone()


@pytest.fixture
def client(ayu: Person, client_of: Client) -> FlaskClient:
    return client_of(ayu)


@pytest.fixture
def switched_on(client: FlaskClient, phone: Phone) -> Phone:
    assert client.post(SAVE, json=phone.subscription).status_code == 200
    return phone


Tell = Callable[..., None]


@pytest.fixture
def tell(app: Flask, session: Session) -> Tell:
    def telling(person: Person, title: str = "Jadwal berubah") -> None:
        with app.app_context():
            services.notify(
                session,
                [person.id],
                kind="test:told",
                template="test/told",
                path="/kelas/1",
                now=real_now(),
                title=title,
            )

    return telling


def pushes(session: Session) -> list[Outgoing]:
    session.expire_all()
    found = sa.select(Outgoing).where(Outgoing.channel == Channel.PUSH).order_by(Outgoing.created_at)
    return list(session.scalars(found))


@pytest.fixture
def run(app: Flask, session: Session) -> Callable[..., None]:
    """Run one job without arguments, as the worker's clock would."""

    def running(task: Any) -> None:
        session.commit()
        with app.test_request_context(base_url="http://localhost"):
            context = type("Context", (), {"additional_context": {"work": work_here()}})()
            TASKS[task.name].func(context)
        session.expire_all()

    return running


def make_due(session: Session) -> None:
    """Time passes."""
    session.execute(
        sa.update(Outgoing)
        .where(Outgoing.state == OutgoingState.WAITING)
        .values(due_at=real_now() - timedelta(seconds=1))
    )
    session.commit()


Jobs = Callable[[], int]


def test_a_message_goes_from_its_cause_to_the_phone_that_alone_can_read_it(
    session: Session, service: PushService, ayu: Person, switched_on: Phone, run_jobs: Jobs, tell: Tell
) -> None:
    tell(ayu)
    run_jobs()
    (received,) = service.received
    read = json.loads(switched_on.read(received.body))
    (message,) = pushes(session)
    assert read["web_push"] == 8030
    told = read["notification"]
    assert (told["title"], told["body"]) == ("Kabar lain", "Kembali ke Jadwal berubah")
    assert told["navigate"] == "http://localhost/kelas/1"
    assert told["tag"] == received.headers["Topic"]
    assert received.path == "/push/satu"
    assert received.headers["Content-Encoding"] == "aes128gcm"
    assert received.headers["Content-Type"] == "application/notification+json"
    assert (received.headers["TTL"], received.headers["Urgency"]) == ("86400", "normal")
    assert claims(received.headers["Authorization"])["aud"] == service.origin
    assert claims(received.headers["Authorization"])["key"] == KEY.public_text
    assert (message.state, message.outcome, message.tries) == (OutgoingState.SENT, "HTTP 201", 1)
    assert message.sent_at is not None


def test_a_crash_after_sending_sends_the_same_message_again_under_the_same_topic(
    app: Flask, session: Session, service: PushService, ayu: Person, switched_on: Phone, tell: Tell
) -> None:
    tell(ayu)
    session.commit()
    (message,) = pushes(session)
    with app.test_request_context():
        work = work_here()
    for crashes in (True, False):
        assert begin(session, message.id, now=real_now())
        session.commit()
        carry(work, session, message.id)
        if crashes:
            session.rollback()
    session.commit()
    first, second = service.received
    assert first.headers["Topic"] == second.headers["Topic"]
    assert json.loads(switched_on.read(first.body)) == json.loads(switched_on.read(second.body))
    assert (pushes(session)[0].state, pushes(session)[0].tries) == (OutgoingState.SENT, 2)
    assert not begin(session, message.id, now=real_now())


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_the_service_knows_no_more_gets_nothing_until_it_brings_a_new_endpoint(
    status: int,
    session: Session,
    service: PushService,
    ayu: Person,
    switched_on: Phone,
    client: FlaskClient,
    run: Callable[..., None],
    run_jobs: Jobs,
    tell: Tell,
) -> None:
    service.answers.append((status, {}))
    tell(ayu)
    run_jobs()
    (message,) = pushes(session)
    assert (message.state, message.outcome) == (OutgoingState.DROPPED, f"HTTP {status}")
    tell(ayu)
    run(forget_old)
    run_jobs()
    assert len(service.received) == 1
    here = client.get(SAVE).get_json()
    assert (here["on"], here["lost"], here["endpoint"]) == (True, True, switched_on.address)
    page = client.get(PAGE).text
    assert 'data-push="lost"' in page
    assert "Menerima pesan sejak" not in page
    renewed = service.phone("dua")
    assert client.post(RENEW, json=renewed.subscription).status_code == 200
    tell(ayu)
    run_jobs()
    assert service.received[-1].path == "/push/dua"
    assert 'data-push="on"' in client.get(PAGE).text


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_asks_for_patience_gets_it(
    status: int,
    session: Session,
    service: PushService,
    ayu: Person,
    switched_on: Phone,
    run_jobs: Jobs,
    tell: Tell,
    run: Callable[..., None],
) -> None:
    service.answers.append((status, {"Retry-After": "1800"}))
    tell(ayu)
    before = real_now()
    run_jobs()
    (message,) = pushes(session)
    assert message.state is OutgoingState.WAITING
    assert message.due_at >= before + timedelta(minutes=30)
    run(deliver_due)
    run_jobs()
    assert len(service.received) == 1
    make_due(session)
    run(deliver_due)
    run_jobs()
    assert len(service.received) == 2
    assert pushes(session)[0].state is OutgoingState.SENT


def test_after_five_tries_a_message_is_left_to_the_operator(
    session: Session,
    service: PushService,
    ayu: Person,
    switched_on: Phone,
    run_jobs: Jobs,
    tell: Tell,
    run: Callable[..., None],
) -> None:
    service.answers += [(500, {})] * 9
    tell(ayu)
    run_jobs()
    for _time in range(6):
        make_due(session)
        run(deliver_due)
        run_jobs()
    assert len(service.received) == MOST_TRIES == 5
    (message,) = pushes(session)
    assert (message.state, message.tries, message.outcome) == (OutgoingState.FAILED, 5, "HTTP 500")


def test_a_message_that_kills_its_worker_is_not_tried_for_ever(
    session: Session, ayu: Person, switched_on: Phone, tell: Tell
) -> None:
    tell(ayu)
    session.commit()
    (message,) = pushes(session)
    assert [begin(session, message.id, now=real_now()) for _time in range(7)] == [True] * 5 + [False] * 2
    assert message.state is OutgoingState.FAILED


def test_a_refusal_for_good_is_not_repeated(
    session: Session, service: PushService, ayu: Person, switched_on: Phone, run_jobs: Jobs, tell: Tell
) -> None:
    service.answers.append((403, {}))
    tell(ayu)
    run_jobs()
    assert (pushes(session)[0].state, pushes(session)[0].outcome) == (OutgoingState.FAILED, "HTTP 403")
    assert len(session.scalars(sa.select(PushDevice)).all()) == 1


def test_a_service_cannot_send_us_on_to_another_address(
    session: Session, service: PushService, ayu: Person, switched_on: Phone, run_jobs: Jobs, tell: Tell
) -> None:
    service.answers.append((307, {"Location": f"{service.origin}/elsewhere"}))
    tell(ayu)
    run_jobs()
    assert [one.path for one in service.received] == ["/push/satu"]
    assert pushes(session)[0].state is OutgoingState.FAILED


def test_a_service_that_is_down_is_tried_again(
    session: Session,
    service: PushService,
    ayu: Person,
    client: FlaskClient,
    app: Flask,
    run_jobs: Jobs,
    tell: Tell,
) -> None:
    with push_service() as gone:
        away = gone.phone()
    settings = dataclasses.replace(app.extensions["settings"], push_services=(gone.origin,))
    app.extensions["settings"] = settings
    assert client.post(SAVE, json=away.subscription).status_code == 200
    tell(ayu)
    run_jobs()
    (message,) = pushes(session)
    assert (message.state, message.tries) == (OutgoingState.WAITING, 1)
    assert message.outcome == "URLError"


def test_a_phone_gets_nothing_after_signing_out(
    session: Session,
    service: PushService,
    ayu: Person,
    client: FlaskClient,
    switched_on: Phone,
    run_jobs: Jobs,
    tell: Tell,
    run: Callable[..., None],
) -> None:
    tell(ayu, title="Sebelum")
    session.commit()
    client.post("/keluar")
    assert session.scalar(sa.select(sa.func.count()).where(SignIn.ended_at.is_not(None))) == 1
    run_jobs()
    tell(ayu, title="Sesudah")
    run_jobs()
    assert service.received == []
    (message,) = pushes(session)
    assert (message.state, message.outcome) == (OutgoingState.DROPPED, "signed out")
    run(forget_old)
    assert session.scalars(sa.select(PushDevice)).all() == []


def test_on_a_shared_phone_messages_go_to_whoever_came_last(
    session: Session,
    service: PushService,
    ayu: Person,
    switched_on: Phone,
    client_of: Client,
    run_jobs: Jobs,
    tell: Tell,
) -> None:
    budi = make_person(session, None, "Budi Santoso")
    assert client_of(budi).post(SAVE, json=switched_on.subscription).status_code == 200
    tell(ayu)
    tell(budi)
    run_jobs()
    assert len(service.received) == 1
    assert session.scalars(sa.select(PushDevice.person_id)).all() == [budi.id]


def test_switching_on_again_renews_the_one_device_of_a_session(
    session: Session, service: PushService, client: FlaskClient, switched_on: Phone
) -> None:
    renewed = service.phone("dua")
    client.post(SAVE, json=renewed.subscription)
    client.post(SAVE, json=renewed.subscription)
    assert session.scalars(sa.select(PushDevice.endpoint)).all() == [renewed.address]


def test_a_browser_that_renewed_its_subscription_stays_the_same_device(
    session: Session, service: PushService, client: FlaskClient, switched_on: Phone
) -> None:
    before = session.execute(sa.select(PushDevice.id, PushDevice.created_at)).one()
    renewed = service.phone("dua")
    for _time in range(2):
        assert client.post(RENEW, json=renewed.subscription).status_code == 200
    session.expire_all()
    device = session.scalars(sa.select(PushDevice)).one()
    assert (device.id, device.created_at) == tuple(before)
    assert (device.endpoint, device.public_key) == (renewed.address, renewed.public)


def test_only_a_person_switches_on_and_a_worker_renews_nothing_that_is_off(
    session: Session, service: PushService, client: FlaskClient, phone: Phone
) -> None:
    assert client.get(SAVE).get_json()["on"] is False
    assert client.post(RENEW, json=phone.subscription).status_code == 404
    assert session.scalars(sa.select(PushDevice)).all() == []


def test_an_endpoint_is_renewed_by_the_session_that_has_it_and_by_no_other(
    session: Session, service: PushService, ayu: Person, switched_on: Phone, client_of: Client
) -> None:
    renewed = service.phone("dua")
    strangers = [client_of(make_person(session, None, "Budi Santoso")), client_of(ayu)]
    for stranger in strangers:
        assert stranger.get(SAVE).get_json()["endpoint"] == ""
        assert stranger.post(RENEW, json=renewed.subscription).status_code == 404
        # Naming somebody's endpoint takes nothing away from them, unless messages are switched on there.
        assert stranger.post(RENEW, json=switched_on.subscription).status_code == 404
    assert client_of(None).post(RENEW, json=renewed.subscription).status_code == 401
    session.expire_all()
    assert session.scalars(sa.select(PushDevice.endpoint)).all() == [switched_on.address]


def test_what_is_no_subscription_renews_nothing(
    session: Session, client: FlaskClient, switched_on: Phone
) -> None:
    wrong = {**switched_on.subscription, "endpoint": "https://169.254.169.254/latest"}
    assert client.post(RENEW, json=wrong).status_code == 422
    assert client.post(RENEW, data="nonsense").status_code == 422
    assert session.scalars(sa.select(PushDevice.endpoint)).all() == [switched_on.address]


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://169.254.169.254/latest"},
        {"endpoint": "http://fcm.googleapis.com/x"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {}},
        {"keys": None},
    ],
)
def test_what_is_no_subscription_of_a_known_service_is_refused(
    change: dict[str, Any], session: Session, client: FlaskClient, phone: Phone
) -> None:
    assert client.post(SAVE, json={**phone.subscription, **change}).status_code == 422
    assert client.post(SAVE, data="nonsense").status_code == 422
    assert session.scalars(sa.select(PushDevice)).all() == []


def test_a_device_can_be_switched_off_by_its_owner_only(
    session: Session, client: FlaskClient, switched_on: Phone, client_of: Client
) -> None:
    device_id = session.scalars(sa.select(PushDevice.id)).one()
    stranger = client_of(make_person(session, None, "Budi Santoso"))
    for what in ("matikan", "coba"):
        assert stranger.post(f"{SAVE}/{device_id}/{what}").status_code == 404
    assert client.post(f"{SAVE}/{device_id}/matikan").status_code == 303
    assert session.scalars(sa.select(PushDevice)).all() == []


def test_a_trial_arrives_at_once_and_not_again_within_half_a_minute(
    session: Session,
    service: PushService,
    ayu: Person,
    client: FlaskClient,
    switched_on: Phone,
    run_jobs: Jobs,
) -> None:
    services.choose(session, actor_for(ayu), NIGHT, is_quiet=True, choices={})
    device_id = session.scalars(sa.select(PushDevice.id)).one()
    assert client.post(f"{SAVE}/{device_id}/coba").status_code == 303
    assert client.post(f"{SAVE}/{device_id}/coba").status_code == 429
    run_jobs()
    (received,) = service.received
    assert received.headers["Urgency"] == "high"
    assert json.loads(switched_on.read(received.body))["notification"]["title"] == "Pesan percobaan"


def test_a_topic_can_be_kept_from_the_phone(
    session: Session, service: PushService, ayu: Person, switched_on: Phone, run_jobs: Jobs, tell: Tell
) -> None:
    choices = {OTHER.name: {"mail": MailChoice.EACH.value, "push": False}}
    services.choose(session, actor_for(ayu), NIGHT, is_quiet=False, choices=choices)
    tell(ayu)
    run_jobs()
    assert service.received == []
    assert session.scalar(sa.select(sa.func.count(Outgoing.id))) == 1  # the mail


def test_without_a_key_nothing_is_written_for_phones_and_the_page_says_so(
    session: Session,
    service: PushService,
    app: Flask,
    ayu: Person,
    client: FlaskClient,
    switched_on: Phone,
    now: datetime,
    tell: Tell,
) -> None:
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], push_key="")
    tell(ayu)
    assert pushes(session) == []
    assert "belum mengirim pesan ke ponsel" in client.get("/pemberitahuan/pengaturan").text
