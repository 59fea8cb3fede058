"""A small film in a real browser: what was played counts, where one stood is found again, and silence is survived."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from courses.catalogue.models import Completion
from courses.lessons.models import LessonMedia, Part, Watched
from courses.lessons.queries import lesson_of
from courses.lessons.services import refresh
from courses.progress.models import Progress, State
from lms.media.models import Media, MediaState
from lms.media.video import ffmpeg
from tests.lessons.conftest import Scene
from tests.lessons.film import began, listen, reach, until
from tests.live import LiveServer

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("BINA_TEST_SHOTS")
STATIC = Path(__file__).parents[2] / "static"
SECONDS = 12
WORDS = ["Selamat pagi.", "Ibu antre di loket dua.", "Berkas diperiksa.", "Terima kasih."]
VTT = "WEBVTT\n\n" + "\n".join(
    f"00:{3 * n:02}.000 --> 00:{3 * n + 3:02}.000\n{words}\n" for n, words in enumerate(WORDS)
)
PICTURE = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "5"]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """The machine may be busy with other things."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Twelve seconds of a test picture and of a tone, as the ladder holds them."""
    folder = tmp_path_factory.mktemp("film")
    tone = ["-f", "lavfi", "-i", f"sine=duration={SECONDS}"]
    picture = ["-f", "lavfi", "-i", f"testsrc=duration={SECONDS}:size=160x90:rate=10"]
    end = ["-c:a", "aac", "-movflags", "+faststart"]
    for name, arguments in (
        ("240p.mp4", [*picture, *tone, *PICTURE]),
        ("audio.m4a", tone),
    ):
        subprocess.run([ffmpeg(), "-v", "error", *arguments, *end, str(folder / name)], check=True)
    return {file.stem: file.read_bytes() for file in folder.iterdir()}


class Cinema:
    """A lesson with the film, to be watched to 90 percent, in a running application."""

    def __init__(self, live: LiveServer, films: dict[str, bytes], now: datetime) -> None:
        self.live = live
        with live.using() as session:
            self.scene = Scene(live.app, session, now, lambda: 0)
            scene = self.scene
            self.lesson = scene.add_lesson("Wawancara di loket", Completion.WATCHED)
            self.next = scene.add_lesson("Penutup")
            self.file = self._attach(session, films, now)
            refresh(session, self.lesson, lesson_of(session, self.lesson.id))
            self.cohort_id, self.lesson_id, self.file_id = scene.cohort.id, self.lesson.id, self.file.id
            self.seat_id, self.next_id = scene.seat.id, self.next.id
            session.commit()
            session.expunge_all()

    def _attach(self, session: Any, films: dict[str, bytes], now: datetime) -> LessonMedia:
        media = Media(
            agency_id=self.scene.agency.id,
            owner_id=self.scene.citra.id,
            name="wawancara.mp4",
            kind="mp4",
            content_type="video/mp4",
            size=len(films["240p"]),
            key="media/film/original",
            state=MediaState.READY,
            facts={"duration": SECONDS},
            created_at=now,
            active_at=now,
            stored_at=now,
        )
        for name, kind in (("audio", "audio/mp4"), ("240p", "video/mp4")):
            key = f"media/film/{name}"
            self.live.app.extensions["store"].put(key, films[name], content_type=kind)
            media.renditions = {
                **(media.renditions or {}),
                name: {"key": key, "type": kind, "size": len(films[name])},
            }
        session.add(media)
        session.flush()
        file = LessonMedia(
            activity_id=self.lesson.id, media_id=media.id, part=Part.VIDEO, position=1, captions=VTT
        )
        session.add(file)
        session.flush()
        return file

    @property
    def here(self) -> str:
        return f"/kelas/{self.cohort_id}/pelajaran/{self.lesson_id}"

    def open(self, **options: Any) -> Page:
        """The lesson on a phone of Ayu's; her browser may not complain about anything but lost requests."""
        page = self.live.page(self.scene.ayu, **options)
        page.set_default_timeout(20_000)
        page.goto(self.here)
        return page

    def watched(self) -> tuple[list[Any], int]:
        with self.live.session() as session:
            found = session.get(Watched, (self.seat_id, self.file_id))
            return (found.ranges, found.position) if found else ([], 0)

    def state(self, activity_id: Any) -> State | None:
        with self.live.session() as session:
            found = session.get(Progress, (self.seat_id, activity_id))
            return found.state if found else None


