"""A phone that is switched off in between: what came from an object store, and what was not sent yet, is still there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from courses.lessons.models import LessonMedia, Part
from courses.progress.models import Progress, State
from courses.quizzes.models import Answer, Attempt
from lms.auth.models import LinkPurpose
from lms.auth.services import make_link
from lms.media.models import Media, MediaState
from lms.storage.s3 import S3Store
from lms.storage.store import ObjectStore
from tests.lessons.film import listen, reach, until
from tests.live import LiveServer, living
from tests.media.files import picture
from tests.media.page import elsewhere
from tests.offline.scene import CHUNK, FILM, Classroom
from tests.storage.engines import Engine, s3_settings
from tests.storage.faulty import Faulty

pytestmark = pytest.mark.browser
PATIENCE = 20_000
SHEET = picture("WEBP", (60, 80))
GUIDE = b"%PDF-1.7\n" + bytes(range(256)) * 100


class Handout(Classroom):
    """The classroom, with a page of a document and a file to save beside the film."""

    def __init__(self, session: Session, store: ObjectStore, film: bytes, now: datetime) -> None:
        super().__init__(session, store, film, now)
        key = f"media/{self.media.id}/page-1.webp"
        store.put(key, SHEET, content_type="image/webp")
        sheet = {"key": key, "type": "image/webp", "size": len(SHEET), "width": 60, "height": 80}
        pages = {"renditions": {"page-1": sheet}, "facts": {"pages": 1, "text": ["Alur di loket."]}}
        self._bring(session, Part.PAGES, "loket.pdf", now, **pages)
        guide = self._bring(session, Part.ATTACHMENT, "panduan.pdf", now, size=len(GUIDE))
        store.put(guide.key, GUIDE, content_type="application/pdf")

    def _bring(self, session: Session, part: Part, name: str, now: datetime, **changes: Any) -> Media:
        made = Media(
            agency_id=self.media.agency_id,
            owner_id=self.media.owner_id,
            name=name,
            kind="pdf",
            content_type="application/pdf",
            key=f"media/{self.media.id}/{name}",
            state=MediaState.READY,
            created_at=now,
            active_at=now,
            stored_at=now,
            **{"size": 1000, **changes},
        )
        session.add(made)
        session.flush()
        session.add(LessonMedia(activity_id=self.lesson.id, media_id=made.id, part=part, position=2))
        session.flush()
        return made


@dataclass
class Phone:
    """Ayu's phone. Everything to the application and to the store goes over lines that can be cut."""

    live: LiveServer
    profile: Path
    line: Faulty
    store_line: Faulty
    room: Handout

    @contextmanager
    def on(self, *, offline: bool = False) -> Iterator[Page]:
        """Switched on, as it was when it was switched off."""
        self.network(not offline)
        address = f"http://127.0.0.1:{self.line.port}"
        with self.live.phone(self.profile, base_url=address, offline=offline) as context:
            context.set_default_timeout(PATIENCE)
            yield context.pages[0]

    def network(self, there: bool) -> None:
        for line in (self.line, self.store_line):
            line.turn("" if there else "down")

    def progress(self) -> State | None:
        with self.live.session() as session:
            return session.scalar(
                sa.select(Progress.state).where(Progress.activity_id == self.room.lesson.id)
            )

    def answers(self) -> list[Any]:
        with self.live.session() as session:
            attempt = sa.select(Attempt.id).where(Attempt.activity_id == self.room.quiz.activity_id)
            return list(session.scalars(sa.select(Answer.value).where(Answer.attempt_id.in_(attempt))))


