"""The whole job in a browser on a phone: learn, try, hand in, be marked, be certified, be verified by anybody."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from courses.cohorts.queries import seats_for
from courses.quizzes.models import Quiz, QuizRole
from lms.access import Actor
from lms.people.models import Person
from tests.journeys.conftest import Picture
from tests.journeys.soundness import PHONE, faults
from tests.live import LiveServer, run_jobs

pytestmark = pytest.mark.browser


def sound(page: Page) -> None:
    """Nothing is wrong with the page that is open, at the width it has."""
    size = page.viewport_size or {"width": PHONE, "height": 740}
    assert faults(page, size["width"]) == []
    page.set_viewport_size(size)


def open_class(page: Page, demo: LiveServer, person: Person, title: str) -> None:
    """The page of somebody's running class, with every module unfolded."""
    with demo.using() as session:
        seats = seats_for(session, Actor(person.id, person.agency_id, person.full_name))
        seat = next(seat for seat in seats if title in seat.course_title and seat.cohort_name == "Angkatan I")
    page.goto(f"/kelas/{seat.cohort_id}")


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")


def test_a_learner_reads_tries_and_finds_the_certificate(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    for _round in range(3):  # looking at a film asks for its versions
        run_jobs(demo)
    page = demo.page(cast["learner"], device_scale_factor=2)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maria Magdalena Wairisal")
    sound(page)
    picture(page, "learner-home")

    open_class(page, demo, cast["learner"], "Etika Pelayanan")
    sound(page)
    picture(page, "learner-course")
    unfold(page)
    page.locator("a.row", has_text="Loket adalah janji").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Loket adalah janji")
    sound(page)
    picture(page, "learner-lesson")

    page.goto("/sertifikat")
    expect(page.get_by_text("Berlaku")).to_be_visible()
    sound(page)
    picture(page, "learner-certificates")


def test_a_quiz_keeps_every_answer_and_says_so(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    page = demo.page(cast["learner"], device_scale_factor=2)
    open_class(page, demo, cast["learner"], "Manajemen Waktu")
    with demo.using() as session:
        practice = sa.select(Quiz.activity_id).where(
            Quiz.attempts_allowed.is_(None), Quiz.role == QuizRole.PRACTICE
        )
        known = {str(id_) for id_ in session.scalars(practice)}
    links = [link.get_attribute("href") or "" for link in page.locator("a.row[href*='/kuis/']").all()]
    page.goto(next(link for link in links if link.rpartition("/")[2] in known))
    start = page.get_by_role("button", name=re.compile("Mulai|Coba|Kerjakan|Lanjutkan|Ulangi"))
    start.first.click()
    question = page.locator("fieldset.question").filter(has=page.locator("label.choice")).first
    question.locator("label.choice").first.click()
    expect(question.get_by_text("Tersimpan di server")).to_be_visible(timeout=20_000)
    sound(page)
    picture(page, "quiz-attempt")
    page.reload()
    expect(question.locator("input:checked")).to_have_count(1)


def test_anybody_may_check_a_certificate_without_script(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    owner = demo.page(cast["learner"])
    owner.goto("/sertifikat")
    owner.get_by_role("link", name="Bagikan").click()
    address = re.search(r"/v/[0-9A-Z-]+", owner.content())
    assert address is not None
    page = demo.page(None, java_script_enabled=False, device_scale_factor=2)
    page.goto(address[0])
    expect(page.get_by_text("Maria Magdalena Wairisal").first).to_be_visible()
    assert "contoh.invalid" not in page.content()
    picture(page, "verification")


def test_reading_and_finishing_a_lesson_needs_no_script(demo: LiveServer, cast: dict[str, Person]) -> None:
    page = demo.page(cast["learner"], java_script_enabled=False)
    open_class(page, demo, cast["learner"], "Etika Pelayanan")
    done = page.get_by_role("button", name=re.compile("Tandai selesai"))
    lessons = page.locator("a.row[href*='/pelajaran/']").evaluate_all("all => all.map(one => one.href)")
    for address in lessons:
        page.goto(address)
        if done.count():
            break
    done.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("role", ["instructor", "admin", "issuer", "auditor", "operator"])
def test_every_desk_opens_on_a_wide_screen_and_on_a_phone(
    demo: LiveServer, cast: dict[str, Person], picture: Picture, role: str
) -> None:
    for width, kind in ((1280, "desk"), (360, "phone")):
        page = demo.page(cast[role], viewport={"width": width, "height": 900})
        page.goto("/")
        sound(page)
        picture(page, f"{role}-{kind}")
