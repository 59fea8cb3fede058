"""Words in a long form are not lost by a slip: leaving the page asks first, sending it does not."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.live import LiveServer
from tests.quizzes.room import NUMBER
from tests.quizzes.test_parallel import make_room

pytestmark = pytest.mark.browser


def announcing(live: LiveServer, now: datetime) -> tuple[Page, list[str]]:
    """The page on which Citra writes to her class, reached from the class; what the browser asks is refused."""
    room = make_room(live, now, NUMBER)
    page, asked = live.page(room.citra), list[str]()

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.goto(room.desk)
    page.get_by_role("link", name="Pengumuman").click()
    expect(page.get_by_label("Judul")).to_be_visible()
    page.wait_for_load_state()
    return page, asked


def test_going_back_asks_while_there_are_unsent_words(live_server: LiveServer, now: datetime) -> None:
    page, asked = announcing(live_server, now)
    page.get_by_label("Judul").fill("Jadwal berubah")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Kelas", exact=True).first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Judul")).to_have_value("Jadwal berubah")


def test_sending_and_leaving_an_untouched_page_ask_nothing(live_server: LiveServer, now: datetime) -> None:
    page, asked = announcing(live_server, now)
    page.get_by_label("Judul").fill("Jadwal berubah")
    page.get_by_label("Isi").fill("Besok kita mulai pukul sepuluh.")
    page.get_by_role("button", name="Umumkan kepada peserta").click()
    expect(page.get_by_text("Besok kita mulai pukul sepuluh.").first).to_be_visible()
    page.get_by_role("link", name="Kelas", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kelas")
    assert asked == []


def test_words_that_were_refused_are_unsent_still(live_server: LiveServer, now: datetime) -> None:
    page, asked = announcing(live_server, now)
    page.get_by_label("Isi").fill("Tanpa judul.")
    page.get_by_role("button", name="Umumkan kepada peserta").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    page.get_by_label("Isi").click()  # browsers ask only where somebody has touched the page
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Kelas", exact=True).first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Isi")).to_have_value("Tanpa judul.")