@pytest.fixture(scope="module")
def store_line(rgw: Engine) -> Iterator[Faulty]:
    assert isinstance(rgw.store, S3Store)
    made = Faulty(urlsplit(rgw.store.settings.s3_endpoint).port or 0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(
    shared_app: Flask,
    template_database: URL,
    tmp_path_factory: pytest.TempPathFactory,
    rgw: Engine,
    store_line: Faulty,
) -> Iterator[LiveServer]:
    """The application with its files in Ceph's gateway, which browsers know by another address."""
    assert isinstance(rgw.store, S3Store)
    settings: dict[str, Any] = s3_settings(
        rgw.store.settings.s3_endpoint,
        s3_public_endpoint=f"http://127.0.0.1:{store_line.port}",
        s3_bucket="unduhan",
    )
    with living(shared_app, template_database, tmp_path_factory.mktemp("restart"), **settings) as live:
        yield live


@pytest.fixture
def phone(server: LiveServer, store_line: Faulty, tmp_path: Path) -> Iterator[Phone]:
    line = Faulty(urlsplit(server.address).port or 0)
    store, now = server.app.extensions["store"], datetime.now(UTC)  # noqa: TID251

    def make() -> tuple[Handout, str]:
        store.prepare([f"http://127.0.0.1:{line.port}"])
        with server.using() as session:
            room = Handout(session, store, FILM, now)
            return room, make_link(session, room.ayu.id, LinkPurpose.SIGN_IN, now=now)

    room, link = elsewhere(make)
    made = Phone(server, tmp_path / "profile", line, store_line, room)
    with made.on() as page:
        page.goto(f"/masuk/tautan/{link}")
        page.get_by_role("button", name="Masuk").click()
        expect(page.locator("body[data-offline-ready]")).to_be_attached(timeout=PATIENCE)
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    yield made
    line.close()


def module(page: Page) -> Locator:
    page.wait_for_selector("[data-packs][data-ready]")
    return page.locator("[data-module]").first


def test_a_module_from_the_gateway_goes_on_after_a_cut_and_a_restart_and_plays_without_a_network(
    phone: Phone,
) -> None:
    room = phone.room
    with phone.on() as page:
        # Read before it is taken away: the browser holds the picture as it came without leave of the store.
        page.goto(room.page)
        page.locator(".sheet img").scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('.sheet img').complete")
        page.goto(room.downloads)
        box = module(page)
        phone.store_line.left = 2 * CHUNK + CHUNK // 2
        box.get_by_role("button", name=re.compile("^Unduh modul")).click()
        page.wait_for_function(
            "() => document.querySelector('[data-module] progress').value > 2 * 1024 * 1024"
        )
    phone.store_line.left, phone.store_line.ranges = None, []
    with phone.on() as page:
        page.goto(room.downloads)
        box = module(page)
        expect(box).to_have_attribute("data-state", "paused", timeout=PATIENCE)
        box.get_by_role("button", name="Lanjutkan").click()
        expect(box).to_have_attribute("data-state", "done", timeout=PATIENCE)
        first_asked = int(re.findall(r"\d+", phone.store_line.ranges[0])[0])
        assert 2 * CHUNK <= first_asked <= 2 * CHUNK + CHUNK // 2
        kinds, used = page.evaluate(KEPT)
        # An opaque answer would be counted with megabytes that it does not have, and could not be cut into ranges.
        assert set(kinds) <= {"basic", "cors", "default"}
        assert len(FILM) < used < len(FILM) + CHUNK
        expect(page.locator("span[data-free]")).to_contain_text(
            f"Terpakai {used / 1e6:.1f}".replace(".", ",")
        )
    with phone.on(offline=True) as page:
        page.goto(room.page)
        expect(page.locator("h1")).to_have_text("Salam di loket")
        page.locator(".sheet img").scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('.sheet img').naturalWidth === 60")
        film = listen(page)
        page.locator("[data-play]").click()
        reach(film, 0.5)
        film.evaluate("(film) => { film.currentTime = 30; }")
        reach(film, 31)
        part = page.evaluate(PART, film.evaluate("(film) => film.currentSrc"))
        assert part == [206, f"bytes 100-199/{len(FILM)}", 100]
        assert urlsplit(film.evaluate("(film) => film.currentSrc")).port == phone.store_line.port
        page.wait_for_selector("a[data-kept]")
        with page.expect_download() as saved:
            page.get_by_role("link", name="panduan.pdf").click()
        assert saved.value.suggested_filename == "panduan.pdf"
        assert saved.value.path().read_bytes() == GUIDE


def test_what_was_not_sent_survives_the_end_of_the_browser_and_goes_out_with_the_network(
    phone: Phone,
) -> None:
    room = phone.room
    with phone.on() as page:
        page.goto(room.downloads)
        module(page).get_by_role("button", name=re.compile("^Unduh modul")).click()
        expect(module(page)).to_have_attribute("data-state", "done", timeout=PATIENCE)
    with phone.on(offline=True) as page:
        page.goto(room.page)
        page.get_by_role("button", name="Tandai selesai dan lanjutkan").click()
        expect(page.get_by_text("Selesai, dan tersimpan di ponsel ini.")).to_be_visible(timeout=PATIENCE)
        page.goto(room.cover)
        page.locator(".content form button[type=submit]").click()
        page.wait_for_url("**/percobaan/**")
        page.wait_for_selector("form[data-ready]", state="attached")
        page.get_by_label("Warga", exact=True).check()
        kept = page.locator("#soal-1-saved, #soal-2-saved").filter(has_text="Tersimpan di ponsel")
        expect(kept.first).to_be_visible(timeout=PATIENCE)
    assert (phone.progress(), phone.answers()) == (None, [])
    with phone.on(offline=True) as page:
        page.goto("/luring")
        expect(page.get_by_text("2 pekerjaan menunggu di ponsel ini")).to_be_visible(timeout=PATIENCE)
        for place, title in ((room.page, "Salam di loket"), (room.cover, "Latihan loket")):
            page.goto(place)
            expect(page.locator("h1")).to_have_text(title)
        page.goto("/luring")
        phone.network(True)
        page.context.set_offline(False)
        until(page, lambda: phone.progress() is State.DONE)
        until(page, lambda: len(phone.answers()) == 1)
        expect(page.get_by_text("menunggu di ponsel ini")).to_be_hidden(timeout=PATIENCE)


KEPT = """async () => {
  const kinds = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const key of await cache.keys()) {
      const { type } = await cache.match(key);
      kinds[type] = 1 + (kinds[type] ?? 0);
    }
  }
  return [kinds, (await navigator.storage.estimate()).usage];
}"""
PART = """async (address) => {
  const part = await fetch(address, { headers: { Range: "bytes=100-199" } });
  return [part.status, part.headers.get("Content-Range"), (await part.blob()).size];
}"""
