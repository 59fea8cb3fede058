"""A real browser sends real files: to the folder, and across origins to Ceph's gateway."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy.engine import URL

from lms.media.models import MediaState
from lms.storage.store import PART_SIZE
from tests.media.bringing import TEXT
from tests.media.files import EXE, MP4, picture
from tests.media.page import Site, chromium, site
from tests.storage.engines import Engine, s3_settings

pytestmark = pytest.mark.browser

PARTS = 4
SIZE = (PARTS - 1) * PART_SIZE + 1234
expect.set_options(timeout=20_000)
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser(with_folder: Site, with_gateway: Site) -> Iterator[Browser]:
    """Begun last and ended first: nothing else may be set up beside its event loop."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def with_folder(template_database: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(template_database, tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def with_gateway(
    template_database: URL, tmp_path_factory: pytest.TempPathFactory, rgw: Engine
) -> Iterator[Site]:
    endpoint = str(rgw.store.url("x", seconds=60, content_type="x")).partition("/bina/")[0]
    settings: dict[str, Any] = s3_settings(endpoint)
    with site(template_database, tmp_path_factory.mktemp("site"), **settings) as made:
        rgw.store.prepare([made.base])
        yield made


@pytest.fixture(params=["with_folder", "with_gateway"])
def here(request: pytest.FixtureRequest) -> Site:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Site)
    return found


@pytest.fixture
def context(browser: Browser, here: Site) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=PHONE, locale="id-ID")  # type: ignore[arg-type]
    made.set_default_timeout(20_000)
    here.sign_in(made)
    yield made
    made.close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    file = tmp_path / f"wawancara-{os.urandom(4).hex()}.mp4"
    file.write_bytes(MP4 + os.urandom(SIZE - len(MP4)))
    return file


class Network:
    """Hears every part that a page sends; all after the first `room` are held back, as by a network that stalls."""

    def __init__(self, page: Page, room: int) -> None:
        self.page = page
        self.sent: list[str] = []
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.sent.append(request.url) if request.method == "PUT" else None)
        page.add_init_script(f"""
            window.room = {room};
            const send = XMLHttpRequest.prototype.send;
            XMLHttpRequest.prototype.send = function (body) {{ if (window.room-- > 0) send.call(this, body); }};
        """)

    def opens_up(self) -> None:
        self.page.evaluate("window.room = 99")


def opened(context: BrowserContext, here: Site, *, room: int = 99) -> tuple[Page, Network]:
    page = context.new_page()
    network = Network(page, room)
    page.goto(f"{here.base}/uji")
    return page, network


def newest(here: Site) -> Any:
    return here.files()[-1]


def same_bytes(here: Site, film: Path) -> bool:
    media = newest(here)
    stored = here.app.extensions["store"].read(media.key)
    return hashlib.sha256(stored).digest() == hashlib.sha256(film.read_bytes()).digest()


def test_a_file_arrives_and_its_id_goes_with_the_form(
    here: Site, context: BrowserContext, film: Path
) -> None:
    page, network = opened(context, here)
    page.set_input_files("input[type=file]", film)
    expect(page.locator("[data-note]")).to_have_text("Sedang disiapkan.")
    assert len(network.sent) == PARTS
    assert same_bytes(here, film)
    assert newest(here).state is MediaState.STORED
    assert network.complaints == []
    page.get_by_role("button", name="Kumpulkan").click()
    expect(page.locator("body")).to_have_text(f"Diterima: {newest(here).id}")


def test_pausing_keeps_what_arrived_and_going_on_sends_the_rest(
    here: Site, context: BrowserContext, film: Path
) -> None:
    page, network = opened(context, here, room=2)
    page.set_input_files("input[type=file]", film)
    wait_for_parts(page, here, 2)
    expect(page.locator("[data-note]")).to_contain_text("MB dari 15,7 MB · ")
    page.get_by_role("button", name="Jeda").click()
    expect(page.locator("[data-note]")).to_have_text("Dijeda. 10,5 MB dari 15,7 MB aman di server.")
    network.opens_up()
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.locator("[data-note]")).to_have_text("Sedang disiapkan.")
    assert len(network.sent) == PARTS
    assert same_bytes(here, film)


def wait_for_parts(page: Page, here: Site, count: int) -> None:
    while len(arrived(here)) < count:
        page.wait_for_timeout(50)


