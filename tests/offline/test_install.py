"""The offer to install: after the second useful act, where the phone can, until somebody says no."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.live import LiveServer
from tests.offline.scene import PLAYABLE, Classroom, classroom

pytestmark = pytest.mark.browser
PATIENCE = 20_000
# What Chromium does where Bina can be installed.
OFFER = """() => window.dispatchEvent(Object.assign(new Event("beforeinstallprompt", { cancelable: true }), {
  prompt() { document.body.dataset.prompted = ""; },
}))"""


@pytest.fixture
def room(file_server: LiveServer) -> Classroom:
    return classroom(file_server, PLAYABLE)


@pytest.fixture
def page(file_server: LiveServer, room: Classroom) -> Iterator[Page]:
    made = file_server.page(room.ayu)
    made.set_default_timeout(PATIENCE)
    yield made
    made.context.close()


def act(page: Page, room: Classroom, lesson_id: object) -> None:
    """A lesson is read to its end."""
    page.goto(f"/kelas/{room.cohort.id}/pelajaran/{lesson_id}")
    page.get_by_role("button", name="Tandai selesai dan lanjutkan").click()
    page.wait_for_url(lambda url: str(lesson_id) not in url)


def visit(page: Page, room: Classroom) -> Locator:
    page.goto(f"/kelas/{room.cohort.id}")
    page.wait_for_selector("body[data-offline-ready]", state="attached")
    page.evaluate(OFFER)
    return page.locator("[data-offline=install]")


def both(page: Page, room: Classroom) -> None:
    act(page, room, room.lesson.id)
    act(page, room, room.locked.id)


def test_nothing_is_offered_before_the_second_useful_act(page: Page, room: Classroom) -> None:
    act(page, room, room.lesson.id)
    expect(visit(page, room)).to_have_count(0)
    act(page, room, room.locked.id)
    box = visit(page, room)
    expect(box).to_be_visible()
    box.get_by_role("button", name="Pasang").click()
    expect(page.locator("body[data-prompted]")).to_be_attached()
    expect(box).to_be_hidden()


def test_no_is_remembered(page: Page, room: Classroom) -> None:
    both(page, room)
    box = visit(page, room)
    box.get_by_role("button", name="Jangan tawarkan lagi").click()
    expect(box).to_be_hidden()
    expect(visit(page, room)).to_be_hidden()


def test_nothing_is_offered_inside_the_installed_application(page: Page, room: Classroom) -> None:
    both(page, room)
    page.add_init_script(
        """const match = window.matchMedia.bind(window);
        window.matchMedia = (query) => query === "(display-mode: standalone)" ? { matches: true } : match(query);"""
    )
    expect(visit(page, room)).to_be_hidden()


def test_a_phone_that_cannot_install_by_a_button_shows_the_way(
    file_server: LiveServer, room: Classroom
) -> None:
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"
    page = file_server.page(room.ayu, user_agent=agent)
    page.set_default_timeout(PATIENCE)
    both(page, room)
    page.goto(f"/kelas/{room.cohort.id}")
    expect(page.get_by_text("Ketuk tombol Bagikan di peramban")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Pasang")).to_be_hidden()
    page.context.close()