@pytest.fixture
def cinema(file_server: LiveServer, films: dict[str, bytes], now: datetime) -> Iterator[Cinema]:
    yield Cinema(file_server, films, now)
    for context in file_server.browser.contexts:
        context.close()


def play(page: Page) -> Locator:
    cover = page.locator("[data-play]")
    expect(cover).to_be_visible()
    film = listen(page)
    cover.click()
    return film


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_only_what_was_played_counts_and_another_device_goes_on_from_there(cinema: Cinema) -> None:
    page = cinema.open()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator("[data-play]")).to_contain_text("Putar")
    shot(page, "lesson")
    assert not [url for url in asked if "/berkas/" in url or url.endswith(".vtt")]
    page.get_by_label("Kecepatan").select_option("2")
    film = play(page)
    reach(film, 2)
    film.evaluate("(film) => { film.currentTime = 6; }")
    reach(film, 8)
    film.evaluate("(film) => film.pause()")
    until(page, lambda: len(cinema.watched()[0]) == 2)
    (first, second), position = cinema.watched()
    assert first[0] < 500
    assert 1500 <= first[1] < 6000 <= second[0] + 50 < second[1] < 12_000
    assert abs(position - second[1]) < 100
    assert cinema.state(cinema.lesson_id) is State.DOING
    expect(page.locator("[data-waits]")).to_contain_text(re.compile(r"90% .* \(sudah [3-8]\d%\)"))
    page.context.close()

    tablet = cinema.open()
    expect(tablet.locator("[data-stood]")).to_contain_text("terakhir menonton sampai 0.")
    film = play(tablet)
    reach(film, position / 1000 + 0.5)
    assert began(film) * 1000 >= position - 1100
    film.evaluate("(film) => { film.pause(); film.play(); }")
    until(tablet, lambda: cinema.watched()[1] > position)
    tablet.get_by_label("Kecepatan").select_option("2")
    reach(film, SECONDS)
    tablet.locator(".segments label", has_text="Audio").click()
    film.evaluate("(film) => { film.currentTime = 1; }")
    reach(film, 6.5)
    film.evaluate("(film) => film.pause()")
    button = tablet.get_by_role("button", name="Tandai selesai dan lanjutkan")
    expect(button).to_be_visible()
    assert "audio" in film.evaluate("(film) => film.currentSrc")
    assert cinema.state(cinema.lesson_id) is State.DONE
    button.click()
    expect(tablet).to_have_url(re.compile(str(cinema.next_id)))


def test_without_network_nothing_watched_is_lost_and_the_button_keeps_its_word(cinema: Cinema) -> None:
    page = cinema.open()
    page.route("**/kirim", lambda route: route.abort())
    film = play(page)
    page.get_by_label("Kecepatan").select_option("2")
    reach(film, 4)
    film.evaluate("(film) => film.pause()")
    until(page, lambda: bool(page.evaluate("localStorage.getItem('bina-waiting')")))
    page.reload()
    expect(page.locator("[data-stood]")).to_contain_text("terakhir menonton sampai 0.0")
    film = play(page)
    reach(film, 4.2)
    assert began(film) >= 3.5
    film.evaluate("(film) => { film.currentTime = 8; }")
    reach(film, 9)
    film.evaluate("(film) => film.pause()")
    expect(page.get_by_text("2 pekerjaan menunggu")).to_be_visible()
    page.goto(f"/kelas/{cinema.cohort_id}/pelajaran/{cinema.next_id}")
    page.get_by_role("button", name="Tandai selesai dan lanjutkan").click()
    expect(page.get_by_text("tersimpan di ponsel ini")).to_be_visible()
    shot(page, "done-offline")
    assert cinema.watched() == ([], 0)
    assert cinema.state(cinema.next_id) is None
    page.unroute("**/kirim")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(page, lambda: cinema.state(cinema.next_id) is State.DONE)
    until(page, lambda: len(cinema.watched()[0]) == 2)
    assert cinema.watched()[1] >= 8900


def test_leaving_in_the_middle_tells_where_one_stood(cinema: Cinema) -> None:
    page = cinema.open()
    page.get_by_label("Kecepatan").select_option("2")
    reach(play(page), 4)
    page.goto(f"/kelas/{cinema.cohort_id}")
    until(page, lambda: cinema.watched()[1] >= 3500)
    assert cinema.watched()[0][-1][1] >= 3000


