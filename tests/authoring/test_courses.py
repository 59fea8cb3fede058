"""Making courses through their pages, without any script."""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course, Module
from courses.lessons.models import Lesson
from courses.progress.services import begin
from courses.projects.services import create_project
from courses.quizzes.models import Question, QuizQuestion
from tests.authoring.conftest import Scene
from tests.conftest import Client
from tests.factories.learning import make_lesson, make_module
from tests.statements import statements

RUBRIC = [
    {
        "criterion": "Isi",
        "weight": 100,
        "levels": [{"text": "Lengkap", "points": 4}, {"text": "Kurang", "points": 1}],
    }
]


def titles(session: Session, scene: Scene) -> list[list[str]]:
    """The syllabus as it stands in the database."""
    session.expire_all()
    modules = session.scalars(
        sa.select(Module).where(Module.course_id == scene.course.id).order_by(Module.position)
    )
    return [[activity.title for activity in module.activities] for module in modules]


def test_a_title_is_enough_and_a_course_of_one_lesson_reaches_a_learner_in_few_steps(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    made = citra.post("/kelola/kursus/baru", data={"title": "Salam di Loket"})
    assert made.status_code == 303
    page = citra.get(made.location).text
    add = re.search(r"/kelola/modul/[\w-]+/kegiatan", page)
    assert add
    editor = citra.post(add[0], data={"title": "Menyapa", "kind": "lessons"}).location
    citra.post(editor, data={"source": "## Salam\n\nSebut nama Anda.", "version": "0", "act": "save"})
    ready = citra.get(f"{made.location}/terbit").text
    assert "Terbitkan 1 kegiatan" in ready
    citra.post(f"{made.location}/terbit")
    course = session.scalars(sa.select(Course).where(Course.title == "Salam di Loket")).one()
    [activity] = session.scalars(sa.select(Activity).where(Activity.course_id == course.id)).all()
    assert activity.published
    assert session.get_one(Lesson, activity.id).html.startswith("<h2>Salam</h2>")


def test_a_course_without_a_title_is_asked_for_one_and_what_was_typed_stays(
    scene: Scene, client_of: Client
) -> None:
    answer = client_of(scene.citra).post(
        f"{scene.page}/data", data={"title": " ", "summary": "Ringkas", "jp": "6", "version": "1"}
    )
    assert answer.status_code == 422
    assert "Tulis judulnya." in answer.text
    assert "Ringkas" in answer.text


def test_facts_are_saved_line_by_line(scene: Scene, session: Session, client_of: Client) -> None:
    sent = {
        "title": "Etika",
        "summary": "",
        "objectives": "Menyapa\n\n Menolak ",
        "jp": "8",
        "tags": "etika, loket,etika",
        "version": "1",
    }
    assert client_of(scene.citra).post(f"{scene.page}/data", data=sent).status_code == 303
    session.expire_all()
    course = session.get_one(Course, scene.course.id)
    assert (course.objectives, course.tags, course.jp, course.version) == (
        ["Menyapa", "Menolak"],
        ["etika", "loket"],
        8,
        2,
    )


def test_of_two_editors_the_second_sees_both_texts_and_may_save_knowingly(
    scene: Scene, session: Session, client_of: Client
) -> None:
    first = {"title": "Judul Citra", "summary": "Kata Citra", "jp": "6", "version": "1"}
    second = {"title": "Judul Dewi", "summary": "Kata Dewi", "jp": "6", "version": "1"}
    client_of(scene.citra).post(f"{scene.page}/data", data=first)
    dewi = client_of(scene.dewi)
    answer = dewi.post(f"{scene.page}/data", data=second)
    assert answer.status_code == 409
    assert "Kata Citra" in answer.text
    assert "Kata Dewi" in answer.text
    assert re.search(r'<input [^>]*name="version"[^>]*value="2"', answer.text)
    assert dewi.post(f"{scene.page}/data", data={**second, "version": "2"}).status_code == 303
    session.expire_all()
    assert session.get_one(Course, scene.course.id).summary == "Kata Dewi"


def test_a_course_is_copied_whole_in_one_tap_and_all_of_it_is_draft(
    scene: Scene, session: Session, now: datetime, client_of: Client
) -> None:
    project = make_lesson(session, scene.module, now, "Proyek")
    project.kind = project.kind.PROJECT
    create_project(
        session,
        project,
        brief="Tulis",
        group_size=(2, 3),
        milestones=[{"title": "Awal", "days_after_start": 3}],
        rubric=RUBRIC,
        now=now,
    )
    scene.draft.after_id = scene.lesson.id
    session.commit()
    answer = client_of(scene.gita).post(f"{scene.page}/salin")
    copy_id = answer.location.rpartition("/")[2].partition("#")[0]
    session.expire_all()
    copy = session.get_one(Course, copy_id)
    activities = {a.title: a for module in copy.modules for a in module.activities}
    assert list(activities) == ["Salam di loket", "Kuis akhir", "Antrean", "Proyek"]
    assert not any(a.published for a in activities.values())
    assert activities["Antrean"].after_id == activities["Salam di loket"].id
    assert "Ucapkan salam" in session.get_one(Lesson, activities["Salam di loket"].id).html
    questions = session.scalars(
        sa.select(Question).join(QuizQuestion).where(QuizQuestion.activity_id == activities["Kuis akhir"].id)
    ).all()
    assert len(questions) == 2
    assert {q.course_id for q in questions} == {copy.id}
    assert client_of(scene.gita).get(f"/kelola/kursus/{copy.id}/data").status_code == 200


def test_an_empty_lesson_is_not_published_and_the_list_says_why(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    assert "Pelajaran “Antrean” masih kosong." in citra.get(f"{scene.page}/terbit").text
    answer = citra.post(f"/kelola/kegiatan/{scene.draft.id}/terbit", data={"terbit": "1"})
    assert answer.status_code == 422
    assert "belum lengkap" in answer.text
    citra.post(f"/kelola/pelajaran/{scene.draft.id}", data={"source": "Isi", "version": "0", "act": "save"})
    assert citra.post(f"/kelola/kegiatan/{scene.draft.id}/terbit", data={"terbit": "1"}).status_code == 303
    session.expire_all()
    assert session.get_one(Activity, scene.draft.id).published


def test_a_quiz_without_questions_and_pictures_without_words_are_named(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    citra.post(f"/kelola/modul/{scene.module.id}/kegiatan", data={"title": "Kuis kosong", "kind": "quizzes"})
    picture = "![](media:0197aaaa-0000-7000-8000-000000000000)"
    citra.post(f"/kelola/pelajaran/{scene.draft.id}", data={"source": picture, "version": "0", "act": "save"})
    page = citra.get(f"{scene.page}/terbit").text
    assert "Kuis “Kuis kosong” belum berisi soal." in page
    assert "1 gambar di “Antrean” tanpa teks pengganti." in page


def test_a_draft_without_work_goes_and_anything_else_stays(
    scene: Scene, session: Session, now: datetime, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    published = citra.post(f"/kelola/kegiatan/{scene.lesson.id}/hapus")
    assert published.status_code == 409
    assert "sudah terbit" in published.text
    citra.post(f"/kelola/kegiatan/{scene.lesson.id}/terbit", data={})
    begin(session, scene.seat.id, scene.lesson.id, now=now)
    session.commit()
    assert "Peserta sudah mengerjakan" in citra.post(f"/kelola/kegiatan/{scene.lesson.id}/hapus").text
    assert citra.post(f"/kelola/kegiatan/{scene.draft.id}/hapus").status_code == 303
    assert titles(session, scene) == [["Salam di loket", "Kuis akhir"]]


def test_modules_are_added_renamed_moved_and_only_empty_ones_deleted(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    citra.post(f"{scene.page}/modul", data={"title": "Lanjutan"})
    second = session.scalars(sa.select(Module).where(Module.title == "Lanjutan")).one()
    citra.post(f"/kelola/modul/{second.id}", data={"title": "Pendalaman"})
    citra.post(f"/kelola/modul/{second.id}/pindah", data={"ke": "atas"})
    assert titles(session, scene) == [[], ["Salam di loket", "Kuis akhir", "Antrean"]]
    refused = citra.post(f"/kelola/modul/{scene.module.id}/hapus")
    assert refused.status_code == 409
    assert "masih berisi kegiatan" in refused.text
    assert citra.post(f"/kelola/modul/{second.id}/hapus").status_code == 303
    assert len(titles(session, scene)) == 1


def test_activities_move_within_and_across_modules_with_plain_buttons(
    scene: Scene, session: Session, now: datetime, client_of: Client
) -> None:
    make_module(session, scene.course, now)
    session.commit()
    citra = client_of(scene.citra)
    citra.post(f"/kelola/kegiatan/{scene.lesson.id}/pindah", data={"ke": "bawah"})
    assert titles(session, scene) == [["Kuis akhir", "Salam di loket", "Antrean"], []]
    citra.post(f"/kelola/kegiatan/{scene.draft.id}/pindah", data={"ke": "bawah"})
    assert titles(session, scene) == [["Kuis akhir", "Salam di loket"], ["Antrean"]]


def test_a_dragged_order_is_taken_whole_or_not_at_all(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    module, ids = (
        str(scene.module.id),
        [str(scene.draft.id), str(scene.quiz.activity_id), str(scene.lesson.id)],
    )
    assert citra.post(f"{scene.page}/urutan", json={module: ids}).status_code == 204
    assert titles(session, scene) == [["Antrean", "Kuis akhir", "Salam di loket"]]
    assert citra.post(f"{scene.page}/urutan", json={module: ids[:2]}).status_code == 409
    assert citra.post(f"{scene.page}/urutan", json={module: "x"}).status_code == 422
    assert titles(session, scene) == [["Antrean", "Kuis akhir", "Salam di loket"]]


def test_a_circle_of_prerequisites_is_refused_with_its_path(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    lesson, quiz = f"/kelola/kegiatan/{scene.lesson.id}", f"/kelola/kegiatan/{scene.quiz.activity_id}"
    common = {"minutes": "5", "required": "y", "version": "1"}
    first = citra.post(
        quiz, data={**common, "title": "Kuis akhir", "completion": "passed", "after": str(scene.lesson.id)}
    )
    assert first.status_code == 303
    second = citra.post(
        lesson,
        data={**common, "title": "Judul baru", "completion": "viewed", "after": str(scene.quiz.activity_id)},
    )
    assert second.status_code == 422
    assert "Urutan ini melingkar" in second.text
    assert "“Salam di loket” → “Kuis akhir” → “Salam di loket”" in second.text
    assert "Judul baru" in second.text
    session.expire_all()
    assert session.get_one(Activity, scene.lesson.id).after_id is None


def test_settings_of_two_editors_do_not_overwrite_each_other(scene: Scene, client_of: Client) -> None:
    page = f"/kelola/kegiatan/{scene.lesson.id}"
    sent = {"minutes": "5", "completion": "viewed", "after": "", "version": "1"}
    assert client_of(scene.citra).post(page, data={**sent, "title": "Dari Citra"}).status_code == 303
    answer = client_of(scene.dewi).post(page, data={**sent, "title": "Dari Dewi"})
    assert answer.status_code == 409
    assert "Dari Citra" in answer.text
    assert "Dari Dewi" in answer.text


def test_a_rule_that_does_not_suit_the_kind_is_refused(scene: Scene, client_of: Client) -> None:
    sent = {"title": "X", "minutes": "5", "completion": "passed", "after": "", "version": "1"}
    assert client_of(scene.citra).post(f"/kelola/kegiatan/{scene.lesson.id}", data=sent).status_code == 422


def test_authors_look_as_learners_do_and_nothing_is_recorded(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    assert "Anda melihat sebagai peserta." in citra.get(f"{scene.page}/pratinjau").text
    assert "Siapa yang dilayani" in citra.get(f"/kelola/kegiatan/{scene.quiz.activity_id}/pratinjau").text
    assert "Ucapkan salam" in citra.get(f"/kelola/pelajaran/{scene.lesson.id}/pratinjau").text


def test_a_colleague_may_look_but_not_change_and_others_find_nothing(scene: Scene, client_of: Client) -> None:
    gita, hadi, ayu = client_of(scene.gita), client_of(scene.hadi), client_of(scene.ayu)
    pages = (scene.page, f"{scene.page}/pratinjau", f"/kelola/pelajaran/{scene.lesson.id}/pratinjau")
    for page in pages:
        assert gita.get(page).status_code == 200
        assert hadi.get(page).status_code == 404
        assert ayu.get(page).status_code == 403
    writes = (
        f"{scene.page}/data",
        f"{scene.page}/terbit",
        f"{scene.page}/modul",
        f"/kelola/modul/{scene.module.id}",
        f"/kelola/modul/{scene.module.id}/hapus",
        f"/kelola/kegiatan/{scene.lesson.id}",
        f"/kelola/kegiatan/{scene.lesson.id}/hapus",
        f"/kelola/pelajaran/{scene.lesson.id}",
    )
    for page in writes:
        assert gita.post(page, data={"title": "X"}).status_code == 403, page
        assert hadi.post(page, data={"title": "X"}).status_code == 404, page
    assert client_of(scene.dewi).get(f"{scene.page}/data").status_code == 200


def test_the_course_page_asks_as_often_for_thirty_lessons_as_for_one(
    scene: Scene, app: Flask, session: Session, now: datetime, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    counts = []
    for _ in range(2):
        citra.get(scene.page)
        with statements(app) as sent:
            assert citra.get(scene.page).status_code == 200
        counts.append(len(sent))
        for n in range(30):
            make_lesson(session, scene.module, now, f"Pelajaran {n}")
        session.commit()
    assert counts[0] == counts[1] <= 5
