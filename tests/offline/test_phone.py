"""A real browser goes offline: what was taken away opens, plays and seeks; what was typed stays; nobody else's remains."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from courses.exchange.services import import_path
from courses.quizzes.models import Quiz
from lms.access import Role
from lms.media.models import Media
from lms.media.prepare import prepare
from lms.people.models import Person
from lms.shell.cli import work_here
from tests.factories.learning import make_cohort, make_seat
from tests.factories.people import actor_for, make_agency, make_person
from tests.lessons.film import until
from tests.live import LiveServer
from tests.media.page import elsewhere
from tests.offline.line import Line, module, packs, ready, take
from tests.offline.scene import CONTENT, FILM, Classroom

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

MB = 1_000_000
BUDGET = 50 * MB
WORDS = "Warga menunggu empat puluh menit; usul kami: satu loket khusus berkas lengkap."


def test_what_was_taken_away_opens_plays_and_seeks_without_a_network(phone: Page, room: Classroom) -> None:
    take(phone, room.downloads)
    phone.context.set_offline(True)
    phone.goto(room.page)
    expect(phone.locator("h1")).to_have_text("Salam di loket")
    source = phone.locator("[data-player] a.poster, [data-player] video source, [data-player] video").first
    address = source.get_attribute("href") or source.get_attribute("src")
    played = phone.evaluate(
        """async (address) => {
          const part = await fetch(address, { headers: { Range: "bytes=100-199" } });
          const video = Object.assign(document.createElement("video"), { src: address, muted: true });
          await new Promise((resolve, reject) => { video.onloadedmetadata = resolve; video.onerror = reject; });
          const at = video.duration * 0.7;
          video.currentTime = at;
          await new Promise((resolve) => { video.onseeked = resolve; });
          return [part.status, part.headers.get("Content-Range"), (await part.blob()).size, Math.abs(video.currentTime - at)];
        }""",
        address,
    )
    assert played[:3] == [206, f"bytes 100-199/{len(FILM)}", 100]
    assert played[3] < 1
    phone.goto("/sertifikat")
    expect(phone.get_by_text("Halaman yang Anda buka perlu jaringan.")).to_be_visible()
    expect(phone.locator(".shelf .row-title")).to_have_text(["Salam di loket", "Latihan loket"])


def test_a_prepared_quiz_is_begun_and_answered_without_a_network(phone: Page, room: Classroom) -> None:
    take(phone, room.downloads)
    phone.context.set_offline(True)
    phone.goto(room.cover)
    phone.locator(".content form button[type=submit]").click()
    phone.wait_for_url("**/percobaan/**")
    phone.wait_for_selector("form[data-ready]", state="attached")
    phone.get_by_label("Warga", exact=True).check()
    expect(
        phone.locator("#soal-1-saved, #soal-2-saved").filter(has_text="Tersimpan di ponsel").first
    ).to_be_visible()


def test_a_script_of_which_the_line_brought_half_is_asked_for_again(
    phone: Page, room: Classroom, line: Line
) -> None:
    phone.goto(room.cover)
    line.cut_once = {"quizzes.js", "answers.js", "attempt.js"}
    phone.locator(".content form button[type=submit]").click()
    phone.wait_for_url("**/percobaan/**")
    phone.wait_for_selector("form[data-ready]", state="attached")
    assert not line.cut_once
    assert phone.evaluate("sessionStorage.length") == 0  # nor was the page


def test_a_quiz_that_cannot_begin_without_a_network_says_so_on_its_own_page(
    phone: Page, room: Classroom, file_server: LiveServer
) -> None:
    with file_server.session() as session:
        session.execute(
            sa.update(Quiz).where(Quiz.activity_id == room.quiz.activity_id).values(time_limit_minutes=20)
        )
    take(phone, room.downloads)
    phone.context.set_offline(True)
    phone.goto(room.cover)
    phone.locator(".content form button[type=submit]").click()
    said = phone.get_by_text("Kuis ini belum ada di ponsel ini.")
    expect(said).to_be_visible()
    assert phone.url.endswith(room.cover)
    phone.context.set_offline(False)
    expect(said).to_be_hidden()


def test_nothing_remains_after_signing_out_and_unsent_work_is_asked_about(
    phone: Page, room: Classroom
) -> None:
    take(phone, room.downloads)
    phone.goto("/akun")
    phone.wait_for_selector("body[data-offline-ready]", state="attached")
    phone.context.set_offline(True)
    phone.evaluate(
        """() => import(document.querySelector("script[src*='shell.js']").src.replace("shell.js", "lib/outbox.js"))
          .then(({ openOutbox }) => openOutbox()).then((outbox) => outbox.put("projects:comment", "x", {}))"""
    )
    leave = phone.locator("form[data-sign-out] button")
    leave.click()
    expect(phone.get_by_role("heading", name="Keluar sebelum semua terkirim?")).to_be_visible()
    phone.get_by_role("button", name="Tetap di sini").click()
    assert len(packs(phone)) == 1
    phone.context.set_offline(False)
    leave.click()
    if phone.locator("dialog[open]").count():
        phone.get_by_role("button", name="Keluar dan hapus").click()
    phone.wait_for_url("**/masuk*")
    assert packs(phone) == []


def test_signing_out_of_a_page_that_was_loaded_past_the_worker_leaves_nothing_either(
    phone: Page, room: Classroom
) -> None:
    take(phone, room.downloads)
    phone.goto("/akun")
    phone.context.new_cdp_session(phone).send("Page.reload", {"ignoreCache": True})
    phone.wait_for_function("() => navigator.serviceWorker.controller === null")
    phone.wait_for_selector("body[data-offline-ready]", state="attached")
    # The server's answer clears the phone as well; here the form is never sent.
    phone.evaluate("HTMLFormElement.prototype.submit = () => {}")
    phone.locator("form[data-sign-out] button").click()
    until(phone, lambda: packs(phone) == [])


def test_another_person_on_the_same_phone_finds_nothing(
    phone: Page, room: Classroom, file_server: LiveServer
) -> None:
    take(phone, room.downloads)
    file_server.sign_in(phone.context, room.budi)
    phone.goto("/kelas")
    until(phone, lambda: packs(phone) == [])


def test_a_missing_page_opens_by_itself_although_the_phone_never_said_that_the_network_is_back(
    phone: Page,
) -> None:
    phone.add_init_script("addEventListener('online', (event) => event.stopImmediatePropagation())")
    phone.clock.install()
    phone.context.set_offline(True)
    phone.goto("/sertifikat")
    expect(phone.get_by_text("terbuka sendiri saat jaringan kembali")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="Di ponsel ini", exact=True)).to_be_visible()
    phone.clock.run_for(10_000)
    expect(phone.get_by_role("heading", name="Sertifikat", exact=False).first).to_be_visible()
    assert phone.url.endswith("/sertifikat")


def test_a_form_without_a_network_keeps_what_was_typed(phone: Page) -> None:
    phone.goto("/akun")
    phone.wait_for_selector("body[data-offline-ready]", state="attached")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Simpan").click()
    expect(phone.get_by_text("Belum terkirim: Anda sedang luring.")).to_be_in_viewport()
    phone.context.set_offline(False)
    phone.get_by_role("button", name="Simpan").click()
    expect(phone.get_by_text("Pilihan Anda tersimpan.")).to_be_visible()
    phone.wait_for_selector("body[data-offline-ready]", state="attached")
    phone.context.set_offline(True)
    # A line that only seems to be there: the worker gives the words back.
    phone.evaluate(
        """(words) => {
          const form = document.createElement("form");
          Object.assign(form, { method: "post", action: "/kelas/tulis" });
          form.dataset.luring = "";
          const area = Object.assign(document.createElement("textarea"), { name: "text", value: words + "</script><b>" });
          form.append(area);
          document.body.append(form);
          form.submit();
        }""",
        WORDS,
    )
    expect(phone.get_by_text("Belum terkirim: jaringan terputus.")).to_be_visible()
    expect(phone.get_by_label("Tulisan Anda")).to_have_value(f"{WORDS}</script><b>")


def test_back_to_a_form_that_was_refused_asks_for_its_page_anew(phone: Page) -> None:
    """What a POST was answered is kept by no browser; the network is there, so nobody may be told that it is not."""
    phone.goto("/akun/kata-sandi")
    phone.get_by_label("Kata sandi baru").fill("pendek")
    phone.get_by_role("button", name="Simpan kata sandi").click()
    expect(phone.get_by_text("Ada yang perlu diperbaiki")).to_be_visible()
    phone.goto("/akun")
    phone.go_back()
    expect(phone.get_by_label("Kata sandi baru")).to_have_value("")
    expect(phone.get_by_text("Ada yang perlu diperbaiki")).to_have_count(0)


def test_a_file_that_is_not_on_the_phone_says_that_it_needs_the_network(phone: Page) -> None:
    phone.goto("/kelas")
    phone.wait_for_selector("body[data-offline-ready]", state="attached")
    phone.evaluate(
        """() => {
          const link = Object.assign(document.createElement("a"), { href: "/berkas/asli.pdf", download: "" });
          link.append("Berkas asli");
          document.querySelector("main").append(link);
        }"""
    )
    words = phone.get_by_text("Berkas ini belum ada di ponsel ini dan perlu jaringan.")
    phone.context.set_offline(True)
    phone.get_by_role("link", name="Berkas asli").click()
    expect(words).to_be_in_viewport()
    phone.context.set_offline(False)
    expect(words).to_be_hidden()


def test_a_new_worker_waits_for_the_attempt_unless_its_owner_agrees(
    phone: Page, room: Classroom, line: Line
) -> None:
    phone.goto(room.cover)
    phone.locator(".content form button[type=submit]").click()
    phone.wait_for_url("**/percobaan/**")
    line.worker = lambda text: text + b"\n// newer"
    phone.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
    until(
        phone,
        lambda: bool(
            phone.evaluate(
                "navigator.serviceWorker.getRegistration().then((found) => found.waiting !== null)"
            )
        ),
    )
    phone.reload()
    note = phone.get_by_text("Versi baru Bina sudah siap")
    expect(note).to_be_visible()
    phone.get_by_role("button", name="Pakai sekarang").click()
    until(
        phone,
        lambda: bool(
            phone.evaluate(
                "navigator.serviceWorker.getRegistration().then((found) => found.waiting === null)"
            )
        ),
    )


@pytest.mark.parametrize(("protocol", "state"), [(b"3", "done"), (b"4", "refused")])
def test_workers_two_releases_apart_still_store_and_others_store_nothing(
    file_server: LiveServer, room: Classroom, line: Line, protocol: bytes, state: str
) -> None:
    line.worker = lambda text: text.replace(b'"protocol": 1', b'"protocol": ' + protocol, 1)
    page = ready(file_server.context(room.ayu, service_workers="allow"))
    page.goto(room.downloads)
    box = module(page)
    box.get_by_role("button", name=re.compile("^Unduh modul")).click()
    expect(box).to_have_attribute("data-state", state)
    page.context.close()


def test_a_course_of_six_jp_is_taken_away_and_read_within_fifty_megabytes(
    file_server: LiveServer, line: Line
) -> None:
    learner, cohort = elsewhere(lambda: _course(file_server))
    page = ready(file_server.context(learner, service_workers="allow"))
    line.bytes = 0
    page.goto(f"/kelas/{cohort}/unduhan")
    page.wait_for_selector("[data-packs][data-ready]")
    for box in page.locator("[data-module]").all():
        begin = box.get_by_role("button", name=re.compile("^Unduh modul"))
        if begin.count():
            begin.click()
            expect(box).to_have_attribute("data-state", "done", timeout=60_000)
    taken = line.bytes
    page.goto("/luring")
    page.wait_for_selector("[data-shelf][data-ready]")
    for address in page.locator(".shelf a").evaluate_all("(links) => links.map((link) => link.href)"):
        page.goto(address)
        expect(page.locator("h1").first).to_be_visible()
    assert 0 < taken < line.bytes <= BUDGET
    page.context.close()


def _course(file_server: LiveServer) -> tuple[Person, str]:
    """The demo's course of six JP, its films prepared as the worker would, and a learner in it."""
    now, store = datetime.now(UTC), file_server.app.extensions["store"]  # noqa: TID251
    with file_server.using() as session:
        agency = make_agency(session)
        citra = make_person(session, agency, "Citra Dewi", Role.INSTRUCTOR)
        ayu = make_person(session, agency, "Ayu Lestari")
        folder = CONTENT / "laporan-pelayanan"
        [(course, _left)] = import_path(session, store, folder, agency.id, by=actor_for(citra), now=now)
        assert course.jp == 6
        cohort = make_cohort(session, course, citra, now)
        make_seat(session, cohort, ayu, now)
        media = list(session.scalars(sa.select(Media.id)))
    with file_server.app.app_context():
        for id_ in media:
            prepare(work_here(), id_)
    return ayu, str(cohort.id)