def test_a_store_that_fails_or_is_silent_is_asked_again(cinema: Cinema) -> None:
    page = cinema.open()
    page.clock.install()
    page.reload()
    store = re.compile("/(berkas|putar)/")
    page.route(store, lambda route: route.abort())
    film = play(page)
    again = page.get_by_role("button", name="Coba lagi")
    expect(again).to_be_visible()
    shot(page, "trouble")
    page.unroute(store)
    again.click()
    reach(film, 0.5)
    expect(again).to_be_hidden()

    unanswered: list[Any] = []
    page.route(store, lambda route: route.continue_() if unanswered else unanswered.append(route))
    page.locator(".segments label", has_text="Audio").click()
    until(page, lambda: bool(unanswered))
    expect(again).to_be_hidden()
    page.clock.fast_forward(13_000)
    expect(again).to_be_visible()
    again.click()
    reach(film, 1)
    assert "audio" in film.evaluate("(film) => film.currentSrc")


def test_a_stream_that_does_not_play_gives_way_to_the_usual_film(cinema: Cinema) -> None:
    """Some browsers say that they play playlists and cannot (quality B2)."""
    with cinema.live.session() as session:
        (media,) = session.scalars(sa.select(Media).join(LessonMedia).where(LessonMedia.id == cinema.file_id))
        made = {**media.renditions["240p"], "bitrate": 200_000, "width": 160, "height": 90}
        media.renditions = {**media.renditions, "240p": {**made, "stream": {"key": "nowhere"}}}
    page = cinema.open()
    page.locator(".segments label", has_text="Otomatis").click()
    film = play(page)
    reach(film, 1)
    expect(page.locator(".segments input[value='240p']")).to_be_checked()
    expect(page.locator("[data-trouble]")).to_be_hidden()


def test_the_transcript_is_searched_and_played_from_by_keyboard(cinema: Cinema) -> None:
    page = cinema.open()
    page.locator("summary", has_text="Baca transkrip").click()
    lines = page.locator(".lines button")
    expect(lines).to_have_count(4)
    page.get_by_label("Cari di transkrip").fill("LOKET")
    expect(page.locator("[data-found]")).to_have_text("1 baris cocok.")
    expect(lines.filter(visible=True)).to_have_text([re.compile("Ibu antre di loket dua")])
    shot(page, "transcript")
    film = listen(page)
    lines.nth(1).focus()
    page.keyboard.press("Enter")
    reach(film, 3.3)
    assert began(film) >= 2.9
    expect(page.locator(".lines > [aria-current]")).to_contain_text("loket dua")
    film.evaluate("(film) => film.pause()")
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()


def test_without_script_the_smallest_film_captions_and_transcript_are_there(cinema: Cinema) -> None:
    page = cinema.open(java_script_enabled=False)
    film = page.locator("video[controls]")
    assert "/240p?" in (film.get_attribute("src") or "")
    assert page.locator("video > track").count() == 1
    expect(page.locator("[data-play]")).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile(r"Buka Audio · \d+ KB"))).to_be_visible()
    page.locator("summary", has_text="Baca transkrip").click()
    expect(page.get_by_text("Ibu antre di loket dua.")).to_be_visible()
    expect(page.locator("[data-waits] + noscript p")).to_be_visible()
    page.goto(f"/kelas/{cinema.cohort_id}/pelajaran/{cinema.next_id}")
    page.get_by_role("button", name="Tandai selesai dan lanjutkan").click()
    assert cinema.state(cinema.next_id) is State.DONE


def test_all_scripts_of_a_lesson_stay_within_fifteen_kilobytes() -> None:
    names = [
        "shell.js",
        "lessons.js",
        "lib/player.js",
        "lib/transcript.js",
        "lib/played.js",
        "lib/outbox-form.js",
        "lib/outbox.js",
        "lib/outbox-queue.js",
    ]
    names += ["lib/outbox-store.js", "lib/outbox-line.js", "lib/wire.js", "lib/clock.js"]
    sizes = [len(gzip.compress((STATIC / "js" / name).read_bytes())) for name in names]
    assert sum(sizes) <= 15_000, dict(zip(names, sizes, strict=True))


def author(cinema: Cinema, **options: Any) -> Page:
    page = cinema.live.page(cinema.scene.citra, **options)
    page.set_default_timeout(20_000)
    page.goto(f"/kelola/pelajaran/{cinema.lesson_id}/berkas/{cinema.file_id}/takarir")
    return page


