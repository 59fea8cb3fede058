"""Files in lessons: pictures, documents, videos and captions."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity
from courses.lessons.intake import title_of
from courses.lessons.models import Lesson, LessonMedia, Part
from lms.media.models import Media, MediaState
from lms.media.refusals import Reason
from lms.media.services import fail
from tests.conftest import Client
from tests.lessons.conftest import Scene
from tests.media.files import pdf, picture, slides, word


def attached(session: Session, activity: Activity) -> list[LessonMedia]:
    session.expire_all()
    found = sa.select(LessonMedia).where(LessonMedia.activity_id == activity.id)
    return list(session.scalars(found.order_by(LessonMedia.position)))


def fake_video(session: Session, scene: Scene, activity: Activity, seconds: int = 100) -> LessonMedia:
    """A video as the worker leaves it, without running ffmpeg."""
    media = scene.bring("rekaman.pdf", pdf())
    media.name, media.kind, media.content_type = "rekaman.mp4", "mp4", "video/mp4"
    play = {"key": media.key, "type": "video/mp4", "size": 4_600_000}
    media.renditions, media.facts = {"play": play}, {"duration": seconds}
    file = LessonMedia(activity_id=activity.id, media_id=media.id, part=Part.VIDEO, position=1)
    session.add(file)
    session.commit()
    return file


def fake_document(session: Session, scene: Scene, activity: Activity, pages: int = 24) -> LessonMedia:
    """A document as the worker leaves it, without drawing its pages."""
    media = scene.bring("pedoman.pdf", pdf())
    drawn = {"key": media.key, "type": "image/webp", "size": 40_000, "width": 720, "height": 1018}
    media.renditions = {f"page-{number}": drawn for number in range(1, pages + 1)}
    media.facts, media.state = {"pages": pages}, MediaState.READY
    file = LessonMedia(activity_id=activity.id, media_id=media.id, part=Part.PAGES, position=2)
    session.add(file)
    session.commit()
    return file


def test_a_picture_must_say_what_it_shows_and_then_stands_in_the_text(
    scene: Scene, session: Session, client_of: Client
) -> None:
    citra, photo = client_of(scene.citra), scene.bring("loket.png", picture())
    page = citra.get(f"{scene.editor}/berkas?media={photo.id}").text
    assert "loket.png" in page
    asked = citra.post(f"{scene.editor}/berkas", data={"media": str(photo.id)})
    assert asked.location.endswith(f"/berkas?media={photo.id}")
    refused = citra.post(f"{scene.editor}/berkas", data={"media": str(photo.id), f"alt-{photo.id}": " "})
    assert refused.status_code == 422
    assert attached(session, scene.lesson) == []
    citra.post(f"{scene.editor}/berkas", data={"media": str(photo.id), f"alt-{photo.id}": "Loket [pagi]"})
    [file] = attached(session, scene.lesson)
    citra.post(f"{scene.editor}/berkas/{file.id}/sisipkan")
    citra.post(f"{scene.editor}/berkas/{file.id}/sisipkan")
    page = client_of(scene.ayu).get(scene.page).text
    assert page.count('alt="Loket [pagi]"') == 1
    assert 'loading="lazy"' in page
    kept = citra.post(f"{scene.editor}/berkas/{file.id}/lepas")
    assert kept.status_code == 409
    assert "masih dipakai di teks" in kept.text


def test_with_data_saving_a_picture_waits_for_a_tap(
    scene: Scene, session: Session, client_of: Client
) -> None:
    photo = scene.bring("loket.png", picture())
    citra = client_of(scene.citra)
    citra.post(f"{scene.editor}/berkas", data={"media": str(photo.id), f"alt-{photo.id}": "Loket"})
    citra.post(scene.editor, data={"source": f"![Loket](media:{photo.id})", "version": "1", "act": "save"})
    scene.ayu.data_saver = True
    session.commit()
    page = client_of(scene.ayu).get(scene.page).text
    assert "Tampilkan gambar ·" in page
    assert '<img src="/berkas' not in page


def test_another_authors_file_cannot_be_attached(scene: Scene, session: Session, client_of: Client) -> None:
    photo = scene.bring("loket.png", picture())
    sent = {"media": str(photo.id), f"alt-{photo.id}": "Loket"}
    assert client_of(scene.dewi).post(f"{scene.editor}/berkas", data=sent).status_code == 404
    assert client_of(scene.citra).post(f"{scene.editor}/berkas", data={"media": "x"}).status_code == 404
    assert attached(session, scene.lesson) == []


def test_a_word_document_becomes_text_that_can_be_edited(
    scene: Scene, session: Session, client_of: Client
) -> None:
    document = scene.bring("panduan.docx", word("Catat setiap warga.", "Hitung waktu tunggu."))
    client_of(scene.citra).post(f"{scene.editor}/berkas", data={"media": str(document.id)})
    assert "Sedang diubah menjadi teks" in client_of(scene.citra).get(f"{scene.editor}/berkas").text
    scene.run_jobs()
    session.expire_all()
    lesson = session.get_one(Lesson, scene.lesson.id)
    assert lesson.source.startswith("## Menyapa")
    assert lesson.source.endswith("Catat setiap warga.\n\nHitung waktu tunggu.")
    scene.run_jobs()
    session.expire_all()
    assert session.get_one(Lesson, scene.lesson.id).version == lesson.version
    assert "panduan" not in client_of(scene.ayu).get(scene.page).text


def test_slides_become_headings(scene: Scene, session: Session, client_of: Client) -> None:
    deck = scene.bring("etika-mencatat.pptx", slides("Mencatat", "Menghitung"))
    answer = client_of(scene.citra).post(
        f"/kelola/modul/{scene.module.id}/berkas", data={"media": str(deck.id)}
    )
    assert answer.status_code == 303
    scene.run_jobs()
    session.expire_all()
    activity = session.scalars(sa.select(Activity).where(Activity.title == "Etika mencatat")).one()
    assert not activity.published
    html = session.get_one(Lesson, activity.id).html
    assert html.index("<h2>Mencatat</h2>") < html.index("<h2>Menghitung</h2>")


def test_a_document_that_cannot_be_read_says_so(scene: Scene, session: Session, client_of: Client) -> None:
    broken = scene.bring("panduan.docx", word("Isi"))
    scene.app.extensions["store"].put(broken.key, b"PK\x03\x04rusak", content_type="application/zip")
    citra = client_of(scene.citra)
    citra.post(f"{scene.editor}/berkas", data={"media": str(broken.id)})
    scene.run_jobs()
    assert "rusak atau terpotong" in citra.get(f"{scene.editor}/berkas").text


def test_a_pdf_is_read_page_by_page(scene: Scene, session: Session, client_of: Client) -> None:
    document = scene.bring("aturan.pdf", pdf())
    client_of(scene.citra).post(
        f"{scene.editor}/berkas", data={"media": str(document.id), f"alt-{document.id}": "Aturan loket"}
    )
    page = client_of(scene.ayu).get(scene.page).text
    assert "Aturan loket" in page
    assert "Halaman 1 dari Aturan loket" in page
    assert "Halo dunia" in page
    assert "Berkas asli" in page


def test_several_files_become_one_draft_each_in_their_order(
    scene: Scene, session: Session, client_of: Client
) -> None:
    files = [scene.bring("01 salam.docx", word("A")), scene.bring("02_aturan.pdf", pdf(2))]
    page = f"/kelola/modul/{scene.module.id}/berkas"
    citra = client_of(scene.citra)
    assert "01 salam.docx" in citra.get(page + "?" + "&".join(f"media={m.id}" for m in files)).text
    citra.post(page, data={"media": [str(m.id) for m in files]})
    titles = session.scalars(sa.select(Activity.title).order_by(Activity.position)).all()
    assert titles == ["Salam di loket", "Salam", "Aturan"]
    assert client_of(scene.hadi).post(page, data={"media": str(files[0].id)}).status_code == 404


def test_files_are_ordered_with_plain_buttons(scene: Scene, session: Session, client_of: Client) -> None:
    citra = client_of(scene.citra)
    media = [scene.bring("a.pdf", pdf()), scene.bring("b.pdf", pdf(2))]
    citra.post(f"{scene.editor}/berkas", data={"media": [str(m.id) for m in media]})
    first, second = attached(session, scene.lesson)
    citra.post(f"{scene.editor}/berkas/{second.id}/pindah", data={"ke": "atas"})
    assert [file.id for file in attached(session, scene.lesson)] == [second.id, first.id]
    citra.post(f"{scene.editor}/berkas/{first.id}/lepas")
    assert [file.id for file in attached(session, scene.lesson)] == [second.id]
    assert session.get(Media, media[0].id) is not None


def test_a_picture_from_the_clipboard_becomes_markdown_of_this_lesson(
    scene: Scene, session: Session, client_of: Client
) -> None:
    photo, text = scene.bring("loket.png", picture()), scene.bring("aturan.pdf", pdf())
    citra = client_of(scene.citra)
    sent = citra.post(f"{scene.editor}/gambar", json={"media": str(photo.id)})
    assert sent.get_json() == {"markdown": f"![](media:{photo.id})"}
    assert [file.media_id for file in attached(session, scene.lesson)] == [photo.id]
    assert citra.post(f"{scene.editor}/gambar", json={"media": str(text.id)}).status_code == 422
    assert citra.post(f"{scene.editor}/gambar", json=["x"]).status_code == 404
    assert (
        client_of(scene.dewi).post(f"{scene.editor}/gambar", json={"media": str(photo.id)}).status_code == 404
    )


def test_a_file_name_becomes_a_title() -> None:
    assert title_of("02_etika-mencatat.pptx") == "Etika mencatat"
    assert title_of("2026.pdf") == "2026"
    assert title_of("../../Rapat.Pagi.docx") == "Rapat.Pagi"


def test_a_dropped_picture_is_a_lesson_that_shows_it_and_still_wants_words(
    scene: Scene, session: Session, client_of: Client
) -> None:
    photo, citra = scene.bring("denah loket.png", picture()), client_of(scene.citra)
    citra.post(f"/kelola/modul/{scene.module.id}/berkas", data={"media": str(photo.id)})
    made = session.scalars(sa.select(Activity).where(Activity.title == "Denah loket")).one()
    assert "<img" in citra.get(f"/kelola/pelajaran/{made.id}/pratinjau").text
    readiness = citra.get(f"/kelola/kursus/{scene.course.id}/terbit").text
    assert "Pelajaran “Denah loket” masih kosong." not in readiness
    assert "1 gambar di “Denah loket” tanpa teks pengganti." in readiness


def test_a_picture_that_is_described_once_has_its_words_wherever_it_stands(
    scene: Scene, session: Session, client_of: Client
) -> None:
    photo, citra = scene.bring("loket.png", picture()), client_of(scene.citra)
    citra.post(f"{scene.editor}/gambar", json={"media": str(photo.id)})
    [file] = attached(session, scene.lesson)
    text = f"![](media:{photo.id})\n\n![Pagi](media:{photo.id})\n\n![](media:{photo.id})"
    citra.post(scene.editor, data={"source": text, "version": "1", "act": "save"})
    citra.post(f"{scene.editor}/draf", json={"source": f"{text}\n\nBelum selesai", "version": 2})
    assert "<img" in citra.get(f"{scene.editor}/berkas/{file.id}").text
    citra.post(f"{scene.editor}/berkas/{file.id}", data={"alt": "Loket [satu]"})
    page = client_of(scene.ayu).get(scene.page).text
    assert page.count('alt="Loket [satu]"') == 2
    assert page.count('alt="Pagi"') == 1
    editor = citra.get(scene.editor).text
    assert "Belum selesai" in editor
    assert 'value="3"' in editor


def test_a_picture_that_is_put_into_the_text_throws_no_draft_away(
    scene: Scene, session: Session, client_of: Client
) -> None:
    photo, citra = scene.bring("loket.png", picture()), client_of(scene.citra)
    citra.post(f"{scene.editor}/berkas", data={"media": str(photo.id), f"alt-{photo.id}": "Loket"})
    [file] = attached(session, scene.lesson)
    citra.post(f"{scene.editor}/draf", json={"source": "Satu jam kerja saya", "version": 1})
    citra.post(f"{scene.editor}/berkas/{file.id}/sisipkan")
    editor = citra.get(scene.editor).text
    assert "Satu jam kerja saya" in editor
    assert f"![Loket](media:{photo.id})" in editor
    assert "Satu jam kerja saya" not in client_of(scene.ayu).get(scene.page).text
    text = f"Satu jam kerja saya\n\n![Loket](media:{photo.id})"
    assert citra.post(scene.editor, data={"source": text, "version": "2", "act": "save"}).status_code == 303


def test_a_file_that_cannot_be_read_is_named_and_keeps_the_lesson_a_draft(
    scene: Scene, session: Session, client_of: Client
) -> None:
    document, citra = scene.bring("aturan.pdf", pdf()), client_of(scene.citra)
    citra.post(f"/kelola/modul/{scene.module.id}/berkas", data={"media": str(document.id)})
    fail(session, document, Reason.PASSWORD.value, {}, now=scene.now)
    session.commit()
    readiness = citra.get(f"/kelola/kursus/{scene.course.id}/terbit").text
    assert "1 berkas di “Aturan” tidak dapat dibaca." in readiness
    assert "masih disiapkan" not in readiness
    made = session.scalars(sa.select(Activity).where(Activity.title == "Aturan")).one()
    assert citra.post(f"/kelola/kegiatan/{made.id}/terbit", data={"terbit": "1"}).status_code == 422


def test_only_the_author_is_told_what_only_the_author_can_mend(
    scene: Scene, session: Session, client_of: Client
) -> None:
    document, citra = scene.bring("aturan.pdf", pdf()), client_of(scene.citra)
    citra.post(f"{scene.editor}/berkas", data={"media": str(document.id)})
    fail(session, document, Reason.PASSWORD.value, {}, now=scene.now)
    session.commit()
    assert "dikunci dengan kata sandi" in citra.get(f"{scene.editor}/pratinjau").text
    page = client_of(scene.ayu).get(scene.page).text
    assert "dikunci dengan kata sandi" not in page
    assert "Unduh berkasnya di bawah" in page
