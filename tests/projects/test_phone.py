"""A group's page on a phone that loses the network: what was typed stays, is sent once, and is what the phone shows then."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from courses.projects.models import Comment, Draft
from tests.factories.projects import Scene
from tests.lessons.film import until
from tests.live import LiveServer

pytestmark = pytest.mark.browser
PATIENCE = 20_000


@pytest.fixture
def scene(live_server: LiveServer) -> Scene:
    with live_server.using() as session:
        made = Scene(live_server.app, session, datetime.now(UTC))  # noqa: TID251
        session.expunge_all()
        return made


class Group:
    """What the server holds of Ayu's group."""

    def __init__(self, live_server: LiveServer, scene: Scene) -> None:
        self.server, self.id = live_server, scene.group.id

    def draft(self) -> tuple[str, int]:
        with self.server.session() as session:
            found = session.get(Draft, self.id)
            return (found.text, found.revision) if found else ("", 0)

    def said(self) -> list[str]:
        with self.server.session() as session:
            return list(session.scalars(sa.select(Comment.text).where(Comment.group_id == self.id)))


def taken(live_server: LiveServer, scene: Scene) -> Page:
    """Ayu's phone, on which the module lies, open at the project."""
    page = live_server.page(scene.ayu, service_workers="allow")
    page.set_default_timeout(PATIENCE)
    page.goto(f"/kelas/{scene.cohort.id}/unduhan")
    page.wait_for_selector("[data-packs][data-ready]")
    box = page.locator("[data-module]").first
    box.get_by_role("button", name=re.compile("^Unduh modul")).click()
    expect(box).to_have_attribute("data-state", "done", timeout=PATIENCE)
    visit(page, scene)
    return page


def visit(page: Page, scene: Scene) -> None:
    page.goto(scene.here)
    page.wait_for_selector("form[data-draft][data-ready]")


def keep(page: Page, text: str) -> None:
    page.locator("form[data-draft] [name=text]").fill(text)
    expect(page.locator("form[data-draft] [data-saved=phone]")).to_be_visible(timeout=PATIENCE)


def test_a_draft_and_a_word_typed_without_a_network_are_kept_and_sent_once(
    live_server: LiveServer, scene: Scene
) -> None:
    group, page = Group(live_server, scene), taken(live_server, scene)
    page.context.set_offline(True)
    visit(page, scene)
    keep(page, "Antrean kami panjang.")
    expect(page.get_by_text("Belum ada tanggapan.")).to_be_visible()
    page.locator("form[data-comment] [name=text]").fill("Siapa menghitung antrean?")
    page.locator("form[data-comment] button[type=submit]").click()
    expect(page.locator("[data-said]")).to_have_count(1, timeout=PATIENCE)
    expect(page.get_by_text("Belum ada tanggapan.")).to_be_hidden()
    visit(page, scene)
    expect(page.locator("form[data-draft] [name=text]")).to_have_value("Antrean kami panjang.")
    expect(page.locator("[data-said] [data-text]")).to_have_text("Siapa menghitung antrean?")
    assert (group.draft(), group.said()) == (("", 0), [])

    lost: list[Any] = []

    def lose(route: Route) -> None:
        """The server hears it, and the phone does not hear the answer."""
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/kirim", lose)
    page.context.set_offline(False)
    expect(page.locator("form[data-draft] [data-saved=server]")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-said] [data-saved=server]")).to_be_visible(timeout=PATIENCE)
    assert lost
    assert (group.draft(), group.said()) == (("Antrean kami panjang.", 1), ["Siapa menghitung antrean?"])
    visit(page, scene)
    expect(page.get_by_text("Siapa menghitung antrean?")).to_have_count(1)


def test_what_was_sent_is_what_the_phone_shows_when_the_network_is_lost_again(
    live_server: LiveServer, scene: Scene
) -> None:
    group, page = Group(live_server, scene), taken(live_server, scene)
    page.context.set_offline(True)
    keep(page, "Antrean kami panjang.")
    page.context.set_offline(False)
    until(page, lambda: group.draft() == ("Antrean kami panjang.", 1))
    until(page, lambda: bool(page.evaluate(KEPT)))
    page.context.set_offline(True)
    visit(page, scene)
    expect(page.locator("form[data-draft] [name=text]")).to_have_value("Antrean kami panjang.")
    keep(page, "Antrean kami panjang pada hari Senin.")
    page.context.set_offline(False)
    until(page, lambda: group.draft() == ("Antrean kami panjang pada hari Senin.", 2))


def test_words_of_a_form_that_the_line_lost_stand_there_again(live_server: LiveServer, scene: Scene) -> None:
    """The phone says that it is on the network, and nothing gets through."""
    group, page = Group(live_server, scene), live_server.page(scene.ayu)
    visit(page, scene)
    page.route("**/kirim", lambda route: route.abort())
    page.route("**/draf", lambda route: route.abort())
    keep(page, "Antrean kami panjang.\n\nSenin paling panjang.")
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/draf")):
        page.get_by_role("button", name="Simpan draf").click(no_wait_after=True)
    page.unroute_all()
    visit(page, scene)
    expect(page.locator("form[data-draft] [name=text]")).to_have_value(
        "Antrean kami panjang.\n\nSenin paling panjang."
    )
    until(page, lambda: group.draft() == ("Antrean kami panjang.\n\nSenin paling panjang.", 1))


def test_a_form_that_overtakes_its_own_draft_is_no_quarrel(live_server: LiveServer, scene: Scene) -> None:
    group, page = Group(live_server, scene), live_server.page(scene.ayu)
    visit(page, scene)

    def late(route: Route) -> None:
        """The server has the draft, the phone has not heard of it when its owner saves."""
        if route.request.method == "POST":
            route.fetch()
        else:
            route.continue_()

    page.route("**/kirim", late)
    page.locator("form[data-draft] [name=text]").fill("Antrean kami panjang.\n\nSenin paling panjang. ")
    until(page, lambda: group.draft()[1] == 1)
    page.get_by_role("button", name="Simpan draf").click()
    expect(page.get_by_text("Draf tersimpan.")).to_be_visible()
    assert group.draft() == ("Antrean kami panjang.\n\nSenin paling panjang.", 1)


KEPT = """async () => {
  const held = await caches.match(location.href);
  return held && (await held.text()).includes("Antrean kami panjang.");
}"""