def test_a_closed_tab_loses_nothing_when_the_same_file_is_chosen_again(
    here: Site, context: BrowserContext, film: Path
) -> None:
    page, network = opened(context, here, room=3)
    page.set_input_files("input[type=file]", film)
    wait_for_parts(page, here, 3)
    page.close(run_before_unload=False)
    again, network = opened(context, here)
    again.set_input_files("input[type=file]", film)
    expect(again.locator("[data-note]")).to_have_text("Sedang disiapkan.")
    assert len(network.sent) == PARTS - 3
    assert same_bytes(here, film)


def arrived(here: Site) -> list[Any]:
    pending = [media for media in here.files() if media.state is MediaState.PENDING][-1:]
    store = here.app.extensions["store"]
    return [part for media in pending for part in store.parts(media.key, media.upload_id)]


def test_a_dead_network_is_said_and_it_goes_on_by_itself(
    here: Site, context: BrowserContext, film: Path
) -> None:
    page, network = opened(context, here, room=1)
    page.set_input_files("input[type=file]", film)
    wait_for_parts(page, here, 1)
    network.opens_up()
    context.set_offline(True)
    page.get_by_role("button", name="Jeda").click()
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.locator("[data-note]")).to_contain_text("Terputus. ")
    context.set_offline(False)
    expect(page.locator("[data-note]")).to_have_text("Sedang disiapkan.")
    assert same_bytes(here, film)


def test_a_refused_file_is_said_before_it_is_sent_and_can_be_taken_off_the_list(
    here: Site, context: BrowserContext, tmp_path: Path
) -> None:
    page, network = opened(context, here)
    (tmp_path / "foto.png").write_bytes(EXE * 1000)
    page.set_input_files("input[type=file]", tmp_path / "foto.png")
    expect(page.locator("[data-note]")).to_contain_text("Berkas ini adalah program.")
    assert network.sent == []
    page.get_by_role("button", name="Keluarkan dari daftar").click()
    expect(page.locator("[data-media]")).to_have_count(0)


def test_an_empty_file_is_refused_in_its_row_like_any_other(
    here: Site, context: BrowserContext, tmp_path: Path
) -> None:
    page, network = opened(context, here)
    (tmp_path / "daftar.pdf").write_bytes(b"")
    page.set_input_files("input[type=file]", tmp_path / "daftar.pdf")
    expect(page.locator("[data-note]")).to_contain_text("Berkas ini kosong.")
    assert [words for words in network.complaints if "422" not in words] == []


def test_a_row_follows_its_file_until_it_is_ready(
    here: Site, context: BrowserContext, tmp_path: Path
) -> None:
    page, _ = opened(context, here)
    (tmp_path / "papan.png").write_bytes(picture(size=(300, 200)) + os.urandom(8))
    page.set_input_files("input[type=file]", tmp_path / "papan.png")
    expect(page.locator("[data-note]")).to_have_text("Sedang disiapkan.")
    here.prepare(newest(here))
    expect(page.locator("[data-note]")).to_have_text("Siap dipakai.")
    expect(page.get_by_text("Selesai", exact=True)).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [fault["id"] for fault in found] == []


def test_the_form_waits_for_files_on_their_way(here: Site, context: BrowserContext, film: Path) -> None:
    page, _ = opened(context, here)
    asked: list[Route] = []
    # The upload cannot begin before the test lets it.
    page.route("**/unggahan", lambda route: asked.append(route))
    with page.expect_request("**/unggahan"):
        page.set_input_files("input[type=file]", film)
    page.get_by_role("button", name="Kumpulkan").click()
    expect(page.get_by_role("alert")).to_contain_text("Unggahan belum selesai.")
    assert page.url.endswith("/uji")
    page.get_by_role("button", name="Jeda").click()
    with page.expect_response("**/unggahan"):
        asked.pop().continue_()
    page.get_by_role("button", name="Kumpulkan").click()
    assert page.url.endswith("/uji")
    page.get_by_role("button", name="Keluarkan dari daftar").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Kumpulkan").click()
    expect(page.locator("body")).to_have_text("Diterima: ")


def test_without_script_small_files_arrive_by_an_ordinary_form(
    here: Site, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    here.sign_in(context)
    page = context.new_page()
    page.goto(f"{here.base}/uji")
    (tmp_path / "a.txt").write_bytes(TEXT)
    page.set_input_files("input[type=file]", tmp_path / "a.txt")
    page.get_by_role("button", name="Unggah").click()
    expect(page.locator("[data-title]")).to_have_text("a.txt")
    expect(page.locator("[data-note]")).to_have_text("Sedang disiapkan.")
    page.get_by_role("button", name="Kumpulkan").click()
    expect(page.locator("body")).to_have_text(f"Diterima: {newest(here).id}")
    context.close()
