"""A whole quiz in a real browser: with script, with the keyboard alone, and without script."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, Route, expect

from courses.quizzes.models import Attempt
from lms.auth.models import SignIn
from lms.auth.services import prefer
from tests.factories.people import actor_for
from tests.lessons.film import until
from tests.live import LiveServer
from tests.quizzes.room import EVERY_KIND, NUMBER, SHORT, Room, attempts, revisions, right_answers, saved
from tests.quizzes.test_parallel import make_room

pytestmark = pytest.mark.browser
WAIT = 20_000  # milliseconds; the machine may have other work
SHOTS = os.environ.get("BINA_TEST_SHOTS")


def shot(page: Page, name: str) -> None:
    """A picture for whoever asked for pictures."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def watched(live: LiveServer, room: Room, **options: Any) -> tuple[Page, list[str]]:
    """Ayu's page, and what her browser complains about."""
    page = live.page(room.ayu, **options)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None
    )
    return page, said


def begin(page: Page, room: Room, *, script: bool = True) -> None:
    """Start the attempt and wait until its page is ready for answers."""
    page.goto(room.here)
    page.get_by_role("button", name=re.compile("mengerjakan")).click()
    expect(page).to_have_url(re.compile(r"/percobaan/[0-9a-f-]{36}$"))
    if script:
        ready(page)


def ready(page: Page) -> None:
    expect(page.locator("form[data-ready]")).to_be_attached(timeout=WAIT)


def field(page: Page, number: int) -> Locator:
    return page.locator(f"#soal-{number} input:not([type=hidden])")


def mark(page: Page, number: int) -> Locator:
    return page.locator(f"#soal-{number}-saved")


def answer_all(page: Page, answers: dict[str, Any], *, script: bool = True) -> None:
    """Give every right answer through the controls that a person sees."""
    for number, answer in answers.items():
        card = page.locator(f"#soal-{number}")
        kind = card.locator("[data-kind]").get_attribute("data-kind")
        if kind in {"single", "multiple", "true_false"}:
            for value in answer if isinstance(answer, list) else [answer]:
                sent = str(value).lower() if isinstance(value, bool) else value
                card.locator(f"label:has(input[value='{sent}'])").click()
        elif kind == "ordering" and script:
            order(card, answer)
        elif isinstance(answer, dict):
            for item, value in answer.items():
                card.locator(f"select[name$='_{item}']").select_option(str(value))
        else:
            card.locator("textarea, input:not([type=hidden])").fill(answer)


def order(card: Any, places: dict[str, int]) -> None:
    """Move each item up to its place, the first one first."""
    for item, place in sorted(places.items(), key=lambda pair: pair[1]):
        row = card.locator(f".order li:has(select[name$='_{item}'])")
        while (
            card.locator(".order li").evaluate_all(
                "(rows, name) => rows.findIndex((row) => row.querySelector('select').name.endsWith(name))",
                f"_{item}",
            )
            >= place
        ):
            row.get_by_role("button", name="Naikkan").click()
    agree = card.get_by_role("button", name="Urutan ini sudah benar")
    if agree.is_visible():
        agree.click()


def answers_for(live: LiveServer) -> dict[str, Any]:
    with live.session() as session:
        return right_answers(attempts(session)[0])


def handed_in_by_its_owner(live: LiveServer, page: Page) -> None:
    """The only attempt was handed in with its one right answer, and not by the clock."""
    expect(page).to_have_url(re.compile("/hasil$"), timeout=WAIT)
    with live.session() as session:
        (attempt,) = attempts(session)
        assert attempt.points == 10
        assert not attempt.closed_by_clock


def all_on_server(page: Page, count: int) -> None:
    expect(page.locator("fieldset.question .saved-server")).to_have_count(count, timeout=WAIT)


