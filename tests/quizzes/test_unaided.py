"""An attempt whose script did not come over a bad line: nothing may be said to be saved that is not."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Page, Route, expect

from tests.live import LiveServer
from tests.quizzes.room import SHORT, saved
from tests.quizzes.test_browser import begin, field, mark, ready
from tests.quizzes.test_parallel import make_room

pytestmark = pytest.mark.browser
PART = "**/js/lib/answers.js"
LATER = 10_000


def _cut(route: Route) -> None:
    route.abort()


def without_a_part(live: LiveServer, now: datetime) -> Page:
    """Ayu's attempt, one of whose scripts the line cut; nine seconds have not passed yet."""
    room = make_room(live, now, SHORT)
    page = live.page(room.ayu)
    page.clock.install()
    page.route(PART, _cut)
    begin(page, room, script=False)
    return page


def test_without_its_script_a_page_says_that_it_does_not_save_and_how_to(
    live_server: LiveServer, now: datetime
) -> None:
    page = without_a_part(live_server, now)
    field(page, 1).fill("empati")
    page.clock.run_for(LATER)
    expect(page.get_by_text("Halaman ini belum menyimpan sendiri.")).to_be_visible(timeout=LATER)
    expect(page.get_by_text("Di server", exact=True)).to_be_hidden()
    expect(field(page, 1)).to_have_value("empati")
    page.unroute(PART)
    page.locator("[data-quiz-status]").get_by_role("button", name="Simpan jawaban").click()
    expect(mark(page, 1)).to_have_text("Tersimpan di server")
    ready(page)
    expect(page.get_by_text("Di server", exact=True)).to_be_visible()
    expect(page.get_by_text("Halaman ini belum menyimpan sendiri.")).to_be_hidden()
    with live_server.session() as session:
        assert saved(session) == {1: "empati"}


def test_a_page_on_which_nothing_was_typed_is_asked_for_again_by_itself(
    live_server: LiveServer, now: datetime
) -> None:
    page = without_a_part(live_server, now)
    page.wait_for_load_state()
    page.unroute(PART)
    page.clock.run_for(LATER)
    ready(page)
