"""The main job on a phone whose browser runs no script: sign in, read, be asked, hand in, be verified."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from courses.certificates.models import Certificate
from courses.cohorts.queries import seats_for
from courses.quizzes.models import Quiz, QuizRole
from lms.access import Actor
from lms.auth.services import set_password
from lms.people.models import Person
from tests.journeys.conftest import Picture
from tests.live import LiveServer

pytestmark = pytest.mark.browser

PASSWORD = "loket-buka-jam-delapan"
REPORT = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"


@pytest.fixture
def page(demo: LiveServer) -> Page:
    return demo.page(None, java_script_enabled=False)


def class_of(demo: LiveServer, person: Person, title: str) -> str:
    """The address of somebody's running class."""
    with demo.session() as session:
        seats = seats_for(session, Actor(person.id, person.agency_id, person.full_name))
    seat = next(seat for seat in seats if title in seat.course_title and seat.cohort_name == "Angkatan I")
    return f"/kelas/{seat.cohort_id}"


def sign_in(demo: LiveServer, page: Page, person: Person) -> None:
    with demo.session() as session:
        set_password(session, person.id, PASSWORD, now=datetime.now(UTC))  # noqa: TID251
    page.goto("/masuk")
    page.get_by_label("NIP atau surel").fill(person.email or "")
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)


def answer(question: Locator) -> None:
    """Any answer, of whatever kind the question is."""
    if question.locator("input[type=radio], input[type=checkbox]").count():
        question.locator("label.choice").first.click()
    for choice in question.locator("select").all():
        choice.select_option(index=1)
    for field in question.locator("textarea, input.input").all():
        field.fill("12")


def test_a_learner_does_the_whole_job_without_script(
    demo: LiveServer, cast: dict[str, Person], page: Page, picture: Picture
) -> None:
    maria = cast["learner"]
    sign_in(demo, page, maria)
    picture(page, "plain-1-sign-in")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maria Magdalena Wairisal")
    picture(page, "plain-2-home")

    page.goto(class_of(demo, maria, "Etika Pelayanan"))
    done = page.get_by_role("button", name=re.compile("Tandai selesai"))
    for address in page.locator("a.row[href*='/pelajaran/']").evaluate_all("all => all.map(one => one.href)"):
        page.goto(address)
        if done.count():
            break
    picture(page, "plain-3-lesson")
    done.click()

    with demo.session() as session:
        practice = sa.select(Quiz.activity_id).where(
            Quiz.attempts_allowed.is_(None), Quiz.role == QuizRole.PRACTICE
        )
        known = {str(id_) for id_ in session.scalars(practice)}
    page.goto(class_of(demo, maria, "Manajemen Waktu"))
    quizzes = [link.get_attribute("href") or "" for link in page.locator("a.row[href*='/kuis/']").all()]
    page.goto(next(link for link in quizzes if link.rpartition("/")[2] in known))
    page.locator("form button.button-primary, form button.button-wide").first.click()
    for question in page.locator("fieldset.question").all():
        answer(question)
    picture(page, "plain-4-quiz")
    page.locator("form[data-attempt] [data-plain]").click()
    expect(page.locator("fieldset.question .saved-server").first).to_be_visible()
    page.get_by_role("button", name="Periksa dan kumpulkan").click()
    expect(page.get_by_text(re.compile(r"\d+ dari \d+ soal sudah dijawab"))).to_be_visible()
    picture(page, "plain-5-check")
    page.get_by_role("button", name="Kumpulkan jawaban").click()
    expect(page.get_by_text(re.compile("Nomor tanda terima"))).to_be_visible()
    picture(page, "plain-6-result")

    page.goto(class_of(demo, maria, "Menyusun Laporan"))
    page.goto(page.locator("a.row[href*='/proyek/']").first.get_attribute("href") or "")
    page.locator("#text").fill("## Rancangan\n\nLembar catatan dua kolom, mulai Senin.")
    page.locator("input[type=file][name=berkas]").set_input_files(
        {"name": "rancangan.pdf", "mimeType": "application/pdf", "buffer": REPORT}
    )
    page.get_by_role("button", name="Kumpulkan versi baru").click()
    expect(page.get_by_text("rancangan.pdf").first).to_be_visible()
    picture(page, "plain-7-project")


def test_anybody_verifies_a_certificate_by_its_code_without_script(
    demo: LiveServer, cast: dict[str, Person], page: Page, picture: Picture
) -> None:
    with demo.session() as session:
        mine = sa.select(Certificate.code).where(Certificate.person_id == cast["learner"].id)
        code = session.scalars(mine).first()
    page.goto("/v")
    page.get_by_label("Kode verifikasi").fill(code or "")
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("heading", name="Sertifikat ini berlaku")).to_be_visible()
    expect(page.get_by_text("Maria Magdalena Wairisal").first).to_be_visible()
    assert "contoh.invalid" not in page.content()
    picture(page, "plain-8-verification")