def test_every_kind_is_answered_saved_kept_over_a_reload_and_handed_in_once(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, *EVERY_KIND, time_limit_minutes=20, attempts_allowed=2)
    page, said = watched(live_server, room)
    begin(page, room)
    shot(page, "attempt-empty")
    expect(page.locator("[data-time]")).to_have_text(re.compile(r"^(20\.00|19\.5\d)$"))
    answers = answers_for(live_server)
    answer_all(page, answers)
    all_on_server(page, 8)
    expect(page.locator("[data-answered]")).to_have_text("8 dari 8 dijawab")
    expect(page.locator(".tick-server")).to_have_count(8)
    shot(page, "attempt-full")
    with live_server.session() as session:
        kept = {str(n): value for n, value in saved(session).items()}
    assert {n: sorted(v) if isinstance(v, list) else v for n, v in kept.items()} == {
        n: sorted(v) if isinstance(v, list) else v for n, v in answers.items()
    }
    page.reload()
    ready(page)
    all_on_server(page, 8)
    assert page.locator("#soal-8 textarea").input_value() == answers["8"]
    page.get_by_role("button", name="Periksa dan kumpulkan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Periksa sebelum mengumpulkan")
    shot(page, "check")
    page.go_back()
    all_on_server(page, 8)
    page.go_forward()
    page.get_by_role("button", name="Kumpulkan jawaban").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Menunggu penilaian uraian")
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
    shot(page, "result")
    page.go_back()
    page.goto(page.url.removesuffix("/hasil").removesuffix("/periksa"))
    expect(page).to_have_url(re.compile("/hasil$"))
    with live_server.session() as session:
        assert len(attempts(session)) == 1
    assert said == []


def test_with_large_letters_on_a_narrow_phone_every_kind_stays_inside_the_screen(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, *(long_worded(content) for content in EVERY_KIND))
    with live_server.session() as session:
        prefer(session, actor_for(room.ayu), locale="id", theme="auto", large_text=True)
    page, _said = watched(live_server, room, viewport={"width": 320, "height": 640})
    begin(page, room)
    expect(page.locator("html")).to_have_css("font-size", "20px")
    shot(page, "attempt-large-letters")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def long_worded(content: dict[str, Any]) -> dict[str, Any]:
    """The same question with a word that fills a line in each option and step."""
    lists = {
        name: [{**row, "text": f"{row['text']} mempertanggungjawabkannya"} for row in content[name]]
        for name in ("options", "items", "left", "right")
        if name in content
    }
    return content | lists


def test_a_whole_quiz_with_the_keyboard_alone(live_server: LiveServer, now: datetime) -> None:
    room = make_room(live_server, now, *EVERY_KIND[:7])
    page, said = watched(live_server, room)
    begin(page, room)
    answers = answers_for(live_server)
    seen: set[str] = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        number, kind, tag = page.evaluate(
            "() => { const e = document.activeElement, b = e.closest('[data-number]');"
            " return [b?.dataset.number ?? '', b?.dataset.kind ?? '', e.tagName + (e.type ?? '') + e.innerText] }"
        )
        if "Periksa dan kumpulkan" in tag:
            break
        if not number or (number in seen and kind not in {"matching", "multiple"}):
            continue
        seen.add(number)
        press(page, kind, answers[number])
    all_on_server(page, 7)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Periksa sebelum mengumpulkan")
    page.get_by_role("button", name="Kumpulkan jawaban").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/hasil$"))
    with live_server.session() as session:
        assert all(value is not None for value in saved(session).values())
        assert len(saved(session)) == 7
    assert said == []


def press(page: Page, kind: str, answer: Any) -> None:
    """Give some answer with keys only."""
    if kind in {"single", "true_false", "multiple"}:
        page.keyboard.press("Space")
    elif kind == "matching":
        page.keyboard.press("ArrowDown")
    elif kind == "ordering":
        page.keyboard.press("Enter")
    else:
        page.keyboard.type(str(answer))


def test_a_whole_quiz_without_script(live_server: LiveServer, now: datetime) -> None:
    room = make_room(live_server, now, *EVERY_KIND, time_limit_minutes=20)
    page, said = watched(live_server, room, java_script_enabled=False)
    begin(page, room, script=False)
    answers = answers_for(live_server)
    answer_all(page, answers, script=False)
    shot(page, "attempt-no-script")
    page.locator("form[data-attempt] [data-plain]").click()
    all_on_server(page, 8)
    page.get_by_role("button", name="Periksa dan kumpulkan").click()
    expect(page.get_by_text("8 dari 8 soal sudah dijawab")).to_be_visible()
    page.get_by_role("button", name="Kumpulkan jawaban").click()
    expect(page).to_have_url(re.compile("/hasil$"))
    with live_server.session() as session:
        (attempt,) = attempts(session)
        assert attempt.points == 70
        assert attempt.out_of == 90
    assert said == []


