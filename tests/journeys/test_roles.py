"""Each role's own work, walked in a browser with script, with a picture of each step."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from docx import Document
from playwright.sync_api import Page, expect

from courses.cohorts.models import Cohort
from lms.people.models import Person
from tests.journeys.conftest import Picture
from tests.live import LiveServer, run_jobs

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}
PATIENT = 15_000
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def title(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=PATIENT)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).first.click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("link", name=name).first.click()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")


def notes() -> bytes:
    """A short document as an office program writes it."""
    document, buffer = Document(), io.BytesIO()
    document.add_heading("Salam", 1)
    document.add_paragraph("Sebut nama Anda, lalu tanya keperluannya.")
    document.save(buffer)
    return buffer.getvalue()


def open_class(page: Page, demo: LiveServer, course: str) -> None:
    """The staff's page of a running class."""
    with demo.session() as session:
        cohorts = session.scalars(sa.select(Cohort).where(Cohort.name == "Angkatan I")).all()
        found = next(cohort.id for cohort in cohorts if course in cohort.course.title)
    page.goto(f"/kelola/kelas/{found}")


def test_a_group_hands_in_together_and_talks(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    page = demo.page(cast["learner"])
    page.goto("/kelas")
    follow(page, re.compile("Menyusun Laporan"))
    picture(page, "group-1-class")
    unfold(page)
    page.locator("a.row[href*='/proyek/']").click()
    title(page, re.compile("laporan satu halaman"))
    page.locator("#tanggapan").fill("Data lima hari sudah lengkap. Besok kita hitung bersama.")
    press(page, re.compile("Kirim"))
    expect(page.get_by_text("Data lima hari sudah lengkap")).to_be_visible(timeout=PATIENT)
    page.locator("#text").fill("## Rancangan\n\nDua kolom: jam datang dan jam selesai.")
    press(page, "Kumpulkan versi baru")
    expect(page.get_by_text(re.compile(r"Versi \d+ diterima"))).to_be_visible(timeout=PATIENT)
    picture(page, "group-2-handed-in")


def test_an_instructor_makes_a_course_of_a_file_and_publishes_it(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    page = demo.page(cast["instructor"], viewport=DESK)
    page.goto("/kelola/kursus")
    follow(page, "Kursus baru")
    page.get_by_label("Judul").fill("Menyapa di Loket")
    press(page, "Buat kursus")
    title(page, "Menyapa di Loket")
    follow(page, "Unggah berkas")
    page.locator("input[type=file]").set_input_files(
        {"name": "Salam dan nama.docx", "mimeType": DOCX, "buffer": notes()}
    )
    expect(page.locator("input[type=hidden][name=media]:not([disabled])")).to_have_count(1, timeout=PATIENT)
    picture(page, "instructor-1-file")
    press(page, "Jadikan draf pelajaran")
    expect(page.get_by_text("Salam dan nama").first).to_be_visible(timeout=PATIENT)
    assert run_jobs(demo) > 0
    page.goto("/kelola/kursus")
    follow(page, re.compile("Menyapa di Loket"))
    picture(page, "instructor-2-outline")
    follow(page, "Terbitkan")
    picture(page, "instructor-3-checklist")
    press(page, re.compile(r"Terbitkan 1 kegiatan"))
    expect(page.get_by_text("Terbit", exact=True).first).to_be_visible(timeout=PATIENT)


def test_marks_lead_to_a_certificate_that_is_drawn(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    teacher = demo.page(cast["instructor"])
    open_class(teacher, demo, "Etika Pelayanan")
    picture(teacher, "marking-1-class")
    follow(teacher, re.compile("Perlu dinilai"))
    picture(teacher, "marking-2-queue")
    teacher.locator("main a.row").first.click()
    while teacher.locator("form button", has_text="Simpan dan lanjut").count():
        for criterion in teacher.locator("fieldset").all():
            criterion.locator("label.choice").first.click()
        if teacher.locator("#points").count():
            teacher.locator("#points").fill(teacher.locator("label[for=points]").inner_text().split()[-1])
        picture(teacher, "marking-3-desk")
        press(teacher, "Simpan dan lanjut")
        expect(teacher.get_by_text(re.compile("Nilai untuk .* tersimpan"))).to_be_visible(timeout=PATIENT)

    issuer = demo.page(cast["issuer"], viewport=DESK)
    open_class(issuer, demo, "Etika Pelayanan")
    issuer.locator("main a.row", has_text="Sertifikat").click()
    picture(issuer, "issuing-1-class")
    follow(issuer, re.compile(r"Terbitkan \d+ sertifikat"))
    title(issuer, "Periksa sebelum terbit")
    picture(issuer, "issuing-2-what-will-happen")
    press(issuer, re.compile(r"Terbitkan \d+ sertifikat"))
    issuer.wait_for_selector("meta[name=renew]", state="attached")
    assert run_jobs(demo) > 0
    # The page shows itself anew until all is done; a reload of ours would meet its own.
    ready = issuer.get_by_role("link", name="Lihat sertifikat kelas ini")
    expect(ready).to_be_visible(timeout=PATIENT)
    expect(issuer.locator("meta[name=renew]")).to_have_count(0, timeout=2 * PATIENT)
    ready.click()
    expect(issuer.get_by_role("link", name=re.compile("BKPSDM")).first).to_be_visible(timeout=PATIENT)
    picture(issuer, "issuing-3-issued")


def test_an_administrator_opens_a_class_and_brings_people_in(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    page = demo.page(cast["admin"], viewport=DESK)
    page.goto("/")
    follow(page, "Buka kelas baru")
    page.get_by_label("Nama angkatan").fill("Angkatan Uji")
    begins = datetime.now(UTC).date() + timedelta(days=3)  # noqa: TID251
    page.get_by_label("Tanggal mulai").fill(begins.isoformat())
    page.get_by_label("Tanggal selesai").fill((begins + timedelta(days=20)).isoformat())
    picture(page, "admin-1-new-class")
    press(page, "Simpan sebagai draf")
    press(page, "Terbitkan kelas")
    follow(page, "Tambah peserta")
    picture(page, "admin-2-enrolling")
    press(page, "Tambahkan unit")
    expect(page.locator("main")).to_contain_text(re.compile(r"[1-9]\d* (orang|peserta)"), timeout=PATIENT)
    picture(page, "admin-3-enrolled")


def test_a_superior_finds_the_request_at_home_and_confirms_it(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    page = demo.page(cast["superior"])
    page.goto("/")
    picture(page, "superior-1-home")
    follow(page, re.compile("permintaan menunggu keputusan Anda"))
    follow(page, re.compile("Maria Magdalena Wairisal"))
    picture(page, "superior-2-request")
    press(page, "Setujui")
    expect(page.get_by_text(re.compile("Permintaan ini disetujui"))).to_be_visible(timeout=PATIENT)
    picture(page, "superior-3-confirmed")


def test_an_auditor_reads_everything_of_a_class_and_changes_nothing(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    page = demo.page(cast["auditor"], viewport=DESK)
    open_class(page, demo, "Menyusun Laporan")
    for words in ("Kemajuan", "Hasil kuis", "Sertifikat"):
        expect(page.locator("main a.row", has_text=words).first).to_be_visible()
    assert page.locator("main form[method=post]").count() == 0
    page.goto("/kelola/jejak")
    title(page, "Jejak audit")
    assert page.locator("main form[method=post]").count() == 0
    picture(page, "auditor-trail")


def test_an_operator_sees_the_state_of_the_system(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    page = demo.page(cast["operator"])
    page.goto("/")
    picture(page, "operator-1-home")
    page.locator("main a.row", has_text="Sistem").click()
    title(page, "Sistem")
    expect(page.get_by_text("Basis data dan migrasi")).to_be_visible()
    picture(page, "operator-2-system")


def test_nobody_is_asked_to_sign_in_and_gets_where_they_wanted(
    demo: LiveServer, cast: dict[str, Person], picture: Picture
) -> None:
    page = demo.page(None)
    page.goto("/kelas")
    title(page, "Masuk")
    assert "next=/kelas" in page.url
    page.get_by_label("NIP atau surel").fill("198503122010012004")
    page.get_by_label("Kata sandi", exact=True).fill("bukan kata sandinya")
    press(page, "Masuk")
    expect(page.get_by_text("tidak cocok").first).to_be_visible(timeout=PATIENT)
    picture(page, "nobody-refused")
