"""Whole courses in and out: by zip through the web, by folder, and the same again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course
from courses.exchange.export import archive_of, content_hash
from courses.exchange.models import CourseImport, ImportState
from courses.exchange.services import import_path
from courses.lessons.models import Lesson, LessonMedia
from courses.quizzes.models import Question
from lms.access import Role
from lms.media.models import Media
from lms.people.models import Person
from tests.conftest import Client
from tests.factories.people import actor_for, make_agency, make_person
from tests.media.bringing import bring
from tests.media.files import picture, zipped
from tests.media.hostile import Hostile, everything

CONTENT = Path(__file__).parents[2] / "courses" / "demo" / "content"
SHARED = Path(__file__).parents[3] / "shared" / "content"
SMALL = {
    "kursus/info.json": json.dumps({"title": "Etika Digital", "duration": "2 jam", "points": 5}),
    "kursus/materi.md": "## Citra\n\n![Loket](loket.png)\n\nIsi.",
    "kursus/quiz.json": json.dumps([{"question": "Mana?", "options": ["A", "B"], "answer": 1}]),
}
ARCHIVES = [hostile for hostile in everything() if hostile.name.endswith(".zip") and hostile.reason]


class Scene:
    def __init__(self, app: Flask, session: Session, now: datetime, run_jobs: Callable[[], int]) -> None:
        self.app, self.session, self.now, self.run_jobs = app, session, now, run_jobs
        self.agency = make_agency(session)
        elsewhere = make_agency(session, "Pemerintah Kota Salatiga")
        self.ayu = make_person(session, self.agency, "Ayu Lestari")
        self.citra = make_person(session, self.agency, "Citra Dewi", Role.INSTRUCTOR)
        self.gita = make_person(session, self.agency, "Gita Sari", Role.INSTRUCTOR)
        self.hadi = make_person(session, elsewhere, "Hadi", Role.INSTRUCTOR)

    def bring(self, client_of: Client, person: Person, data: bytes, **more: str) -> CourseImport | None:
        """A zip in parts, then the import, then the worker; None if the upload was refused."""
        client = client_of(person)
        answer = bring(client, "kursus.zip", data)
        if answer.status_code != 200:
            return None
        media_id = answer.get_json()["id"]
        assert "kursus.zip" in client.get(f"/kelola/impor-kursus?media={media_id}").text
        client.post("/kelola/impor-kursus", data={"media": media_id, **more})
        self.run_jobs()
        self.session.expire_all()
        return self.session.scalars(sa.select(CourseImport)).one()

    def take(self, path: Path) -> Course:
        [(course, _)] = import_path(
            self.session,
            self.app.extensions["store"],
            path,
            self.agency.id,
            by=actor_for(self.citra),
            now=self.now,
        )
        self.session.commit()
        return course


@pytest.fixture
def scene(app: Flask, session: Session, now: datetime, run_jobs: Callable[[], int]) -> Scene:
    return Scene(app, session, now, run_jobs)


def test_a_zip_becomes_a_draft_course_with_a_report_of_what_was_left_out(
    scene: Scene, session: Session, client_of: Client
) -> None:
    run = scene.bring(client_of, scene.citra, zipped(SMALL | {"kursus/loket.png": picture()}))
    assert run is not None
    assert (run.state, run.done, run.total) == (ImportState.DONE, 2, 2)
    course = session.scalars(sa.select(Course)).one()
    assert (course.title, course.jp, course.agency_id) == ("Etika Digital", 2, scene.agency.id)
    assert not any(session.scalars(sa.select(Activity.published)))
    page = client_of(scene.citra).get(f"/kelola/impor-kursus/{run.id}").text
    assert "1 kursus dibuat." in page
    assert "“points” tidak dipakai (5)." in page
    assert client_of(scene.gita).get(f"/kelola/impor-kursus/{run.id}").status_code == 404
    assert client_of(scene.hadi).get(f"/kelola/kursus/{course.id}").status_code == 404


def test_an_import_that_runs_twice_makes_one_course(
    scene: Scene, session: Session, client_of: Client
) -> None:
    scene.bring(client_of, scene.citra, zipped(SMALL))
    session.execute(sa.text("UPDATE procrastinate_jobs SET status = 'todo'"))
    scene.run_jobs()
    assert session.scalar(sa.select(sa.func.count()).select_from(Course)) == 1


def test_with_a_tick_everything_is_shown_at_once(scene: Scene, session: Session, client_of: Client) -> None:
    scene.bring(client_of, scene.citra, zipped(SMALL), publish="1")
    assert all(session.scalars(sa.select(Activity.published)))


def test_one_wrong_course_of_two_makes_none(scene: Scene, session: Session, client_of: Client) -> None:
    wrong = {name.replace("kursus", "salah"): data for name, data in SMALL.items()}
    wrong["salah/quiz.json"] = json.dumps([{"question": "?"}])
    run = scene.bring(client_of, scene.citra, zipped(SMALL | wrong))
    assert run is not None
    assert run.state is ImportState.FAILED
    assert "quiz.json" in str(run.report)
    assert session.scalar(sa.select(sa.func.count()).select_from(Course)) == 0
    assert "Tidak ada kursus yang dibuat" in client_of(scene.citra).get(f"/kelola/impor-kursus/{run.id}").text


def test_a_wrong_question_is_named_by_its_quiz_and_number(scene: Scene, client_of: Client) -> None:
    right = {"question": "Pagi?", "options": ["Ya", "Tidak"], "answer": 0}
    wrong = SMALL | {"kursus/quiz.json": json.dumps([right, right | {"answer": 7}])}
    run = scene.bring(client_of, scene.citra, zipped(wrong))
    assert run is not None
    page = client_of(scene.citra).get(f"/kelola/impor-kursus/{run.id}").text
    assert "soal 2: Tandai satu pilihan sebagai jawaban benar." in page


@pytest.mark.parametrize("hostile", ARCHIVES, ids=lambda hostile: hostile.name)
def test_a_hostile_zip_makes_nothing(
    hostile: Hostile, scene: Scene, session: Session, client_of: Client
) -> None:
    run = scene.bring(client_of, scene.citra, hostile.make())
    assert run is None or run.state is ImportState.FAILED
    assert session.scalar(sa.select(sa.func.count()).select_from(Course)) == 0


def test_names_that_lead_out_of_the_archive_are_never_followed(
    scene: Scene, session: Session, client_of: Client
) -> None:
    course = {
        "title": "A",
        "modules": [
            {
                "title": "B",
                "activities": [
                    {
                        "kind": "lesson",
                        "title": "C",
                        "file": "c.md",
                        "files": [{"file": "../../../etc/passwd"}],
                    }
                ],
            }
        ],
    }
    files = {"course.json": json.dumps(course), "c.md": "![x](../../../etc/hostname) ![y](/etc/passwd)"}
    run = scene.bring(client_of, scene.citra, zipped(files))
    assert run is not None
    assert run.state is ImportState.DONE
    assert len(run.report) == 3
    assert session.scalar(sa.select(sa.func.count()).select_from(LessonMedia)) == 0


def test_only_a_zip_is_taken_and_only_from_authors(scene: Scene, session: Session, client_of: Client) -> None:
    assert client_of(scene.ayu).get("/kelola/impor-kursus").status_code == 403
    sent = client_of(scene.citra).post(
        "/unggahan/biasa",
        data={"next": "/kelola/impor-kursus", "berkas": (io.BytesIO(picture()), "foto.png")},
        content_type="multipart/form-data",
    )
    media_id = sent.location.rpartition("=")[2]
    assert client_of(scene.citra).post("/kelola/impor-kursus", data={"media": media_id}).status_code == 422
    assert client_of(scene.gita).post("/kelola/impor-kursus", data={"media": media_id}).status_code == 404


@pytest.mark.parametrize("folder", sorted(CONTENT.iterdir()), ids=lambda folder: folder.name)
def test_a_course_that_leaves_and_comes_back_is_the_same_to_the_byte(
    folder: Path, scene: Scene, session: Session, app: Flask, tmp_path: Path
) -> None:
    store = app.extensions["store"]
    first = scene.take(folder)
    archive = tmp_path / "kursus.zip"
    with archive.open("wb") as file:
        archive_of(session, store, first.id, file)
    second = scene.take(archive)
    assert second.id != first.id
    assert content_hash(session, store, second.id) == content_hash(session, store, first.id)
    again = tmp_path / "lagi.zip"
    with again.open("wb") as file:
        archive_of(session, store, second.id, file)
    assert again.read_bytes() == archive.read_bytes()
    lesson = session.scalars(sa.select(Lesson).join(Activity).where(Activity.course_id == second.id)).first()
    assert lesson is not None
    lesson.source += "x"
    session.commit()
    assert content_hash(session, store, second.id) != content_hash(session, store, first.id)


def test_an_export_holds_keys_and_therefore_only_editors_get_it(
    scene: Scene, session: Session, client_of: Client
) -> None:
    course = scene.take(CONTENT / "etika-pelayanan")
    page = f"/kelola/kursus/{course.id}/ekspor.zip"
    with client_of(scene.citra).get(page) as answer:
        assert answer.status_code == 200
        names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert "course.json" in names
    assert any(name.endswith(".mp4") for name in names)
    assert client_of(scene.gita).get(page).status_code == 403
    assert client_of(scene.hadi).get(page).status_code == 404
    assert client_of(scene.ayu).get(page).status_code == 403


def test_pictures_of_questions_come_along(scene: Scene, session: Session, tmp_path: Path) -> None:
    question = {
        "kind": "true_false",
        "text": "Lihat gambar.",
        "points": 1,
        "tags": [],
        "picture": "q.png",
        "picture_alt": "Papan",
        "explanation": "",
        "answer": True,
    }
    (tmp_path / "q.png").write_bytes(picture())
    (tmp_path / "kuis.json").write_text(json.dumps({"intro": "", "questions": [question]}), encoding="utf-8")
    activity = {"kind": "quiz", "title": "Kuis", "file": "kuis.json", "role": "practice"}
    course = {"title": "A", "modules": [{"title": "B", "activities": [activity]}]}
    (tmp_path / "course.json").write_text(json.dumps(course), encoding="utf-8")
    scene.take(tmp_path)
    [stored] = session.scalars(sa.select(Question)).all()
    media = session.scalars(sa.select(Media)).one()
    assert stored.content["picture"] == str(media.id)
    assert media.shared


@pytest.mark.parametrize("name", ["asn-skillverse", "opensource-guide-id"])
def test_real_courses_are_taken(name: str, scene: Scene, session: Session, app: Flask) -> None:
    if not SHARED.is_dir():
        return
    made = import_path(
        session,
        app.extensions["store"],
        SHARED / name,
        scene.agency.id,
        by=actor_for(scene.citra),
        now=scene.now,
    )
    assert len(made) == (3 if name == "asn-skillverse" else 1)
    assert all(html for html in session.scalars(sa.select(Lesson.html)))
