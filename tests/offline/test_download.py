"""A module arrives over a line that breaks, falls silent or is slow: every byte once, and by itself."""

from __future__ import annotations

import re
from threading import Event

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from courses.catalogue.models import Activity
from lms.media.models import Media
from tests.lessons.film import until
from tests.live import LiveServer
from tests.offline.line import Line, module, packs, take
from tests.offline.scene import CHUNK, FILM, Classroom

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


def test_an_interrupted_download_goes_on_with_the_bytes_that_lack(
    phone: Page, room: Classroom, line: Line
) -> None:
    line.cut_from = 2 * CHUNK
    phone.goto(room.downloads)
    box = module(phone)
    box.get_by_role("button", name=re.compile("^Unduh modul")).click()
    phone.wait_for_function("() => document.querySelector('[data-module] progress').value > 2 * 1024 * 1024")
    box.get_by_role("button", name="Jeda").click()
    expect(box).to_have_attribute("data-state", "paused")
    line.cut_from, line.ranges = None, []
    phone.close()
    again = phone.context.new_page()
    again.goto(room.downloads)
    box = module(again)
    expect(box).to_have_attribute("data-state", "paused")
    box.get_by_role("button", name="Lanjutkan").click()
    expect(box).to_have_attribute("data-state", "done")
    assert line.ranges[0] == f"bytes={2 * CHUNK}-{3 * CHUNK - 1}"
    box.get_by_role("button", name="Hapus").click()
    expect(box).to_have_attribute("data-state", "idle")
    assert packs(again) == []


def test_a_line_that_breaks_within_every_part_costs_no_byte_twice(
    phone: Page, room: Classroom, line: Line
) -> None:
    line.cut_after = 300_000
    take(phone, room.downloads)
    assert line.files == len(FILM)


def test_a_download_goes_on_by_itself_when_only_the_server_knows_that_the_line_is_back(
    phone: Page, room: Classroom, line: Line
) -> None:
    line.cut_from = CHUNK
    phone.clock.install()
    phone.goto(room.downloads)
    box = module(phone)
    box.get_by_role("button", name=re.compile("^Unduh modul")).click()
    expect(box.locator("progress")).to_be_visible()

    def reaches(state: str) -> bool:
        phone.clock.run_for(1000)
        return bool(box.get_attribute("data-state") == state)

    until(phone, lambda: reaches("waiting"))
    expect(box.get_by_text("berlanjut sendiri")).to_be_visible()
    line.cut_from = None
    until(phone, lambda: reaches("done"))


def test_a_download_is_never_given_another_quality_than_it_asked_for(phone: Page, room: Classroom) -> None:
    take(phone, room.downloads)
    phone.context.set_offline(True)
    phone.goto(room.page)
    address = phone.locator("[data-player] video").get_attribute("src") or ""
    other = address.split("?")[0].replace("240p", "360p")
    found = """async (address) => {
      const fetched = await fetch(address).then(() => "something", () => "nothing");
      const video = Object.assign(document.createElement("video"), { src: address, muted: true });
      await new Promise((resolve, reject) => { video.onloadedmetadata = resolve; video.onerror = reject; });
      return [fetched, video.duration > 0];
    }"""
    assert phone.evaluate(found, other) == ["nothing", True]


def test_another_quality_takes_the_place_of_the_first(
    phone: Page, room: Classroom, file_server: LiveServer
) -> None:
    take(phone, room.downloads)
    with file_server.session() as session:
        film = session.get_one(Media, room.media.id)
        other = {"key": f"media/{film.id}/360p.mp4", "type": "video/mp4", "size": len(FILM)}
        film.renditions = {**film.renditions, "360p": other}
        file_server.app.extensions["store"].put(other["key"], FILM, content_type="video/mp4")
    phone.goto(f"{room.downloads}?mutu=360p")
    module(phone).get_by_role("button", name="Perbarui").click()
    until(phone, lambda: films(phone) == ["360p.mp4"])
    expect(module(phone)).to_have_attribute("data-state", "done")


def films(page: Page) -> list[str]:
    """What the phone holds of films, whole or in parts."""
    found: list[str] = page.evaluate(
        """async () => {
          const [name] = (await caches.keys()).filter((name) => name.startsWith("bina-modul:"));
          const keys = await (await caches.open(name)).keys();
          return keys.map(({ url }) => url.split("/").pop()).filter((file) => file.includes(".mp4"));
        }"""
    )
    return found


def test_a_page_that_comes_too_late_to_be_shown_is_there_the_next_time(
    phone: Page, room: Classroom, file_server: LiveServer, line: Line
) -> None:
    take(phone, room.downloads)
    with file_server.session() as session:
        session.execute(
            sa.update(Activity).where(Activity.id == room.lesson.id).values(title="Salam yang baru")
        )
    line.late = (room.page, Event())
    phone.goto(room.page)
    expect(phone.locator("h1")).to_have_text("Salam di loket")
    line.late[1].set()
    kept = "(address) => caches.match(location.origin + address).then((page) => page.text())"
    until(phone, lambda: "Salam yang baru" in phone.evaluate(kept, room.page))