def captions(cinema: Cinema) -> str:
    with cinema.live.session() as session:
        return session.get_one(LessonMedia, cinema.file_id).captions


def test_captions_are_corrected_cue_by_cue_on_a_phone(cinema: Cinema) -> None:
    page = author(cinema)
    words = page.get_by_label("Teks takarir")
    expect(words).to_have_count(4)
    words.nth(1).fill("Ibu antre di loket <tiga> & empat.")
    cues = page.locator(".cue")
    cues.nth(3).locator("summary").click()
    cues.nth(3).get_by_role("button", name="Bagi dua").click()
    expect(words).to_have_count(5)
    words.nth(4).fill("")
    page.get_by_role("button", name="Simpan").click()
    expect(cues.nth(4).get_by_text("Tulis teksnya, atau hapus takarir ini.")).to_be_visible()
    expect(words.nth(4)).to_be_focused()
    shot(page, "captions-fault")
    cues.nth(4).locator("summary").click()
    cues.nth(4).get_by_role("button", name="Hapus").click()
    expect(words).to_have_count(4)
    page.get_by_role("button", name="Urungkan").click()
    expect(words).to_have_count(5)
    cues.nth(4).locator("summary").click()
    cues.nth(4).get_by_role("button", name="Hapus").click()
    cues.nth(2).locator("summary").click()
    cues.nth(2).get_by_role("button", name="Gabung").click()
    expect(words).to_have_count(3)
    cues.nth(0).locator("summary").click()
    cues.nth(0).get_by_label("Selesai").fill("0:00")
    cues.nth(0).get_by_label("Selesai").blur()
    expect(cues.nth(0).get_by_text("Waktu selesai harus setelah waktu mulai.")).to_be_visible()
    cues.nth(0).get_by_label("Selesai").fill("2,5")
    film = listen(page)
    cues.nth(1).get_by_role("button", name="Putar dari sini").click()
    reach(film, 3.5)
    assert began(film) >= 2.9
    film.evaluate("(film) => film.pause()")
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("Takarir tersimpan.")).to_be_visible()
    saved = captions(cinema)
    assert "00:00:00.000 --> 00:00:02.500\nSelamat pagi." in saved
    assert "Ibu antre di loket &lt;tiga&gt; &amp; empat." in saved
    assert "Berkas diperiksa.\nTerima" in saved
    assert saved.count("-->") == 3
    expect(words.nth(1)).to_have_value("Ibu antre di loket <tiga> & empat.")


def test_captions_are_written_from_nothing_while_listening(cinema: Cinema) -> None:
    with cinema.live.session() as session:
        session.execute(sa.update(LessonMedia).where(LessonMedia.id == cinema.file_id).values(captions=""))
    page = author(cinema)
    expect(page.get_by_text("Belum ada takarir.")).to_be_visible()
    page.get_by_role("button", name="Tambah di sini").click()
    page.get_by_label("Teks takarir").fill("Selamat datang.")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("Takarir tersimpan.")).to_be_visible()
    assert "00:00:00.000 --> 00:00:03.000\nSelamat datang." in captions(cinema)


def test_without_script_captions_are_a_text(cinema: Cinema) -> None:
    page = author(cinema, java_script_enabled=False)
    text = page.get_by_label("Takarir WebVTT")
    text.fill(text.input_value().replace("dua", "lima"))
    page.get_by_role("button", name="Simpan").click()
    assert "loket lima" in captions(cinema)


def test_what_was_just_saved_is_no_draft_that_the_next_words_would_be_refused_for(cinema: Cinema) -> None:
    page = author(cinema)
    page.goto(f"/kelola/pelajaran/{cinema.lesson_id}")
    for words in ("Satu jam kerja saya", "Satu jam kerja saya, dan satu lagi"):
        with page.expect_navigation():
            page.get_by_label("Isi pelajaran").fill(words)
            page.get_by_role("button", name="Simpan", exact=True).click()
        expect(page.get_by_text("Isi pelajaran tersimpan.")).to_be_visible()
        page.reload()
        expect(page.get_by_label("Isi pelajaran")).to_have_value(words)
        expect(page.get_by_text("Ini draf Anda")).to_have_count(0)


