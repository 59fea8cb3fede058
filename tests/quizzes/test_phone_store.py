"""What the phone keeps of an open attempt: when its store fails, and when its tab is closed without a network."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import CDPSession, Page, expect

from courses.quizzes.models import Attempt
from tests.live import LiveServer
from tests.quizzes.room import EVERY_KIND, NUMBER, SHORT, saved
from tests.quizzes.test_browser import WAIT, begin, field, handed_in_by_its_owner, mark, ready, watched
from tests.quizzes.test_parallel import make_room

pytestmark = pytest.mark.browser


# What a browser says that has no room left.
FULL = """() => {
  window.add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = () => { throw new DOMException("no room", "QuotaExceededError"); };
}"""


KEPT = "caches.keys().then((names) => names.filter((name) => name.includes(':percobaan:')))"


def until_kept(page: Page) -> None:
    """Wait until the worker holds the page, and beside it what the server has taken."""
    page.wait_for_function(
        f"() => {KEPT}.then(async ([name]) => name && (await (await caches.open(name)).keys()).length > 5"
        " && Boolean(await caches.match(location.href)) && Boolean(await caches.match('/luring/jawaban')))"
    )


def at_work(live: LiveServer, now: datetime) -> tuple[Page, CDPSession]:
    """Ayu's page with an attempt, and the browser's own commands."""
    room = make_room(live, now, NUMBER, SHORT, time_limit_minutes=20)
    page, _ = watched(live, room)
    begin(page, room)
    return page, page.context.new_cdp_session(page)


def fill(page: Page, number: int, answer: str) -> None:
    """Answer, and wait until the server has it."""
    with page.expect_response(lambda answer: answer.url.endswith("/kirim") and answer.ok):
        field(page, number).fill(answer)
    expect(mark(page, number)).to_have_text("Tersimpan di server", timeout=WAIT)


@pytest.mark.parametrize("reloaded", [False, True])
def test_what_is_answered_after_the_phone_was_full_for_a_while_counts(
    reloaded: bool, live_server: LiveServer, now: datetime
) -> None:
    page, _ = at_work(live_server, now)
    fill(page, 1, "4")
    page.evaluate(FULL)
    fill(page, 1, "5")
    page.evaluate("() => (IDBObjectStore.prototype.add = window.add)")
    if reloaded:
        page.reload()
        ready(page)
    fill(page, 1, "9")
    with live_server.session() as session:
        assert saved(session) == {1: "9"}


def test_answers_survive_in_the_page_when_the_browser_takes_its_storage_back(
    live_server: LiveServer, now: datetime
) -> None:
    page, browser = at_work(live_server, now)
    page.context.set_offline(True)
    field(page, 1).fill("9")
    expect(mark(page, 1)).to_have_text("Tersimpan di ponsel", timeout=WAIT)
    browser.send("Storage.clearDataForOrigin", {"origin": live_server.address, "storageTypes": "indexeddb"})
    field(page, 2).fill("SKM")
    expect(page.get_by_text("Ponsel tidak dapat menyimpan jawaban.")).to_be_visible(timeout=WAIT)
    page.context.set_offline(False)
    expect(mark(page, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    expect(mark(page, 2)).to_have_text("Tersimpan di server", timeout=WAIT)
    with live_server.session() as session:
        assert saved(session) == {1: "9", 2: "SKM"}


def test_a_tab_that_the_phone_closed_opens_again_without_a_network_with_every_answer(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, _ = watched(live_server, room, service_workers="allow")
    page.goto("/kelas")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    begin(page, room)
    fill(page, 1, "9")
    until_kept(page)
    page.context.set_offline(True)
    field(page, 2).fill("SKM")
    expect(mark(page, 2)).to_have_text("Tersimpan di ponsel", timeout=WAIT)
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto("/")
    again.locator("[data-attempts] a").click()
    expect(again).to_have_url(page.url)
    ready(again)
    expect(field(again, 1)).to_have_value("9")
    expect(mark(again, 1)).to_have_text("Tersimpan di server")
    expect(field(again, 2)).to_have_value("SKM")
    expect(again.locator("[data-time]")).to_have_text(re.compile(r"^(20\.00|19\.[0-5]\d)$"))
    field(again, 1).fill("8")
    again.context.set_offline(False)
    expect(mark(again, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    expect(mark(again, 2)).to_have_text("Tersimpan di server", timeout=WAIT)
    with live_server.session() as session:
        assert saved(session) == {1: "8", 2: "SKM"}
    again.get_by_role("button", name="Periksa dan kumpulkan").click()
    again.get_by_role("button", name="Kumpulkan jawaban").click()
    expect(again).to_have_url(re.compile("/hasil$"), timeout=WAIT)
    again.wait_for_function(f"() => {KEPT}.then((names) => !names.length)")


def test_a_wish_to_hand_in_is_kept_on_the_page_that_shows_what_will_be_handed_in(
    live_server: LiveServer, now: datetime
) -> None:
    page, _ = at_work(live_server, now)
    fill(page, 1, "9")
    page.get_by_role("button", name="Periksa dan kumpulkan").click()
    expect(page).to_have_url(re.compile("/periksa$"))
    page.wait_for_selector("body[data-offline-ready]", state="attached")
    page.context.set_offline(True)
    page.get_by_role("button", name="Kumpulkan jawaban").click()
    expect(page.get_by_text("Jawaban sedang dikumpulkan.")).to_be_visible(timeout=WAIT)
    page.context.set_offline(False)
    handed_in_by_its_owner(live_server, page)


def test_the_clock_runs_on_beside_what_will_be_handed_in_and_hands_it_in_at_the_end(
    live_server: LiveServer, now: datetime
) -> None:
    page, _ = at_work(live_server, now)
    fill(page, 1, "9")
    soon = sa.func.now() + sa.text("interval '6 seconds'")
    with live_server.session() as session:
        session.execute(sa.update(Attempt).values(deadline=soon))
    page.goto(f"{page.url}/periksa")
    expect(page.locator("[data-time]")).to_have_text("0.02", timeout=WAIT)
    expect(page).to_have_url(re.compile("/hasil$"), timeout=WAIT)
    expect(page.get_by_text("Waktu habis, dikumpulkan otomatis")).to_be_visible()


def test_a_long_essay_has_the_time_that_a_slow_line_needs(live_server: LiveServer, now: datetime) -> None:
    """100,000 letters at 4,000 bytes a second take 25 seconds."""
    room = make_room(live_server, now, EVERY_KIND[-1])
    page, _ = watched(live_server, room)
    page.add_init_script(
        "window.waits = []; const timeout = AbortSignal.timeout.bind(AbortSignal);"
        "AbortSignal.timeout = (wait) => (window.waits.push(wait), timeout(wait));"
    )
    begin(page, room)
    page.locator("#soal-1 textarea").fill("panjang " * 12_500)
    expect(mark(page, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    assert 30_000 < max(page.evaluate("window.waits")) < 120_000
