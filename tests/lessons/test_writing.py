"""Writing a lesson: drafts, history, conflicts, text from elsewhere."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity
from courses.lessons.models import Lesson, LessonDraft, LessonVersion
from tests.conftest import Client
from tests.lessons.conftest import Scene


def stored(session: Session, scene: Scene) -> Lesson:
    session.expire_all()
    return session.get_one(Lesson, scene.lesson.id)


def test_saving_without_script_cleans_keeps_the_old_text_and_counts_minutes(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    sent = {"source": "## Baru\r\n\r\n<script>x</script>Isi", "version": "1", "act": "save"}
    assert citra.post(scene.editor, data=sent).status_code == 303
    lesson = stored(session, scene)
    assert (lesson.version, lesson.html) == (2, "<h2>Baru</h2>\n<p>Isi</p>".replace("\n", ""))
    assert "Versi 1" in citra.get(f"{scene.editor}/versi").text
    assert "Ucapkan salam" in citra.get(f"{scene.editor}/versi/1").text


def test_the_same_text_twice_is_one_version(scene: Scene, session: Session, client_of: Client) -> None:
    citra = client_of(scene.citra)
    for version in ("1", "2"):
        citra.post(scene.editor, data={"source": "Sama", "version": version, "act": "save"})
    assert stored(session, scene).version == 2


def test_a_preview_shows_the_page_and_saves_nothing(
    scene: Scene, session: Session, client_of: Client
) -> None:
    page = client_of(scene.citra).post(
        scene.editor, data={"source": "## Coba", "version": "1", "act": "preview"}
    )
    assert page.status_code == 200
    assert "<h2>Coba</h2>" in page.text
    assert "## Coba" in page.text
    assert stored(session, scene).version == 1


def test_a_draft_is_the_authors_own_and_learners_do_not_see_it(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra, dewi, ayu = client_of(scene.citra), client_of(scene.dewi), client_of(scene.ayu)
    saved = citra.post(f"{scene.editor}/draf", json={"source": "Rahasia Citra", "version": 1})
    assert "Draf tersimpan di server" in saved.get_json()["saved"]
    citra.post(f"{scene.editor}/draf", json={"source": "Rahasia Citra dua", "version": 1})
    assert "Rahasia Citra dua" in citra.get(scene.editor).text
    assert "Rahasia" not in dewi.get(scene.editor).text
    assert "Rahasia" not in ayu.get(scene.page).text
    citra.post(scene.editor, data={"source": "Terbit", "version": "1", "act": "save"})
    assert session.scalar(sa.select(sa.func.count()).select_from(LessonDraft)) == 0


def test_a_draft_that_arrives_after_its_words_were_saved_is_none(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra = client_of(scene.citra)
    citra.post(scene.editor, data={"source": "Terbit", "version": "1", "act": "save"})
    citra.post(f"{scene.editor}/draf", json={"source": "Terbit\r\n", "version": 1})
    assert session.scalar(sa.select(sa.func.count()).select_from(LessonDraft)) == 0
    citra.post(f"{scene.editor}/draf", json={"source": "Terbit, lalu", "version": 2})
    citra.post(f"{scene.editor}/draf", json={"source": "Terbit", "version": 2})
    assert session.scalar(sa.select(sa.func.count()).select_from(LessonDraft)) == 0


def test_a_draft_can_be_thrown_away(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    citra.post(scene.editor, data={"source": "Coretan", "version": "1", "act": "draft"})
    assert "Coretan" in citra.get(scene.editor).text
    citra.post(f"{scene.editor}/draf/buang")
    assert "Coretan" not in citra.get(scene.editor).text


def test_two_authors_lose_nothing(scene: Scene, session: Session, client_of: Client) -> None:
    citra, dewi = client_of(scene.citra), client_of(scene.dewi)
    citra.post(scene.editor, data={"source": "Kata Citra", "version": "1", "act": "save"})
    told = dewi.post(f"{scene.editor}/draf", json={"source": "Kata Dewi", "version": 1}).get_json()
    assert "kedua tulisan" in told["stale"]
    answer = dewi.post(scene.editor, data={"source": "Kata Dewi", "version": "1", "act": "save"})
    assert answer.status_code == 409
    assert "Kata Citra" in answer.text
    assert "Kata Dewi" in answer.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)
    assert version
    again = dewi.post(scene.editor, data={"source": "Kata Dewi", "version": version[1], "act": "save"})
    assert again.status_code == 303
    assert stored(session, scene).source == "Kata Dewi"
    texts = session.scalars(sa.select(LessonVersion.source).order_by(LessonVersion.version)).all()
    assert texts[-2:] == ["Kata Citra", "Kata Dewi"]


def test_an_old_version_comes_back_as_the_newest(scene: Scene, session: Session, client_of: Client) -> None:
    citra = client_of(scene.citra)
    citra.post(scene.editor, data={"source": "Baru", "version": "1", "act": "save"})
    assert citra.post(f"{scene.editor}/versi/1/pulihkan").status_code == 303
    lesson = stored(session, scene)
    assert lesson.version == 3
    assert "Ucapkan salam" in lesson.source
    assert citra.get(f"{scene.editor}/versi/9").status_code == 404


def test_text_pasted_from_word_comes_back_as_markdown(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    html = '<p class="MsoNormal" style="mso-x:1"><b>Tebal</b></p><script>alert(1)</script>'
    assert citra.post(f"{scene.editor}/bersihkan", json={"html": html}).get_json() == {
        "markdown": "**Tebal**\n"
    }
    assert citra.post(f"{scene.editor}/bersihkan", json={"html": 7}).status_code == 422
    assert citra.post(f"{scene.editor}/draf", json=["x"]).status_code == 422


def test_a_lesson_that_is_too_long_is_refused_and_what_was_typed_stays(
    scene: Scene, client_of: Client
) -> None:
    answer = client_of(scene.citra).post(
        scene.editor, data={"source": "panjang " * 60_000, "version": "1", "act": "save"}
    )
    assert answer.status_code == 422
    assert "terlalu panjang" in answer.text
    assert "panjang panjang" in answer.text


def test_a_long_lesson_is_cut_at_its_chapters(scene: Scene, session: Session, client_of: Client) -> None:
    citra = client_of(scene.citra)
    source = "## Bab satu\n\nA\n\n## Bab dua\n\nB\n\n### Anak bab\n\nC"
    after = scene.add_lesson("Sesudahnya")
    citra.post(scene.editor, data={"source": source, "version": "1", "act": "save"})
    page = citra.get(f"{scene.editor}/bagi").text
    assert "Bab satu" in page
    assert "Bagi menjadi 2 pelajaran" in page
    assert citra.post(f"{scene.editor}/bagi").status_code == 303
    session.expire_all()
    activities = session.scalars(sa.select(Activity).order_by(Activity.position)).all()
    assert [(a.title, a.published) for a in activities] == [
        ("Bab satu", True),
        ("Bab dua", False),
        ("Sesudahnya", True),
    ]
    assert activities[2].id == after.id
    assert session.get_one(Lesson, activities[1].id).html == "<p>B</p><h2>Anak bab</h2><p>C</p>"
    assert "Anak bab" in citra.get(f"{scene.editor}/versi/2").text
    assert citra.post(f"{scene.editor}/bagi").status_code == 409


def test_what_would_throw_an_own_draft_away_asks_for_it_first(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    source = "## Bab satu\n\nA\n\n## Bab dua\n\nB"
    citra.post(scene.editor, data={"source": source, "version": "1", "act": "save"})
    citra.post(f"{scene.editor}/draf", json={"source": f"{source}\n\nC", "version": 2})
    for path in ("/bagi", "/versi/1/pulihkan"):
        refused = citra.post(scene.editor + path)
        assert refused.status_code == 409
        assert "Draf Anda untuk pelajaran ini belum disimpan." in refused.text
    citra.post(scene.editor, data={"source": f"{source}\n\nC", "version": "2", "act": "save"})
    assert citra.post(f"{scene.editor}/bagi").status_code == 303


def test_only_those_who_may_change_the_course_may_write(scene: Scene, client_of: Client) -> None:
    paths = ("", "/berkas", "/versi", "/bagi")
    for path in paths:
        assert client_of(scene.gita).get(scene.editor + path).status_code == 403, path
        assert client_of(scene.hadi).get(scene.editor + path).status_code == 404, path
        assert client_of(scene.ayu).get(scene.editor + path).status_code == 403, path
        assert client_of(scene.dewi).get(scene.editor + path).status_code == 200, path
