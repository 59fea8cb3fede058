"""A whole quiz in a real browser: with script, with the keyboard alone, and without script."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from courses.quizzes.models import Attempt
from lms.auth.models import SignIn
from tests.live import LiveServer
from tests.quizzes.room import EVERY_KIND, NUMBER, SHORT, Room, attempts, revisions, right_answers, saved
from tests.quizzes.test_parallel import make_room

pytestmark = pytest.mark.browser
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


def begin(page: Page, room: Room) -> None:
    page.goto(room.here)
    page.get_by_role("button", name=re.compile("mengerjakan")).click()
    expect(page).to_have_url(re.compile(r"/percobaan/[0-9a-f-]{36}$"))


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


def all_on_server(page: Page, count: int) -> None:
    expect(page.locator("fieldset.question .saved-server")).to_have_count(count)


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
    begin(page, room)
    answers = answers_for(live_server)
    answer_all(page, answers, script=False)
    shot(page, "attempt-no-script")
    page.get_by_role("button", name="Simpan jawaban").click()
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


def test_answers_wait_for_the_network_and_then_leave_by_themselves(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT)
    page, _ = watched(live_server, room)
    begin(page, room)
    page.context.set_offline(True)
    page.locator("#soal-1 input:not([type=hidden])").fill("9")
    expect(page.locator("#soal-1-saved")).to_have_text("Belum terkirim", timeout=10_000)
    expect(page.get_by_text("Jangan tutup halaman ini.")).to_be_visible()
    expect(page.locator("[data-quiz-status] .saved")).to_have_text("1 belum terkirim")
    shot(page, "attempt-offline")
    page.context.set_offline(False)
    expect(page.locator("#soal-1-saved")).to_have_text("Tersimpan di server", timeout=15_000)
    expect(page.get_by_text("Jangan tutup halaman ini.")).to_be_hidden()


def test_signing_out_in_the_middle_loses_nothing(live_server: LiveServer, now: datetime) -> None:
    room = make_room(live_server, now, NUMBER, SHORT)
    page, _ = watched(live_server, room)
    begin(page, room)
    with live_server.session() as session:
        session.execute(sa.update(SignIn).values(ended_at=now))
    page.context.clear_cookies()
    page.locator("#soal-1 input:not([type=hidden])").fill("9")
    link = page.get_by_role("link", name="Masuk lagi")
    expect(link).to_be_visible()
    assert link.get_attribute("target") == "_blank"
    shot(page, "attempt-signed-out")
    live_server.sign_in(page.context, room.ayu)
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#soal-1-saved")).to_have_text("Tersimpan di server")
    expect(link).to_be_hidden()
    with live_server.session() as session:
        assert saved(session) == {1: "9"}


def test_a_second_tab_is_told_and_both_answers_are_on_record(live_server: LiveServer, now: datetime) -> None:
    room = make_room(live_server, now, NUMBER, SHORT)
    first, _ = watched(live_server, room)
    begin(first, room)
    second = first.context.new_page()
    second.goto(first.url)
    first.locator("#soal-2 input:not([type=hidden])").fill("survei")
    all_on_server(first, 1)
    second.locator("#soal-2 input:not([type=hidden])").fill("SKM")
    all_on_server(second, 1)
    first.locator("#soal-2 input:not([type=hidden])").fill("sensus")
    expect(first.get_by_text("Sebagian jawaban juga diubah")).to_be_visible()
    with live_server.session() as session:
        assert revisions(session, 2) == ["survei", "SKM", "sensus"]


def test_when_the_time_is_over_the_page_hands_in_what_is_there(
    live_server: LiveServer, now: datetime
) -> None:
    room = make_room(live_server, now, NUMBER, SHORT, time_limit_minutes=20)
    page, said = watched(live_server, room)
    begin(page, room)
    with live_server.session() as session:
        session.execute(sa.update(Attempt).values(deadline=sa.func.now() + sa.text("interval '3 seconds'")))
    page.locator("#soal-1 input:not([type=hidden])").fill("9")
    expect(page).to_have_url(re.compile("/hasil$"), timeout=15_000)
    expect(page.get_by_text("Waktu habis, dikumpulkan otomatis")).to_be_visible()
    with live_server.session() as session:
        (attempt,) = attempts(session)
        assert attempt.points == 10
        assert attempt.closed_by_clock
    assert said == []
