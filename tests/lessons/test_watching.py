"""Watching and finishing, as phones tell it: at once, twice, late, in any order, from two devices."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Completion
from courses.lessons.models import LessonMedia, Part, Watched
from courses.progress.models import Progress, State
from lms.database import new_id
from lms.people.models import Person
from tests.conftest import Client
from tests.lessons.conftest import Scene
from tests.lessons.test_files import fake_document, fake_video


def told(kind: str, made: datetime | None = None, **content: Any) -> dict[str, Any]:
    """An operation as the outbox sends it."""
    stamp = round(made.timestamp() * 1000) if made else None
    return {"id": str(new_id()), "kind": kind, "order": 1, "content": content, "made": stamp}


class Phone:
    """A phone of somebody that brings what its outbox holds."""

    def __init__(self, client_of: Client, person: Person) -> None:
        self.client, self.person, self.device = client_of(person), person, str(uuid.uuid4())

    def send(self, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        numbered = [{**operation, "order": n} for n, operation in enumerate(operations, 1)]
        body = {"person": str(self.person.id), "device": self.device, "operations": numbered}
        answer = self.client.post("/kirim", json=body)
        assert answer.status_code == 200, answer.text
        receipts: dict[str, dict[str, Any]] = answer.get_json()["receipts"]
        return [receipts[operation["id"]] for operation in operations]


@pytest.fixture
def phone(scene: Scene, client_of: Client) -> Phone:
    return Phone(client_of, scene.ayu)


def watched(
    scene: Scene, file: LessonMedia, *ranges: Sequence[int], made: datetime | None = None
) -> dict[str, Any]:
    content = {
        "cohort": str(scene.cohort.id),
        "activity": str(file.activity_id),
        "file": str(file.id),
        "ranges": [list(pair) for pair in ranges],
        "position": ranges[-1][1] if ranges else 0,
    }
    return told("lessons:watched", made, **content)


def done(scene: Scene, lesson: Activity) -> dict[str, Any]:
    return told("lessons:done", cohort=str(scene.cohort.id), activity=str(lesson.id))


def state_of(session: Session, scene: Scene, lesson: Activity) -> State | None:
    session.expire_all()
    found = session.get(Progress, (scene.seat.id, lesson.id))
    return found.state if found else None


def to_watch(session: Session, scene: Scene, percent: int = 90) -> tuple[Activity, LessonMedia]:
    lesson = scene.add_lesson("Wawancara", Completion.WATCHED)
    lesson.watch_percent = percent
    return lesson, fake_video(session, scene, lesson)


def test_a_video_is_complete_when_as_much_was_played_as_its_author_asks(
    scene: Scene, session: Session, client_of: Client, phone: Phone
) -> None:
    lesson, file = to_watch(session, scene)
    page, ayu = f"/kelas/{scene.cohort.id}/pelajaran/{lesson.id}", client_of(scene.ayu)
    assert "Tonton sedikitnya 90% untuk menyelesaikan" in ayu.get(page).text
    refused = ayu.post(f"{page}/selesai")
    assert refused.status_code == 409
    assert "Putar sedikitnya 90%" in refused.text
    seen = [
        phone.send(watched(scene, file, pair))[0]["answer"]["seen"]
        for pair in ((60_000, 90_000), (60_000, 90_000), (0, 59_000))
    ]
    assert seen == [30, 30, 89]
    assert "0.59" in ayu.get(page).text
    [receipt] = phone.send(watched(scene, file, (59_000, 999_000)))
    assert receipt["answer"] == {"seen": 100, "enough": 90, "done": True}
    assert state_of(session, scene, lesson) is State.DONE
    assert ayu.post(f"{page}/selesai").status_code == 303


def test_asking_for_less_later_lets_those_finish_who_have_seen_it(
    scene: Scene, session: Session, client_of: Client, phone: Phone
) -> None:
    lesson, file = to_watch(session, scene)
    phone.send(watched(scene, file, (0, 60_000)))
    page, ayu = f"/kelas/{scene.cohort.id}/pelajaran/{lesson.id}", client_of(scene.ayu)
    assert ayu.post(f"{page}/selesai").status_code == 409
    assert phone.send(done(scene, lesson))[0]["status"] == "refused"
    lesson.watch_percent = 50
    session.commit()
    assert "Tandai selesai dan lanjutkan" in ayu.get(page).text
    assert phone.send(done(scene, lesson))[0]["status"] == "saved"
    assert state_of(session, scene, lesson) is State.DONE


def test_what_is_finished_twice_is_finished_once_and_says_what_comes_next(
    scene: Scene, session: Session, phone: Phone
) -> None:
    following = scene.add_lesson("Menolak berkas")
    first, second = phone.send(done(scene, scene.lesson), done(scene, scene.lesson))
    assert first == second
    assert first["answer"]["next"] == f"/kelas/{scene.cohort.id}/pelajaran/{following.id}"
    assert phone.send(done(scene, following))[0]["answer"]["next"] == f"/kelas/{scene.cohort.id}"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_work_done_offline_counts_in_whatever_order_it_arrives(
    scene: Scene, session: Session, phone: Phone, order: tuple[int, ...]
) -> None:
    """A lesson opens the film, and the film opens the last lesson."""
    film, file = to_watch(session, scene)
    last = scene.add_lesson("Penutup")
    film.after_id, last.after_id = scene.lesson.id, film.id
    session.commit()
    work = [done(scene, scene.lesson), watched(scene, file, (0, 95_000)), done(scene, last)]
    statuses = [phone.send(work[number])[0]["status"] for number in order]
    assert "refused" not in statuses
    assert {state_of(session, scene, lesson) for lesson in (scene.lesson, film, last)} == {State.DONE}


def test_a_wish_opens_nothing_by_itself(
    scene: Scene, session: Session, client_of: Client, phone: Phone
) -> None:
    locked = scene.add_lesson("Penutup")
    locked.after_id = scene.lesson.id
    session.commit()
    [receipt] = phone.send(done(scene, locked))
    assert receipt["status"] == "kept"
    assert "dihitung selesai setelah" in receipt["message"]
    assert state_of(session, scene, locked) is State.DOING
    assert client_of(scene.ayu).get(f"/kelas/{scene.cohort.id}/pelajaran/{locked.id}").status_code == 409


def test_the_last_second_is_the_latest_one_whichever_phone_tells_it_last(
    scene: Scene, session: Session, client_of: Client, phone: Phone, now: datetime
) -> None:
    file, tablet = fake_video(session, scene, scene.lesson), Phone(client_of, scene.ayu)
    tablet.send(watched(scene, file, (0, 70_000), made=now))
    phone.send(watched(scene, file, (0, 20_000), made=now - timedelta(hours=3)))
    session.expire_all()
    stood = session.get_one(Watched, (scene.seat.id, file.id))
    assert (stood.position, stood.ranges) == (70_000, [[0, 70_000]])
    page = client_of(scene.ayu).get(scene.page).text
    assert 'data-start="70"' in page
    assert "1.10" in page


def test_a_phone_whose_clock_runs_ahead_does_not_hold_the_place_for_ever(
    scene: Scene, session: Session, phone: Phone, now: datetime
) -> None:
    file = fake_video(session, scene, scene.lesson)
    phone.send(watched(scene, file, (0, 70_000), made=now + timedelta(days=400)))
    phone.send(watched(scene, file, (70_000, 80_000)))
    session.expire_all()
    assert session.get_one(Watched, (scene.seat.id, file.id)).position == 80_000


def test_who_has_seen_it_to_the_end_begins_anew(
    scene: Scene, session: Session, client_of: Client, phone: Phone
) -> None:
    file = fake_video(session, scene, scene.lesson)
    phone.send(watched(scene, file, (0, 99_000)))
    assert 'data-start="0"' in client_of(scene.ayu).get(scene.page).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"ranges": "x"},
        {"ranges": [[1]]},
        {"ranges": [[0, -5]]},
        {"ranges": [["a", 2]]},
        {"ranges": [[0, 1e12]]},
        {"position": True},
        {"file": "x"},
        {"activity": str(uuid.uuid4())},
        {"cohort": str(uuid.uuid4())},
    ],
)
def test_reports_that_make_no_sense_are_refused_alone(
    scene: Scene, session: Session, phone: Phone, wrong: dict[str, Any]
) -> None:
    file = fake_video(session, scene, scene.lesson)
    nonsense = watched(scene, file, (0, 1000))
    nonsense["content"] |= wrong
    bad, good = phone.send(nonsense, watched(scene, file, (0, 50_000)))
    assert (bad["status"], good["status"]) == ("refused", "saved")
    assert good["answer"]["seen"] == 50


def test_nobody_tells_of_a_class_they_do_not_attend(
    scene: Scene, session: Session, client_of: Client
) -> None:
    file = fake_video(session, scene, scene.lesson)
    budi = Phone(client_of, scene.budi)
    assert [r["status"] for r in budi.send(watched(scene, file, (0, 1000)), done(scene, scene.lesson))] == [
        "refused",
        "refused",
    ]
    assert session.get(Progress, (scene.seat.id, scene.lesson.id)) is None


def test_a_page_that_stood_too_long_gets_a_fresh_address(
    scene: Scene, app: Flask, session: Session, client_of: Client
) -> None:
    file, ayu = fake_video(session, scene, scene.lesson), client_of(scene.ayu)
    fresh = f"{scene.page}/putar/{file.id}"
    answer = ayu.get(f"{fresh}?versi=play")
    assert answer.status_code == 302
    with ayu.get(answer.location) as film:
        assert film.status_code == 200
    assert ayu.get(f"{fresh}?versi=1080p").status_code == 404
    assert client_of(scene.budi).get(f"{fresh}?versi=play").status_code == 404


def test_a_recording_is_heard_with_its_transcript(
    scene: Scene, session: Session, client_of: Client, phone: Phone
) -> None:
    file = fake_video(session, scene, scene.lesson)
    media = scene.media_of(file)
    file.part, file.captions = Part.AUDIO, "WEBVTT\n\n00:01.000 --> 00:02.000\nSelamat pagi.\n"
    media.kind, media.content_type = "m4a", "audio/mp4"
    media.renditions = {
        name: {"key": media.key, "type": "audio/mp4", "size": size}
        for name, size in (("audio", 700_000), ("play", 4_000_000))
    }
    session.commit()
    page = client_of(scene.ayu).get(scene.page).text
    assert "<audio controls" in page
    assert "<video" not in page
    assert 'data-usual="audio"' in page
    assert "700 KB" in page
    assert "4 MB" not in page
    assert "Selamat pagi." in page
    phone.send(watched(scene, file, (0, 50_000)))
    assert "Anda terakhir mendengarkan sampai" in client_of(scene.ayu).get(scene.page).text


def test_who_saves_data_hears_first_and_nothing_loads_by_itself(
    scene: Scene, session: Session, client_of: Client
) -> None:
    file = fake_video(session, scene, scene.lesson)
    media = scene.media_of(file)
    media.renditions = {
        "audio": {"key": media.key, "type": "audio/mp4", "size": 700_000},
        "240p": {"key": media.key, "type": "video/mp4", "size": 4_600_000},
        "play": {"key": media.key, "type": "video/mp4", "size": 40_000_000},
    }
    session.commit()
    usual = client_of(scene.ayu).get(scene.page).text
    sparing = client_of(scene.ayu).get(scene.page, headers={"Save-Data": "on"}).text
    assert 'data-usual="240p"' in usual
    assert 'data-usual="audio"' in sparing
    assert "Hemat data: audio dipilih lebih dahulu." in sparing
    for page in (usual, sparing):
        assert page.count('preload="none"') == 1
        assert "autoplay" not in page
        assert "40 MB" not in page


def test_pages_that_were_read_are_kept_and_one_goes_on_where_one_stood(
    scene: Scene, session: Session, client_of: Client, phone: Phone
) -> None:
    lesson = scene.add_lesson("Pedoman")
    file = fake_document(session, scene, lesson)
    page, ayu = f"/kelas/{scene.cohort.id}/pelajaran/{lesson.id}", client_of(scene.ayu)
    assert "24 halaman" in ayu.get(page).text
    assert "Lanjutkan di halaman" not in ayu.get(page).text
    phone.send(watched(scene, file, (0, 3), (11, 12)), watched(scene, file, (11, 12), (90, 99)))
    shown = ayu.get(page).text
    assert "4 dari 24 halaman dibaca" in shown
    assert "Lanjutkan di halaman 24" in shown
    phone.send(watched(scene, file, (13, 14)))
    shown = ayu.get(page).text
    assert "Lanjutkan di halaman 14" in shown
    assert f'{page}?page=2#halaman-14"' in shown
    assert 'id="halaman-14"' in ayu.get(f"{page}?page=2").text
    assert "Lanjutkan di halaman" not in ayu.get(f"{page}?page=2").text
    assert state_of(session, scene, lesson) is not State.DONE


def test_two_documents_of_a_lesson_never_share_a_place_to_jump_to(
    scene: Scene, session: Session, client_of: Client, phone: Phone
) -> None:
    lesson = scene.add_lesson("Dua pedoman")
    fake_document(session, scene, lesson)
    second = fake_document(session, scene, lesson)
    phone.send(watched(scene, second, (4, 5)))
    shown = client_of(scene.ayu).get(f"/kelas/{scene.cohort.id}/pelajaran/{lesson.id}").text
    places = re.findall(r' id="(halaman-[^"]+)"', shown)
    assert len(places) == len(set(places)) == 20
    assert '#halaman-2-5"' in shown
