"""The whole way in a real browser: switched on in its settings, sent, encrypted, delivered to its worker, shown once."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request
from playwright.sync_api import BrowserContext, Page, Worker, expect
from sqlalchemy.engine import URL
from werkzeug.wrappers import Response

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


NO_VENDOR = """PushManager.prototype.getSubscription = async () => null;
PushManager.prototype.subscribe = async () => { throw new Error("no network"); };
"""


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
        server.app.after_request(without_vendor)
        yield server


def without_vendor(answer: Response) -> Response:
    """In the worker nobody gives an address until a test says which."""
    if request.path == "/sw.js":
        answer.set_data(NO_VENDOR + answer.get_data(as_text=True))
    return answer


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


def first_push(page: Page, address: str, data: str) -> None:
    """What DevTools hands to a worker that is just starting may be lost, as no vendor's service would lose it."""
    for _ in range(6):
        push_into(page, address, data)
        for _ in range(50):
            if page.evaluate(SHOWN):
                return
            page.wait_for_timeout(100)
    raise AssertionError("nothing was shown")


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
    message = phone.read(received.body).decode()
    first_push(page, live_server.address, message)
    push_into(page, live_server.address, message)
    until(page, lambda: len(page.evaluate(SHOWN)) == 1)
    (shown,) = page.evaluate(SHOWN)
    assert shown["title"] == "Pesan percobaan"
    assert shown["tag"] == received.headers["Topic"]
    assert shown["data"]["navigate"].endswith(PAGE)
    # What nobody can read still says that there is something: browsers take the permission from who shows nothing.
    push_into(page, live_server.address, "not ours")
    until(page, lambda: sorted(one["title"] for one in page.evaluate(SHOWN)) == ["Bina", "Pesan percobaan"])
    other = next(one for one in page.evaluate(SHOWN) if one["tag"] != shown["tag"])
    assert (other["title"], other["data"]["navigate"]) == ("Bina", "/pemberitahuan")


# The vendor's part again, in the worker. Its memory is the browser's: what is subscribed, and what was unsubscribed.
RENEWING = """({ endpoint, key, given }) => {
  const bytes = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const made = (endpoint, applicationServerKey) => ({
    endpoint,
    options: { applicationServerKey },
    toJSON: () => ({ ...given, endpoint }),
    unsubscribe: async () => { self.present = null; return true; },
  });
  self.present = endpoint ? made(endpoint, bytes) : null;
  PushManager.prototype.getSubscription = async () => self.present;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) =>
    (self.present ??= made(given.endpoint, applicationServerKey));
}"""
CHANGED = """async () => {
  const event = new Event("pushsubscriptionchange");
  event.waitUntil = (work) => (self.renewing = work);
  self.dispatchEvent(event);
  await self.renewing;
}"""
TOLD = """async (address) => {
  const told = async () => (await (await fetch("/pemberitahuan/pengaturan/perangkat")).json()).endpoint === address;
  for (let tries = 0; tries < 30; tries += 1) {
    if (await told()) return true;
    await new Promise((next) => setTimeout(next, 100));
  }
  return false;
}"""
FORGET = """async () => (await caches.open("bina-facts")).delete("/push-asked")"""


def kept(live_server: LiveServer, person: Person) -> PushDevice:
    with live_server.session() as session:
        return session.scalars(sa.select(PushDevice).where(PushDevice.person_id == person.id)).one()


def switched_on(live_server: LiveServer, person: Person, phone: Phone) -> tuple[Page, Worker]:
    """A page of somebody who has messages switched on, and its worker."""
    context = browser(live_server, person, phone)
    page = context.new_page()
    page.goto(PAGE)
    expect(page.locator("[data-push=off][data-ready]")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Nyalakan di perangkat ini").click()
    expect(page.locator("[data-push=on][data-ready]")).to_be_visible(timeout=PATIENCE)
    until(page, lambda: bool(context.service_workers))
    return page, context.service_workers[0]


def test_a_browser_whose_subscription_changed_tells_the_server_without_a_page(
    live_server: LiveServer, service: PushService, ayu: Person
) -> None:
    old, new = service.phone("lama"), service.phone("baru")
    page, worker = switched_on(live_server, ayu, old)
    device = kept(live_server, ayu)
    page.goto("about:blank")
    worker.evaluate(RENEWING, {"endpoint": "", "key": KEY.public_text, "given": new.subscription})
    for _time in range(2):
        worker.evaluate(CHANGED)
        after = kept(live_server, ayu)
        assert (after.id, after.endpoint, after.public_key) == (device.id, new.address, new.public)
    under = worker.evaluate("() => Array.from(self.present.options.applicationServerKey)")
    assert bytes(under) == KEY.public


@pytest.mark.parametrize("what", ["lost", "key"])
def test_the_next_visit_of_any_page_renews_what_the_service_forgot_or_another_key_made_useless(
    what: str, live_server: LiveServer, service: PushService, ayu: Person
) -> None:
    old, new = service.phone(f"lama-{what}"), service.phone(f"baru-{what}")
    page, worker = switched_on(live_server, ayu, old)
    key = KEY if what == "lost" else new_key()
    worker.evaluate(RENEWING, {"endpoint": old.address, "key": key.public_text, "given": new.subscription})
    if what == "lost":
        with live_server.session() as session:
            device = session.scalars(sa.select(PushDevice).where(PushDevice.person_id == ayu.id)).one()
            device.lost_at = device.created_at

    def visited() -> bool:
        # What the page before had still to ask may be noted meanwhile; then it is as if an hour had passed once more.
        worker.evaluate(FORGET)
        page.goto("/pemberitahuan")
        return bool(worker.evaluate(TOLD, new.address))

    until(page, visited)
    after = kept(live_server, ayu)
    assert (after.endpoint, after.lost_at) == (new.address, None)


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