def test_answers_wait_on_the_phone_and_leave_by_themselves_when_the_network_is_back(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, _ = watched(live_server, room)
    begin(page, room)
    page.context.set_offline(True)
    field(page, 1).fill("9")
    expect(mark(page, 1)).to_have_text("Tersimpan di ponsel", timeout=WAIT)
    expect(page.get_by_text("Anda sedang luring.", exact=True)).to_be_visible(timeout=WAIT)
    expect(page.locator("[data-quiz-status] .saved")).to_have_text("1 di ponsel")
    shot(page, "attempt-offline")
    page.context.set_offline(False)
    expect(mark(page, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    expect(page.get_by_text("Anda sedang luring.", exact=True)).to_be_hidden()


def test_what_a_killed_tab_had_not_sent_is_still_there_when_the_page_is_opened_again(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, _ = watched(live_server, room)
    begin(page, room)
    address = page.url
    # Nothing gets through, so that the answer stays on the phone.
    page.context.route("**/kirim", lambda route: route.abort())
    field(page, 1).fill("9")
    expect(mark(page, 1)).to_have_text("Tersimpan di ponsel", timeout=WAIT)
    expect(page.locator("[data-note=offline]")).to_be_visible(timeout=WAIT)
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(address)
    ready(again)
    expect(field(again, 1)).to_have_value("9")
    expect(mark(again, 1)).to_have_text("Tersimpan di ponsel")
    again.context.unroute("**/kirim")
    again.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(mark(again, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    with live_server.session() as session:
        assert saved(session) == {1: "9"}


def test_what_was_typed_before_the_script_arrived_is_an_answer_like_any_other(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, _ = watched(live_server, room)
    held: list[Any] = []
    page.context.route("**/js/quizzes.js", lambda route: held.append(route))
    begin(page, room, script=False)
    field(page, 1).fill("9")
    until(page, lambda: bool(held))
    held[0].continue_()
    ready(page)
    expect(mark(page, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    with live_server.session() as session:
        assert saved(session) == {1: "9"}


@pytest.mark.parametrize("days", [1, -1])
def test_a_phone_whose_clock_is_a_day_off_counts_down_like_any_other(
    days: int, live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, _ = watched(live_server, room)
    page.context.add_init_script(f"Date.now = ((now) => () => now() + {days} * 864e5)(Date.now)")
    begin(page, room)
    expect(page.locator("[data-time]")).to_have_text(re.compile(r"^(20\.00|19\.[345]\d)$"))
    page.reload()
    ready(page)
    expect(page.locator("[data-time]")).to_have_text(re.compile(r"^(20\.00|19\.[2345]\d)$"))


def test_handing_in_without_a_network_is_a_wish_that_is_kept_and_granted_later(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, _ = watched(live_server, room)
    begin(page, room)
    page.context.set_offline(True)
    field(page, 1).fill("9")
    page.get_by_role("button", name="Periksa dan kumpulkan").click()
    sheet = page.get_by_role("dialog", name="Kumpulkan tanpa jaringan?")
    expect(sheet).to_be_visible(timeout=WAIT)
    shot(page, "submit-offline")
    sheet.get_by_role("button", name="Kumpulkan jawaban").click()
    expect(page.get_by_text("Jawaban sedang dikumpulkan.")).to_be_visible(timeout=WAIT)
    expect(field(page, 1)).to_be_disabled()
    shot(page, "submitting-offline")
    page.context.set_offline(False)
    handed_in_by_its_owner(live_server, page)


def test_a_second_device_takes_over_and_a_conflict_is_settled_by_its_owner(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    phone, _ = watched(live_server, room)
    begin(phone, room)
    field(phone, 2).fill("survei")
    expect(mark(phone, 2)).to_have_text("Tersimpan di server", timeout=WAIT)
    phone.context.set_offline(True)
    field(phone, 1).fill("4")
    expect(mark(phone, 1)).to_have_text("Tersimpan di ponsel", timeout=WAIT)
    laptop, _ = watched(live_server, room)
    laptop.goto(phone.url)
    ready(laptop)
    expect(laptop.get_by_text("Kuis ini sedang dikerjakan di perangkat lain.")).to_be_visible()
    expect(field(laptop, 1)).to_be_disabled()
    shot(laptop, "elsewhere")
    laptop.get_by_role("button", name="Lanjutkan di perangkat ini").click()
    expect(field(laptop, 1)).to_be_enabled(timeout=WAIT)
    field(laptop, 1).fill("9")
    expect(mark(laptop, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    phone.context.set_offline(False)
    expect(phone.get_by_text("Kuis ini sedang dikerjakan di perangkat lain.")).to_be_visible(timeout=WAIT)
    with live_server.session() as session:
        assert saved(session) == {1: "9", 2: "survei"}
        assert revisions(session, 1) == ["9", "4"]
    laptop.reload()
    ready(laptop)
    expect(laptop.get_by_text("Ada dua jawaban untuk soal ini.")).to_be_visible()
    shot(laptop, "conflict")
    laptop.get_by_role("button", name="Pakai yang dari perangkat lain").click()
    expect(laptop.get_by_text("Ada dua jawaban untuk soal ini.")).to_be_hidden()
    expect(field(laptop, 1)).to_have_value("4")
    expect(mark(laptop, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    with live_server.session() as session:
        assert saved(session)[1] == "4"


def test_an_answer_from_before_a_takeover_that_arrives_after_it_takes_nothing_back(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, time_limit_minutes=20)
    phone, _ = watched(live_server, room)
    begin(phone, room)
    field(phone, 1).fill("4")
    expect(mark(phone, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    laptop, _ = watched(live_server, room)
    laptop.goto(phone.url)
    ready(laptop)
    asked: list[Route] = []
    # The first question waits for its answer, later ones do not.
    laptop.route("**/jawaban", lambda route: route.continue_() if asked else asked.append(route))
    laptop.evaluate("dispatchEvent(new Event('focus'))")
    until(laptop, lambda: bool(asked))
    old = asked[0].fetch()
    laptop.get_by_role("button", name="Lanjutkan di perangkat ini").click()
    expect(field(laptop, 1)).to_be_enabled(timeout=WAIT)
    with laptop.expect_response("**/jawaban"):
        asked[0].fulfill(response=old)
    laptop.evaluate("() => fetch('/healthz')")  # by then the page has read the answer before it
    expect(field(laptop, 1)).to_be_enabled()


def test_answers_that_cannot_leave_the_phone_are_carried_to_staff_as_a_file(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, _ = watched(live_server, room)
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/escape.js")):
        begin(page, room)
    page.context.set_offline(True)
    field(page, 1).fill("9")
    expect(page.locator("[data-note=offline]")).to_be_visible(timeout=WAIT)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Unduh jawaban sebagai berkas").first.click()
    file = waiting.value.path()
    assert b'"9"' not in file.read_bytes()
    staff = live_server.page(room.citra)
    staff.goto(f"{room.desk}/jawaban-terlambat")
    staff.locator("input[type=file]").set_input_files(file)
    staff.get_by_role("button", name="Muat berkas").click()
    expect(staff.get_by_text("1 jawaban dari berkas diterima.")).to_be_visible()
    with live_server.session() as session:
        assert saved(session) == {1: "9"}


def test_signing_out_in_the_middle_loses_nothing(live_server: LiveServer, now: datetime) -> None:
    room = make_room(live_server, now, NUMBER, SHORT)
    page, _ = watched(live_server, room)
    begin(page, room)
    with live_server.session() as session:
        session.execute(sa.update(SignIn).values(ended_at=now))
    page.context.clear_cookies()
    field(page, 1).fill("9")
    link = page.get_by_role("link", name="Masuk lagi")
    expect(link).to_be_visible(timeout=WAIT)
    assert link.get_attribute("target") == "_blank"
    expect(page.locator("[data-note=signed-out] [data-escape]")).to_be_visible()
    shot(page, "attempt-signed-out")
    live_server.sign_in(page.context, room.ayu)
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(mark(page, 1)).to_have_text("Tersimpan di server", timeout=WAIT)
    expect(link).to_be_hidden()
    with live_server.session() as session:
        assert saved(session) == {1: "9"}


def test_what_one_tab_answers_the_other_shows(live_server: LiveServer, now: datetime) -> None:
    room = make_room(live_server, now, NUMBER, SHORT)
    first, _ = watched(live_server, room)
    begin(first, room)
    second = first.context.new_page()
    second.goto(first.url)
    ready(second)
    field(first, 2).fill("survei")
    all_on_server(first, 1)
    expect(field(second, 2)).to_have_value("survei", timeout=WAIT)
    field(second, 2).fill("SKM")
    all_on_server(second, 1)
    expect(field(first, 2)).to_have_value("SKM", timeout=WAIT)
    expect(first.get_by_text("Sebagian jawaban diubah di tab atau perangkat lain")).to_be_visible()
    with live_server.session() as session:
        assert revisions(session, 2) == ["survei", "SKM"]


def test_when_the_time_is_over_the_page_hands_in_what_is_there(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, said = watched(live_server, room)
    begin(page, room)
    with live_server.session() as session:
        session.execute(sa.update(Attempt).values(deadline=sa.func.now() + sa.text("interval '8 seconds'")))
    page.reload()
    ready(page)
    field(page, 1).fill("9")
    expect(page).to_have_url(re.compile("/hasil$"), timeout=WAIT)
    expect(page.get_by_text("Waktu habis, dikumpulkan otomatis")).to_be_visible()
    with live_server.session() as session:
        (attempt,) = attempts(session)
        assert attempt.points == 10
        assert attempt.closed_by_clock
    assert said == []
