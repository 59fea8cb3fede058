"""The whole way in a real browser: switched on in its settings, sent, encrypted, delivered to its worker, shown once."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.engine import URL

from lms.jobs.queue import TASKS
from lms.notifications.jobs import deliver
from lms.notifications.models import Outgoing, PushDevice
from lms.notifications.webpush import new_key
from lms.people.models import Person
from lms.shell.cli import work_here
from tests.factories.people import make_agency, make_person
from tests.lessons.film import until
from tests.live import LiveServer, living
from tests.notifications.push_service import Phone, PushService, push_service

pytestmark = pytest.mark.browser

PAGE = "/pemberitahuan/pengaturan"
PATIENCE = 15_000
KEY = new_key()

# Only the vendor's part of the browser is replaced: without a network nobody gives it an address.
SUBSCRIBING = """(() => {
  const given = %s;
  let present = null;
  PushManager.prototype.getSubscription = async () => present;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    present = { options: { applicationServerKey }, toJSON: () => given };
    return present;
  };
})();"""


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture(scope="module")
def live_server(
    shared_app: Flask, template_database: URL, tmp_path_factory: pytest.TempPathFactory, service: PushService
) -> Iterator[LiveServer]:
    """An installation that sends messages to phones, through our own service."""
    with living(shared_app, template_database, tmp_path_factory.mktemp("live")) as server:
        settings = server.app.extensions["settings"]
        server.app.extensions["settings"] = dataclasses.replace(
            settings, push_key=str(KEY), push_services=(service.origin,)
        )
        yield server


@pytest.fixture
def ayu(live_server: LiveServer) -> Person:
    with live_server.using() as session:
        return make_person(session, make_agency(session), "Ayu Lestari")


def browser(live_server: LiveServer, person: Person, phone: Phone) -> BrowserContext:
    context = live_server.context(person, permissions=["notifications"], service_workers="allow")
    context.add_init_script(SUBSCRIBING % json.dumps(phone.subscription))
    return context


def run_deliveries(live_server: LiveServer) -> None:
    with live_server.session() as session:
        ids = session.scalars(sa.select(Outgoing.id).where(Outgoing.sent_at.is_(None))).all()
    with live_server.app.test_request_context(base_url=live_server.address):
        context = type("Context", (), {"additional_context": {"work": work_here()}})()
        for message_id in ids:
            TASKS[deliver.name].func(context, message_id=str(message_id))


def push_into(page: Page, address: str, data: str) -> None:
    """What the browser does when its vendor's service hands it a message: wakes the worker."""
    found: list[Any] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(said["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    (registration,) = [one for one in found if one["scopeURL"] == f"{address}/"][:1]
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": f"{address}/", "registrationId": registration["registrationId"], "data": data},
    )


SHOWN = """async () => {
  const { getNotifications } = ServiceWorkerRegistration.prototype;
  const shown = await getNotifications.call(await navigator.serviceWorker.ready);
  return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


def test_a_phone_that_was_switched_on_shows_what_was_sent_to_it_and_twice_is_once(
    live_server: LiveServer, service: PushService, ayu: Person
) -> None:
    service.received.clear()
    phone = service.phone()
    page = browser(live_server, ayu, phone).new_page()
    page.goto(PAGE)
    expect(page.locator("[data-push=off][data-ready]")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Nyalakan di perangkat ini").click()
    expect(page.locator("[data-push=on][data-ready]")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Kirim percobaan").click()
    expect(page.get_by_text("Pesan percobaan sedang dikirim")).to_be_visible(timeout=PATIENCE)
    run_deliveries(live_server)
    (received,) = service.received
    for _time in range(2):
        push_into(page, live_server.address, phone.read(received.body).decode())
        until(page, lambda: len(page.evaluate(SHOWN)) == 1)
    (shown,) = page.evaluate(SHOWN)
    assert shown["title"] == "Pesan percobaan"
    assert shown["tag"] == received.headers["Topic"]
    assert shown["data"]["navigate"].endswith(PAGE)
    # What nobody can read still says that there is something: browsers take the permission from who shows nothing.
    push_into(page, live_server.address, "not ours")
    until(page, lambda: len(page.evaluate(SHOWN)) == 2)
    other = next(one for one in page.evaluate(SHOWN) if one["tag"] != shown["tag"])
    assert (other["title"], other["data"]["navigate"]) == ("Bina", "/pemberitahuan")


def test_who_refuses_the_permission_is_told_where_to_give_it_and_nothing_is_kept(
    live_server: LiveServer, service: PushService, ayu: Person
) -> None:
    context = live_server.context(ayu, service_workers="allow")
    context.add_init_script("Notification.requestPermission = async () => 'denied';")
    page = context.new_page()
    page.goto(PAGE)
    button = page.get_by_role("button", name="Nyalakan di perangkat ini")
    # Some browsers without a screen say "denied" from the beginning.
    if page.locator("[data-push][data-ready]").is_visible() and button.is_visible():
        button.click()
    expect(page.get_by_text("Izin pemberitahuan ditolak")).to_be_visible(timeout=PATIENCE)
    with live_server.session() as session:
        assert session.scalars(sa.select(PushDevice).where(PushDevice.person_id == ayu.id)).all() == []


def test_without_script_everything_but_switching_on_works(live_server: LiveServer, ayu: Person) -> None:
    page = live_server.page(ayu, java_script_enabled=False)
    page.goto(PAGE)
    expect(page.get_by_text("Menyalakan pesan memerlukan skrip")).to_be_visible()
    page.locator("summary", has_text="Pengumuman kelas").click()
    page.locator("#mail_announcements-1").check(force=True)
    page.get_by_role("button", name="Simpan pengaturan").click()
    expect(page.get_by_text("Pengaturan pemberitahuan disimpan.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Surel rangkuman · pesan ke ponsel")).to_have_count(1)
