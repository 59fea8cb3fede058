"""Marking a group's work: private drafts, release, factors, several assessors, taking back; the ledger keeps all."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Completion
from courses.cohorts.services import assign_staff
from courses.progress.models import MarkEntry, Progress, State
from courses.projects import forming
from courses.projects.models import Factor, GroupMember, Review, Version
from courses.projects.services import edit_project
from lms.access import Role
from lms.notifications.models import Notification
from lms.people.models import Person
from tests.conftest import Client
from tests.factories.people import actor_for, make_person
from tests.factories.projects import MILESTONES, POINTS, RUBRIC, Scene, make_file
from tests.lookers import look, looks
from tests.statements import statements


def judged(**changes: Any) -> dict[str, Any]:
    points = {f"points-{id_}": value for id_, value in POINTS.items()}
    return {**points, "comment": "Data waktu tunggu meyakinkan.", **changes}


def member(session: Session, scene: Scene, person: Person) -> GroupMember:
    found = sa.select(GroupMember).where(
        GroupMember.enrolment_id == scene.enrolment(person).id, GroupMember.left_at.is_(None)
    )
    return session.scalars(found).one()


def mark_of(session: Session, scene: Scene, person: Person) -> tuple[Any, ...]:
    session.expire_all()
    row = session.get_one(Progress, (scene.enrolment(person).id, scene.activity_id))
    return row.state, row.percent


def ledger(session: Session, scene: Scene, person: Person) -> list[Decimal | None]:
    found = sa.select(MarkEntry.percent).where(MarkEntry.enrolment_id == scene.enrolment(person).id)
    return list(session.scalars(found.order_by(MarkEntry.at, MarkEntry.id)))


def release(scene: Scene, client_of: Client, by: Person | None = None, /, **changes: Any) -> None:
    client = client_of(by or scene.citra)
    saved = client.post(scene.marking(), data=judged(**changes, next="preview"))
    assert saved.status_code == 303, saved.text
    assert client.get(saved.location).status_code == 200
    assert client.post(f"{scene.marking()}/rilis").status_code == 303


def test_a_draft_is_computed_by_the_server_and_seen_by_nobody_else(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    citra = client_of(scene.citra)
    saved = citra.post(scene.marking(), data=judged())
    assert saved.status_code == 303
    assert "81,25" in citra.get(scene.marking()).text
    for person in (scene.ayu, scene.dewi):
        page = client_of(person).get(scene.here if person is scene.ayu else scene.marking()).text
        assert "81,25" not in page
        assert "meyakinkan" not in page
    assert mark_of(session, scene, scene.ayu) == (State.WAITING, None)
    assert ledger(session, scene, scene.ayu) == []


def test_an_incomplete_draft_is_kept_and_has_no_mark_yet(scene: Scene, client_of: Client) -> None:
    scene.submit(scene.ayu)
    citra = client_of(scene.citra)
    citra.post(scene.marking(), data={"points-c1": "4", "points-c2": "3.5", "comment-c1": "Jelas sekali."})
    page = citra.get(scene.marking()).text
    assert "Jelas sekali." in page
    assert 'value="4" checked' in page
    assert page.count(" checked") == 1


def test_the_script_is_told_what_the_draft_comes_to(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    ayu = member(session, scene, scene.ayu)
    form = judged(**{f"factor-{ayu.id}": "1.10", f"reason-{ayu.id}": ""})
    answer = client_of(scene.citra).post(scene.marking(), data=form, headers={"Accept": "application/json"})
    told = answer.get_json()
    assert told["percent"] == "81,25"
    assert told["members"][str(ayu.id)] == "89,38"
    assert session.scalar(sa.select(sa.func.count()).select_from(Review)) == 1


def test_a_release_gives_every_member_the_groups_mark_times_their_factor(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    ayu, bayu = member(session, scene, scene.ayu), member(session, scene, scene.bayu)
    form = {
        f"factor-{ayu.id}": "1.10",
        f"reason-{ayu.id}": "mengumpulkan seluruh data loket",
        f"factor-{bayu.id}": "0.90",
        f"reason-{bayu.id}": "tidak ikut dua pertemuan",
    }
    release(scene, client_of, **form)
    assert mark_of(session, scene, scene.ayu) == (State.DONE, Decimal("89.38"))
    assert mark_of(session, scene, scene.bayu) == (State.DONE, Decimal("73.13"))
    entry = session.scalars(
        sa.select(MarkEntry).where(MarkEntry.enrolment_id == scene.enrolment(scene.ayu).id)
    ).one()
    assert entry.given_by == scene.citra.id
    assert entry.reason == "Versi 1, faktor 1,10: mengumpulkan seluruh data loket"
    page = client_of(scene.ayu).get(scene.here).text
    for words in ("89,38", "mengumpulkan seluruh data loket", "Sangat baik", "25 dari 25", "meyakinkan"):
        assert words in page
    assert "tidak ikut dua pertemuan" not in page


def test_the_preview_shows_what_members_will_read_and_releases_nothing(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    citra = client_of(scene.citra)
    sent = citra.post(scene.marking(), data=judged(next="preview"))
    page = citra.get(sent.location).text
    assert "Rilis ke 2 anggota" in page
    assert "meyakinkan" in page
    assert "meyakinkan" not in client_of(scene.ayu).get(scene.here).text
    assert ledger(session, scene, scene.ayu) == []


def test_a_release_pressed_twice_counts_once(scene: Scene, client_of: Client, session: Session) -> None:
    scene.submit(scene.ayu)
    release(scene, client_of)
    assert client_of(scene.citra).post(f"{scene.marking()}/rilis").status_code == 303
    assert ledger(session, scene, scene.ayu) == [Decimal("81.25")]


def test_what_is_missing_is_said_at_its_place_and_nothing_typed_is_lost(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    ayu, citra = member(session, scene, scene.ayu), client_of(scene.citra)
    page = citra.post(scene.marking(), data=judged(**{"points-c2": "", "next": "preview"}))
    assert page.status_code == 422
    assert "Kriteria “Ketepatan data” belum dinilai." in page.text
    assert "meyakinkan" in page.text
    form = judged(**{f"factor-{ayu.id}": "0.90", f"reason-{ayu.id}": "", "next": "preview"})
    page = citra.post(scene.marking(), data=form)
    assert page.status_code == 422
    assert "Tulis alasan untuk faktor selain 1,00." in page.text
    assert f'href="#factor-{ayu.id}"' in page.text
    assert citra.post(f"{scene.marking()}/rilis").status_code == 303
    assert ledger(session, scene, scene.ayu) == []
    assert citra.get(f"{scene.marking()}/pratinjau").status_code == 422


def test_there_is_nothing_to_mark_before_something_was_handed_in(scene: Scene, client_of: Client) -> None:
    citra = client_of(scene.citra)
    assert "belum mengumpulkan apa pun" in citra.get(scene.marking()).text
    assert citra.post(scene.marking(), data=judged()).status_code == 422
    scene.submit(scene.ayu)
    assert citra.get(f"{scene.marking()}/pratinjau").status_code == 422
    assert "Belum ada draf" in citra.post(f"{scene.marking()}/rilis", follow_redirects=True).text


def test_a_release_taken_back_is_looked_at_again_and_the_ledger_keeps_both(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    release(scene, client_of)
    citra = client_of(scene.citra)
    assert citra.post(scene.marking(), data=judged()).status_code == 409
    assert "Tulis alasan" in citra.post(f"{scene.marking()}/tarik", data={}, follow_redirects=True).text
    assert mark_of(session, scene, scene.ayu) == (State.DONE, Decimal("81.25"))
    assert citra.post(f"{scene.marking()}/tarik", data={"reason": "salah hitung"}).status_code == 303
    assert mark_of(session, scene, scene.ayu) == (State.WAITING, None)
    page = client_of(scene.ayu).get(scene.here).text
    assert "sedang ditinjau ulang" in page
    assert "81,25" not in page
    assert citra.post(f"{scene.marking()}/tarik", data={"reason": "lagi"}).status_code == 409
    release(scene, client_of, **{"points-c1": "3"})
    assert mark_of(session, scene, scene.ayu) == (State.DONE, Decimal("75.00"))
    assert ledger(session, scene, scene.ayu) == [Decimal("81.25"), None, Decimal("75.00")]
    states = session.scalars(sa.select(Review.state).order_by(Review.id)).all()
    assert states == ["withdrawn", "released"]
    assert "sedang ditinjau ulang" not in client_of(scene.ayu).get(scene.here).text


def test_assessors_stay_apart_and_their_mean_counts(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    release(scene, client_of)
    release(scene, client_of, scene.dewi, **{"points-c1": "3"})
    assert mark_of(session, scene, scene.ayu) == (State.DONE, Decimal("78.13"))
    page = client_of(scene.ayu).get(scene.here).text
    assert "Citra Dewi" in page
    assert "Dewi Anggraini" in page
    client_of(scene.dewi).post(f"{scene.marking()}/tarik", data={"reason": "keliru"})
    assert mark_of(session, scene, scene.ayu) == (State.DONE, Decimal("81.25"))
    assert "sedang ditinjau ulang" not in client_of(scene.ayu).get(scene.here).text


def test_marks_far_apart_wait_for_a_word_of_the_assessors(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    release(scene, client_of)
    dewi = client_of(scene.dewi)
    moderation = scene.marking().removesuffix("nilai") + "moderasi"
    low = judged(**{"points-c1": "1", "points-c2": "2", "points-c3": "2", "next": "preview"})
    page = dewi.post(scene.marking(), data=low)
    assert page.status_code == 422
    assert "berselisih 37,5 poin" in page.text
    assert "Tulis catatan moderasi sebelum merilis" in page.text
    assert "Tulis apa yang disepakati" in dewi.post(moderation, follow_redirects=True).text
    dewi.post(moderation, data={"moderation": "Sepakat: data unit kurang."})
    assert "Sepakat: data unit kurang." in client_of(scene.citra).get(scene.marking()).text
    release(scene, client_of, scene.dewi, **{k: v for k, v in low.items() if k != "next"})
    assert mark_of(session, scene, scene.ayu) == (State.DONE, Decimal("62.50"))


def test_a_stage_gets_words_and_no_mark(scene: Scene, client_of: Client, session: Session) -> None:
    scene.submit(scene.ayu, stage=0)
    citra = client_of(scene.citra)
    refused = citra.post(scene.marking(), data={"next": "preview"})
    assert "Tulis umpan balik untuk kelompok" in refused.text
    sent = citra.post(scene.marking(), data={"comment": "Rancangan disetujui.", "next": "preview"})
    assert "nilai akhir tidak berubah" in citra.get(sent.location).text
    citra.post(f"{scene.marking()}/rilis")
    assert "Rancangan disetujui." in client_of(scene.ayu).get(scene.here).text
    assert ledger(session, scene, scene.ayu) == []
    citra.post(f"{scene.marking()}/tarik", data={"reason": "keliru"})
    assert ledger(session, scene, scene.ayu) == []


def test_the_mark_of_a_later_version_is_not_overtaken_by_an_earlier_one(
    scene: Scene, client_of: Client, session: Session
) -> None:
    first = scene.submit(scene.ayu)
    scene.submit(scene.bayu, now=scene.now + timedelta(hours=1))
    release(scene, client_of)
    citra = client_of(scene.citra)
    old = f"{scene.marking()}?versi={first.id}"
    citra.post(old, data=judged(**{"points-c1": "1"}))
    citra.post(f"{scene.marking()}/rilis?versi={first.id}")
    assert mark_of(session, scene, scene.ayu)[1] == Decimal("81.25")
    citra.post(f"{scene.marking()}/tarik?versi={first.id}", data={"reason": "versi lama"})
    assert mark_of(session, scene, scene.ayu)[1] == Decimal("81.25")


def test_a_changed_rubric_asks_for_another_look(scene: Scene, client_of: Client, session: Session) -> None:
    scene.submit(scene.ayu)
    citra = client_of(scene.citra)
    citra.post(scene.marking(), data=judged())
    changed = [{**RUBRIC[0], "weight": 30}, {**RUBRIC[1], "weight": 30}, RUBRIC[2]]
    edit_project(
        session,
        scene.project,
        brief="Baru",
        group_size=(2, 4),
        milestones=MILESTONES,
        rubric=changed,
        now=scene.now,
    )
    session.commit()
    assert "Rubrik berubah" in citra.post(f"{scene.marking()}/rilis", follow_redirects=True).text
    release(scene, client_of)
    assert mark_of(session, scene, scene.ayu)[1] == Decimal("82.50")


def test_who_left_keeps_their_progress_and_gets_no_later_mark(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    release(scene, client_of)
    by = actor_for(scene.citra, Role.INSTRUCTOR)
    forming.place(session, scene.ran, {scene.enrolment(scene.bayu).id: None}, by=by, now=scene.now)
    session.commit()
    client_of(scene.citra).post(f"{scene.marking()}/tarik", data={"reason": "salah hitung"})
    assert mark_of(session, scene, scene.ayu) == (State.WAITING, None)
    assert mark_of(session, scene, scene.bayu) == (State.DONE, Decimal("81.25"))
    assert "Pernah menjadi anggota: Bayu Saputra" in client_of(scene.ayu).get(scene.here).text


def test_where_handing_in_is_all_the_activity_is_done_at_once(
    scene: Scene, client_of: Client, session: Session
) -> None:
    session.get_one(Activity, scene.activity_id).completion = Completion.SUBMITTED
    session.commit()
    scene.submit(scene.ayu)
    assert mark_of(session, scene, scene.bayu) == (State.DONE, None)
    release(scene, client_of)
    client_of(scene.citra).post(f"{scene.marking()}/tarik", data={"reason": "salah"})
    assert mark_of(session, scene, scene.bayu) == (State.DONE, None)


def test_instructors_hear_of_work_and_members_of_marks(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    release(scene, client_of)
    told = session.execute(sa.select(Notification.person_id, Notification.kind, Notification.path)).all()
    assert (scene.citra.id, "projects:submitted", scene.marking()) in told
    assert (scene.bayu.id, "projects:handed-in", scene.here) in told
    assert {row.person_id for row in told if row.kind == "projects:reviewed"} == {
        scene.ayu.id,
        scene.bayu.id,
    }
    assert len([row for row in told if row.kind.startswith("projects:")]) == 4


def test_factors_of_the_last_release_are_proposed_for_the_next_version(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.submit(scene.ayu)
    ayu = member(session, scene, scene.ayu)
    release(scene, client_of, **{f"factor-{ayu.id}": "0.95", f"reason-{ayu.id}": "datang terlambat"})
    scene.submit(scene.bayu, now=scene.now + timedelta(hours=1))
    page = client_of(scene.citra).get(scene.marking()).text
    assert "datang terlambat" in page
    assert 'value="0.95" selected' in page
    assert session.scalars(sa.select(Factor.value).where(Factor.member_id == ayu.id)).one() == Decimal("0.95")


@pytest.mark.parametrize("what", ["nilai", "nilai/rilis", "nilai/tarik", "moderasi", "diskusi"])
def test_only_those_who_mark_the_class_may_write(scene: Scene, client_of: Client, what: str) -> None:
    scene.submit(scene.ayu)
    path = f"{scene.desk}/kelompok/{scene.group.id}/{what}"
    form = judged(reason="x", moderation="x", text="x", client_id=str(uuid.uuid4()))
    assert client_of(scene.gita).post(path, data=form).status_code == 403
    assert client_of(scene.ayu).post(path, data=form).status_code == 403
    assert client_of(scene.hadi).post(path, data=form).status_code == 404
    assert client_of(scene.wayan).post(path, data=form).status_code == 404


def test_pages_of_marking_are_for_those_who_teach_or_oversee_the_class(
    scene: Scene, client_of: Client, session: Session
) -> None:
    media = make_file(session, scene.ayu, scene.now)
    session.commit()
    client_of(scene.ayu).post(
        f"{scene.here}/versi",
        data={"text": "x", "stage": "", "client_id": str(uuid.uuid4()), "media": str(media.id)},
    )
    file = f"{scene.desk}/kelompok/{scene.group.id}/berkas/{media.id}"
    for person, status in [
        (scene.citra, 200),
        (scene.dewi, 200),
        (scene.gita, 200),
        (scene.hadi, 404),
        (scene.wayan, 404),
        (scene.ayu, 403),
        (None, 302),
    ]:
        client = client_of(person)
        assert client.get(scene.marking()).status_code == status
        assert client.get(scene.desk).status_code == status
        assert client.get(f"{scene.desk}/nilai.csv").status_code == status
        assert client.get(file).status_code == (302 if status == 200 else status)
    assert (
        client_of(scene.citra)
        .get(f"{scene.desk}/kelompok/{scene.other_group.id}/berkas/{media.id}")
        .status_code
        == 404
    )


def test_an_auditor_reads_without_buttons(scene: Scene, client_of: Client) -> None:
    scene.submit(scene.ayu)
    release(scene, client_of)
    page = client_of(scene.gita).get(scene.marking()).text
    assert "81,25" in page
    for words in ("Simpan draf", "Tarik penilaian", "Kirim tanggapan"):
        assert words not in page


def test_somebody_elses_version_does_not_exist(scene: Scene, client_of: Client) -> None:
    scene.submit(scene.ayu)
    other = scene.submit(scene.budi)
    citra = client_of(scene.citra)
    assert citra.get(f"{scene.marking()}?versi={other.id}").status_code == 404
    assert citra.get(f"{scene.marking()}?versi=x").status_code == 404
    assert citra.get(scene.marking().replace(str(scene.group.id), str(uuid.uuid4()))).status_code == 404


def test_staff_speak_in_the_groups_discussion(scene: Scene, client_of: Client) -> None:
    citra, path = client_of(scene.citra), f"{scene.desk}/kelompok/{scene.group.id}/diskusi"
    citra.post(path, data={"text": "Cantumkan sumbernya.", "client_id": str(uuid.uuid4())})
    citra.post(path, data={"text": " ", "client_id": str(uuid.uuid4())})
    assert "Cantumkan sumbernya." in client_of(scene.ayu).get(scene.here).text


def test_the_database_refuses_to_change_a_version(scene: Scene, session: Session) -> None:
    version = scene.submit(scene.ayu)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), session.begin_nested():
        session.execute(sa.update(Version).where(Version.id == version.id).values(text="lain"))


def test_the_list_of_groups_needs_as_many_statements_for_many_as_for_two(
    scene: Scene, client_of: Client, session: Session, app: Flask
) -> None:
    citra = client_of(scene.citra)
    with statements(app) as few:
        citra.get(scene.desk)
    for number in range(6):
        person = make_person(session, scene.agency, f"Peserta {number}")
        scene.enrol(person)
        scene.form(f"Tambahan {number}", person)
        scene.submit(person)
    with statements(app) as many:
        page = citra.get(scene.desk)
    assert page.text.count("Dikumpulkan") > 6
    assert len(many) == len(few) <= 5
    with statements(app) as desk:
        citra.get(scene.marking())
    assert len(desk) <= 5


def test_staff_of_the_class_may_mark_even_from_another_agency(
    scene: Scene, client_of: Client, session: Session
) -> None:
    assign_staff(session, scene.cohort, scene.wayan.id)
    session.commit()
    scene.submit(scene.ayu)
    release(scene, client_of, scene.wayan)
    assert mark_of(session, scene, scene.ayu)[1] == Decimal("81.25")


def test_whose_work_an_assessor_opened_is_logged_for_each_member_and_members_leave_no_line(
    scene: Scene, client_of: Client
) -> None:
    scene.submit(scene.ayu, "Antrean kami panjang.")
    citra = client_of(scene.citra)
    with looks() as seen:
        assert citra.get(scene.marking()).status_code == 200
        assert citra.post(scene.marking(), data=judged()).status_code == 303
        assert citra.get(f"{scene.marking()}/pratinjau").status_code == 200
        assert client_of(scene.ayu).get(scene.here).status_code == 200
        assert client_of(scene.budi).get(scene.marking()).status_code == 403
    pages = ("projects.review", "projects.preview")
    members = (scene.ayu.id, scene.bayu.id)
    assert sorted(seen) == sorted(look(scene.citra.id, one, page) for page in pages for one in members)
