"""The phone's store fails in the middle of an attempt: it is full for a while, or the browser takes it back."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.live import LiveServer
from tests.quizzes.room import NUMBER, SHORT, saved
from tests.quizzes.test_browser import WAIT, begin, field, mark, ready, watched
from tests.quizzes.test_parallel import make_room

pytestmark = pytest.mark.browser


# What a browser says that has no room left.
FULL = """() => {
  window.add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = () => { throw new DOMException("no room", "QuotaExceededError"); };
}"""


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
    browser.send(
        "Storage.clearDataForOrigin", {"origin": live_server.address, "storageTypes": "indexeddb"}
    )
    field(page, 2).fill("SKM")
    expect(page.get_by_text("Ponsel tidak dapat menyimpan jawaban.")).to_be_visible(timeout=WAIT)
    page.context.set_offline(False)
    expect(mark(page, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    expect(mark(page, 2)).to_have_text("Tersimpan di server", timeout=WAIT)
    with live_server.session() as session:
        assert saved(session) == {1: "9", 2: "SKM"}
