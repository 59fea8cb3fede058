"""What members see and do on the page of their project, and what nobody else may see of it."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.progress.models import Progress
from courses.projects.models import Comment, Draft, GroupMember, Version, VersionFile
from lms.media.models import MediaState
from tests.conftest import Client
from tests.factories.projects import Scene, make_file
from tests.statements import statements


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "text": "Antrean kami panjang.",
        "links": "",
        "note": "",
        "stage": "",
        "revision": "0",
        "client_id": str(uuid.uuid4()),
        **changes,
    }


def test_a_member_sees_brief_stages_rubric_and_who_is_in_the_group(scene: Scene, client_of: Client) -> None:
    page = client_of(scene.ayu).get(scene.here)
    assert page.status_code == 200
    for words in ("Kelompok 1", "<strong>laporan</strong>", "Rancangan", "Kejelasan masalah", "Bayu Saputra"):
        assert words in page.text
    assert "Dinas Kesehatan" in page.text
    assert "Budi Santoso" not in page.text


def test_dates_are_written_in_the_zone_of_the_class(scene: Scene, client_of: Client) -> None:
    assert "20 November 2026, 23.59 WIT" in client_of(scene.ayu).get(scene.here).text


def test_somebody_without_a_group_reads_why_and_can_read_the_brief(scene: Scene, client_of: Client) -> None:
    page = client_of(scene.dian).get(scene.here)
    assert "Anda belum masuk kelompok" in page.text
    assert "<strong>laporan</strong>" in page.text
    assert "Kumpulkan versi baru" not in page.text
    assert client_of(scene.dian).post(f"{scene.here}/versi", data=typed()).status_code == 404


def test_handing_in_makes_a_version_and_the_members_wait_for_the_mark(
    scene: Scene, client_of: Client, session: Session
) -> None:
    ayu = client_of(scene.ayu)
    sent = ayu.post(f"{scene.here}/versi", data=typed(note="Mohon diperiksa"))
    assert sent.status_code == 303
    version = session.scalars(sa.select(Version)).one()
    assert (version.number, version.submitted_by, version.note) == (1, scene.ayu.id, "Mohon diperiksa")
    states = {row.enrolment_id: row.state for row in session.scalars(sa.select(Progress))}
    assert states == {scene.enrolment(scene.ayu).id: "waiting", scene.enrolment(scene.bayu).id: "waiting"}
    page = client_of(scene.bayu).get(scene.here).text
    assert "Versi 1" in page
    assert "Terkini" in page
    assert "Menunggu nilai" in client_of(scene.bayu).get(f"/kelas/{scene.cohort.id}").text


def test_the_same_press_twice_makes_one_version(scene: Scene, client_of: Client, session: Session) -> None:
    ayu, form = client_of(scene.ayu), typed()
    assert ayu.post(f"{scene.here}/versi", data=form).status_code == 303
    assert ayu.post(f"{scene.here}/versi", data=form).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Version)) == 1


def test_earlier_versions_stay_to_be_read(scene: Scene, client_of: Client) -> None:
    scene.submit(scene.ayu, "Versi yang pertama.")
    scene.submit(scene.bayu, "Versi yang kedua.")
    page = client_of(scene.ayu).get(scene.here).text
    assert "1 versi sebelumnya" in page
    assert "Versi yang pertama." in page
    assert page.index("Versi yang kedua.") < page.index("Versi yang pertama.")


def test_late_work_is_taken_and_marked(scene: Scene, client_of: Client) -> None:
    due = scene.now + timedelta(days=7)
    version = scene.submit(scene.ayu, now=due + timedelta(days=2, hours=14))
    assert version.late is not None
    assert "Terlambat 2 hari" in client_of(scene.ayu).get(scene.here).text


def test_nothing_is_not_handed_in(scene: Scene, client_of: Client, session: Session) -> None:
    page = client_of(scene.ayu).post(f"{scene.here}/versi", data=typed(text=""))
    assert page.status_code == 422
    assert "Tulis sesuatu, pilih berkas, atau beri tautan" in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Version)) == 0


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "ftp://contoh.invalid/a", "contoh", "https://", "http://["]
)
def test_only_addresses_of_the_web_are_links(
    scene: Scene, client_of: Client, session: Session, link: str
) -> None:
    page = client_of(scene.ayu).post(
        f"{scene.here}/versi", data=typed(links=f"https://contoh.invalid/x\n{link}", text="Tetap ada")
    )
    assert page.status_code == 422
    assert "bukan alamat web" in page.text
    assert "Tetap ada" in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Version)) == 0


def test_links_are_shown_as_they_were_given(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    ayu.post(f"{scene.here}/versi", data=typed(links="https://contoh.invalid/laporan\n\n"))
    assert 'href="https://contoh.invalid/laporan"' in ayu.get(scene.here).text


def test_a_file_of_ones_own_is_handed_in(scene: Scene, client_of: Client, session: Session) -> None:
    media = make_file(session, scene.ayu, scene.now)
    session.commit()
    ayu = client_of(scene.ayu)
    assert ayu.post(f"{scene.here}/versi", data=typed(media=str(media.id))).status_code == 303
    assert session.scalars(sa.select(VersionFile.media_id)).all() == [media.id]
    assert "PDF · 1,2 MB" in ayu.get(scene.here).text
    fetched = client_of(scene.bayu).get(f"{scene.here}/berkas/{media.id}")
    assert fetched.status_code == 302
    assert media.key in fetched.location


def test_a_file_of_somebody_else_is_refused(scene: Scene, client_of: Client, session: Session) -> None:
    media = make_file(session, scene.budi, scene.now)
    session.commit()
    page = client_of(scene.ayu).post(f"{scene.here}/versi", data=typed(media=str(media.id), text="Tetap ada"))
    assert page.status_code == 422
    assert "tidak ditemukan di unggahan Anda" in page.text
    assert "Tetap ada" in page.text
    assert media.name not in page.text


def test_a_file_that_a_member_laid_beside_the_draft_may_be_handed_in_by_another(
    scene: Scene, client_of: Client, session: Session
) -> None:
    media = make_file(session, scene.ayu, scene.now)
    session.commit()
    client_of(scene.ayu).post(f"{scene.here}/draf", data=typed(media=str(media.id)))
    bayu = client_of(scene.bayu)
    assert media.name in bayu.get(scene.here).text
    assert bayu.post(f"{scene.here}/versi", data=typed(media=str(media.id), revision="1")).status_code == 303


def test_a_file_that_has_not_arrived_is_waited_for(scene: Scene, client_of: Client, session: Session) -> None:
    media = make_file(session, scene.ayu, scene.now, state=MediaState.PENDING)
    session.commit()
    page = client_of(scene.ayu).post(f"{scene.here}/versi", data=typed(media=str(media.id)))
    assert page.status_code == 422
    assert "belum selesai diunggah" in page.text


def test_the_draft_is_the_groups(scene: Scene, client_of: Client) -> None:
    sent = client_of(scene.ayu).post(f"{scene.here}/draf", data=typed(text="Kalimat bersama"))
    assert sent.status_code == 303
    page = client_of(scene.bayu).get(scene.here).text
    assert "Kalimat bersama" in page
    assert "Draf disimpan Ayu Lestari" in page
    assert "Kalimat bersama" not in client_of(scene.budi).get(scene.here).text


def test_two_drafts_at_once_are_both_shown_and_nothing_is_overwritten(
    scene: Scene, client_of: Client, session: Session
) -> None:
    client_of(scene.ayu).post(f"{scene.here}/draf", data=typed(text="Tulisan Ayu"))
    bayu = client_of(scene.bayu)
    page = bayu.post(f"{scene.here}/draf", data=typed(text="Tulisan Bayu", revision="0"))
    assert page.status_code == 409
    assert "Tulisan Ayu" in page.text
    assert "Tulisan Bayu" in page.text
    assert session.scalars(sa.select(Draft.text)).one() == "Tulisan Ayu"
    assert 'name="revision" type="hidden" value="1"' in page.text
    assert bayu.post(f"{scene.here}/draf", data=typed(text="Gabungan", revision="1")).status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(Draft.text)).one() == "Gabungan"


def test_saving_the_same_draft_twice_changes_nothing(
    scene: Scene, client_of: Client, session: Session
) -> None:
    ayu = client_of(scene.ayu)
    for _press in range(2):
        assert ayu.post(f"{scene.here}/draf", data=typed(text="Sama")).status_code == 303
    assert session.scalars(sa.select(Draft.revision)).one() == 1


def test_a_refused_draft_keeps_what_was_typed(scene: Scene, client_of: Client, session: Session) -> None:
    page = client_of(scene.ayu).post(f"{scene.here}/draf", data=typed(text="Tetap ada", links="bukan tautan"))
    assert page.status_code == 422
    assert "Tetap ada" in page.text
    foreign = make_file(session, scene.budi, scene.now)
    session.commit()
    page = client_of(scene.ayu).post(
        f"{scene.here}/draf", data=typed(text="Masih ada", media=str(foreign.id))
    )
    assert page.status_code == 422
    assert "Masih ada" in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_what_is_typed_comes_back_escaped(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    ayu.post(f"{scene.here}/diskusi", data={"text": "<script>x</script>", "client_id": str(uuid.uuid4())})
    ayu.post(f"{scene.here}/versi", data=typed(text="<img src=x onerror=alert(1)> <b>tebal</b>"))
    page = ayu.get(scene.here).text
    assert "<script>x" not in page
    assert "<img src=x" not in page


def test_the_group_talks_and_a_double_press_says_it_once(
    scene: Scene, client_of: Client, session: Session
) -> None:
    ayu, form = client_of(scene.ayu), {"text": "Mohon dicek angka Seninnya.", "client_id": str(uuid.uuid4())}
    ayu.post(f"{scene.here}/diskusi", data=form)
    ayu.post(f"{scene.here}/diskusi", data=form)
    assert client_of(scene.bayu).get(scene.here).text.count("Mohon dicek angka") == 1
    assert "Mohon dicek angka" not in client_of(scene.budi).get(scene.here).text
    assert ayu.post(f"{scene.here}/diskusi", data={**form, "text": " "}).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Comment)) == 1


def test_an_author_may_take_a_word_back_for_ten_minutes_and_the_row_stays(
    scene: Scene, client_of: Client, session: Session
) -> None:
    ayu, bayu = client_of(scene.ayu), client_of(scene.bayu)
    ayu.post(f"{scene.here}/diskusi", data={"text": "Salah ketik", "client_id": str(uuid.uuid4())})
    word = session.scalars(sa.select(Comment)).one()
    assert "Tarik tanggapan" not in bayu.get(scene.here).text
    assert bayu.post(f"{scene.here}/diskusi/{word.id}/tarik").status_code == 403
    assert ayu.post(f"{scene.here}/diskusi/{word.id}/tarik").status_code == 303
    assert "Salah ketik" not in bayu.get(scene.here).text
    assert "menarik tanggapannya" in bayu.get(scene.here).text
    session.refresh(word)
    assert word.text == "Salah ketik"
    word.hidden_at, word.at = None, word.at - timedelta(minutes=11)
    session.commit()
    assert "Tarik tanggapan" not in ayu.get(scene.here).text
    assert ayu.post(f"{scene.here}/diskusi/{word.id}/tarik").status_code == 409


def test_a_member_names_their_own_part(scene: Scene, client_of: Client, session: Session) -> None:
    client_of(scene.ayu).post(f"{scene.here}/peran", data={"role": "Pengolah angka"})
    assert "Pengolah angka" in client_of(scene.bayu).get(scene.here).text
    roles = session.scalars(sa.select(GroupMember.role).where(GroupMember.group_id == scene.group.id)).all()
    assert sorted(roles) == ["", "Pengolah angka"]


def test_another_group_cannot_reach_anything(scene: Scene, client_of: Client, session: Session) -> None:
    media = make_file(session, scene.ayu, scene.now)
    ayu, budi = client_of(scene.ayu), client_of(scene.budi)
    ayu.post(f"{scene.here}/draf", data=typed(text="Rahasia", media=str(media.id)))
    ayu.post(f"{scene.here}/versi", data=typed(text="Rahasia", media=str(media.id), revision="1"))
    ayu.post(f"{scene.here}/diskusi", data={"text": "Rahasia", "client_id": str(uuid.uuid4())})
    word = session.scalars(sa.select(Comment)).one()
    assert "Rahasia" not in budi.get(scene.here).text
    assert ayu.get(f"{scene.here}/berkas/{media.id}").status_code == 302
    assert budi.get(f"{scene.here}/berkas/{media.id}").status_code == 404
    assert budi.post(f"{scene.here}/diskusi/{word.id}/tarik").status_code == 404
    assert budi.post(f"{scene.here}/versi", data=typed(media=str(media.id))).status_code == 422


def test_a_class_that_one_does_not_attend_has_no_project(scene: Scene, client_of: Client) -> None:
    for person in (scene.citra, scene.wayan):
        client = client_of(person)
        assert client.get(scene.here).status_code == 404
        assert client.post(f"{scene.here}/versi", data=typed()).status_code == 404
    assert client_of(None).get(scene.here).status_code == 302


def test_the_number_of_statements_does_not_grow(
    scene: Scene, client_of: Client, session: Session, app: Flask
) -> None:
    ayu = client_of(scene.ayu)
    with statements(app) as few:
        ayu.get(scene.here)
    media = make_file(session, scene.ayu, scene.now)
    for number in range(5):
        ayu.post(f"{scene.here}/versi", data=typed(text=f"Versi {number}", media=str(media.id)))
        ayu.post(f"{scene.here}/diskusi", data={"text": str(number), "client_id": str(uuid.uuid4())})
    with statements(app) as many:
        assert ayu.get(scene.here).status_code == 200
    assert len(many) == len(few) <= 5


def test_a_file_sent_with_the_form_is_taken_in(scene: Scene, client_of: Client, session: Session) -> None:
    ayu = client_of(scene.ayu)
    sent = ayu.post(
        f"{scene.here}/draf", data=typed(berkas=(io.BytesIO(b"Senin;14\nSelasa;9\n"), "loket.csv"))
    )
    assert sent.status_code == 303
    assert "loket.csv" in client_of(scene.bayu).get(scene.here).text


def test_a_file_sent_with_a_form_that_is_refused_need_not_be_chosen_again(
    scene: Scene, client_of: Client
) -> None:
    page = client_of(scene.ayu).post(
        f"{scene.here}/versi",
        data=typed(links="bukan", berkas=(io.BytesIO(b"Senin;14\nSelasa;9\n"), "loket.csv")),
    )
    assert page.status_code == 422
    assert 'name="media"' in page.text
    assert "loket.csv" in page.text


def test_a_file_of_no_use_is_refused_with_its_name(scene: Scene, client_of: Client, session: Session) -> None:
    page = client_of(scene.ayu).post(
        f"{scene.here}/versi", data=typed(berkas=(io.BytesIO(b"MZ\x90\x00" * 99), "laporan.exe"))
    )
    assert page.status_code == 422
    assert "laporan.exe:" in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Version)) == 0


def test_a_file_that_was_uploaded_beforehand_waits_on_the_page(
    scene: Scene, client_of: Client, session: Session
) -> None:
    mine, foreign = (
        make_file(session, scene.ayu, scene.now),
        make_file(session, scene.budi, scene.now, "lain.pdf"),
    )
    session.commit()
    page = client_of(scene.ayu).get(f"{scene.here}?media={mine.id}&media={foreign.id}").text
    assert f'value="{mine.id}" checked' in page
    assert "lain.pdf" not in page