def test_words_typed_before_the_script_came_are_kept_when_the_page_is_left_at_once(cinema: Cinema) -> None:
    page = author(cinema)
    scripts: list[Route] = []
    page.route("**/authoring.js", lambda route: scripts.append(route))
    editor = f"/kelola/pelajaran/{cinema.lesson_id}"
    page.goto(editor, wait_until="commit")
    page.get_by_label("Isi pelajaran").fill("Satu jam kerja saya")
    until(page, lambda: bool(scripts))
    scripts[0].continue_()
    page.get_by_role("link", name="Gambar dan berkas").click()
    expect(page.get_by_role("heading", name="Gambar dan berkas")).to_be_visible()
    page.unroute("**/authoring.js")
    page.goto(editor)
    expect(page.get_by_label("Isi pelajaran")).to_have_value("Satu jam kerja saya")


def document_in(cinema: Cinema, pages: int) -> Any:
    """A document of so many pages in the next lesson; their pictures need not be drawn for this. Returns its id."""
    drawn = {"key": "media/film/240p", "type": "image/webp", "size": 9, "width": 720, "height": 1018}
    with cinema.live.session() as session:
        film = session.get_one(Media, session.get_one(LessonMedia, cinema.file_id).media_id)
        facts = {"pages": pages}, {f"page-{number}": drawn for number in range(1, pages + 1)}
        media = Media(
            agency_id=film.agency_id,
            owner_id=film.owner_id,
            name="pedoman.pdf",
            kind="pdf",
            content_type="application/pdf",
            size=9,
            key="media/pedoman/original",
            state=MediaState.READY,
            facts=facts[0],
            renditions=facts[1],
            created_at=film.created_at,
            active_at=film.active_at,
            stored_at=film.stored_at,
        )
        session.add(media)
        session.flush()
        file = LessonMedia(activity_id=cinema.next_id, media_id=media.id, part=Part.PAGES, position=1)
        session.add(file)
        session.flush()
        return file.id


def test_pages_that_stood_on_the_screen_are_read_and_the_next_visit_goes_on_there(cinema: Cinema) -> None:
    file_id = document_in(cinema, 12)

    def read() -> tuple[list[Any], int]:
        with cinema.live.session() as session:
            found = session.get(Watched, (cinema.seat_id, file_id))
            return (found.ranges, found.position) if found else ([], 0)

    page, here = cinema.open(), f"/kelas/{cinema.cohort_id}/pelajaran/{cinema.next_id}"
    page.goto(here)
    for number in (1, 2):
        page.locator(f"#halaman-{number} > figcaption").scroll_into_view_if_needed()
        until(page, lambda number=number: read()[1] == number)  # type: ignore[misc]
    page.goto(f"{here}?page=2")
    page.locator("#halaman-12 > figcaption").scroll_into_view_if_needed()
    until(page, lambda: read() == ([[0, 2], [11, 12]], 12))
    page.goto(here)
    expect(page.get_by_text("3 dari 12 halaman dibaca")).to_be_visible()
    shot(page, "document")
    page.get_by_role("link", name="Lanjutkan di halaman 12").click()
    expect(page.locator("#halaman-12")).to_be_in_viewport()


DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTE = """(html) => {
  const text = document.querySelector("#source"), held = new DataTransfer();
  text.focus();
  text.setSelectionRange(0, 0);
  held.setData("text/html", html);
  text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""


def test_pictures_in_pasted_text_come_along_and_those_that_cannot_are_told(cinema: Cinema) -> None:
    page = author(cinema)
    page.goto(f"/kelola/pelajaran/{cinema.lesson_id}")
    text, missing = (
        page.get_by_label("Isi pelajaran"),
        page.get_by_text("Sebagian gambar tidak ikut tertempel."),
    )
    text.fill("Kalimat lama.")
    page.evaluate(PASTE, f'<h2>Alur</h2><p>Lihat bagan.<img src="data:image/png;base64,{DOT}"></p>')
    expect(text).to_have_value(
        re.compile(r"^## Alur\n\nLihat bagan\.\n\n!\[\]\(media:[0-9a-f-]{36}\)\n\nKalimat lama\.$")
    )
    expect(missing).to_be_hidden()
    page.evaluate(PASTE, '<p>Satu</p><p>Dua<img src="file:///C:/bagan.png"></p>')
    expect(missing).to_be_visible()
    expect(text).to_have_value(re.compile(r"^Satu\n\nDua\n\n## Alur"))
