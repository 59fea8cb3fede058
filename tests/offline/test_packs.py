"""What may be taken away, by whom, and how it is marked; the handshake; whose wish "Hemat data" is."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.cohorts.models import EnrolmentState
from courses.cohorts.queries import seat_of
from courses.downloads.queries import packs_of
from courses.lessons.models import LessonMedia, Part
from courses.lessons.services import write_lesson
from courses.progress.models import State
from courses.progress.outline import PAGE_BYTES
from courses.progress.queries import outline_of
from courses.progress.services import record
from courses.quizzes.models import Attempt, QuizRole
from lms.auth.services import prefer
from lms.offline.protocol import REACH, understands
from tests.conftest import Client, Statements
from tests.factories.people import actor_for
from tests.offline.scene import Classroom

IMAGES = Path(__file__).parents[2] / "static" / "img"
FILM = bytes(range(256)) * 1000


@pytest.fixture
def room(app: Flask, session: Session, now: datetime) -> Classroom:
    made = Classroom(session, app.extensions["store"], FILM, now)
    session.commit()
    return made


def listed(client_of: Client, room: Classroom, **query: str) -> dict[str, Any]:
    answer = client_of(room.ayu).post(room.list, query_string=query)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_module_lists_its_pages_and_its_film_with_their_sizes(client_of: Client, room: Classroom) -> None:
    found = listed(client_of, room)
    titles = [page["title"] for page in found["pages"] if page["kind"]]
    assert titles == ["Salam di loket", "Latihan loket"]
    assert [file["size"] for file in found["files"]] == [len(FILM)]
    assert found["person"] == str(room.ayu.id)
    assert found["bytes"] > len(FILM)


def test_a_module_costs_what_the_page_of_its_class_says(
    session: Session, room: Classroom, now: datetime
) -> None:
    write_lesson(session, room.lesson, "Salam. " * 2000, by=actor_for(room.ayu), now=now)
    seat = seat_of(session, actor_for(room.ayu), room.cohort.id)
    [pack] = packs_of(session, seat, outline_of(session, seat, now=now), None)
    assert pack.bytes == sum(row.bytes for row in pack.rows) > 2 * PAGE_BYTES + len(FILM)


def test_files_to_save_come_along_once_they_are_safe(
    client_of: Client, room: Classroom, session: Session
) -> None:
    row = session.query(LessonMedia).filter_by(media_id=room.media.id).one()
    row.part = Part.ATTACHMENT
    session.commit()
    found = listed(client_of, room)
    assert [file["size"] for file in found["files"]] == [room.media.size]
    assert f"/{room.media.id}/original" in found["files"][0]["url"]
    room.media.stored_at = None
    session.commit()
    assert listed(client_of, room)["files"] == []


def test_a_locked_lesson_stays_out_until_it_opens(
    client_of: Client, room: Classroom, session: Session, now: datetime
) -> None:
    assert "Nanti" not in json.dumps(listed(client_of, room))
    enrolment = session.execute(sa.text("SELECT id FROM enrolment")).scalar_one()
    record(session, enrolment, room.lesson.id, State.DONE, now=now)
    session.commit()
    assert "Nanti" in json.dumps(listed(client_of, room))


def test_a_practice_quiz_is_prepared_once(client_of: Client, room: Classroom, session: Session) -> None:
    first, second = listed(client_of, room), listed(client_of, room)
    attempts = [page["url"] for page in first["pages"] if "/percobaan/" in page["url"]]
    assert len(attempts) == 1
    assert attempts == [page["url"] for page in second["pages"] if "/percobaan/" in page["url"]]
    assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"offline": False},
        {"role": QuizRole.POST},
        {"time_limit_minutes": 20},
        {"offline": True, "time_limit_minutes": 5},
    ],
)
def test_no_attempt_begins_by_itself_where_the_author_forbids_it_or_time_would_run(
    client_of: Client, room: Classroom, session: Session, settings: dict[str, Any]
) -> None:
    for name, value in settings.items():
        setattr(room.quiz, name, value)
    session.commit()
    listed(client_of, room)
    assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


def test_another_quality_is_taken_where_there_is_one(
    client_of: Client, room: Classroom, session: Session
) -> None:
    small = {"key": f"media/{room.media.id}/audio.m4a", "type": "audio/mp4", "size": 7}
    room.media.renditions = {**room.media.renditions, "audio": small}
    session.commit()
    assert [file["size"] for file in listed(client_of, room, mutu="audio")["files"]] == [7]
    assert [file["size"] for file in listed(client_of, room, mutu="720p")["files"]] == [len(FILM)]
    assert "Mutu video" in client_of(room.ayu).get(room.downloads).text


def test_only_learners_of_the_class_take_it_away(
    client_of: Client, room: Classroom, session: Session
) -> None:
    assert client_of(room.budi).post(room.list).status_code == 404
    assert client_of(room.budi).get(room.downloads).status_code == 404
    assert client_of(room.ayu).post(f"{room.downloads}/{uuid.uuid4()}").status_code == 404
    session.execute(sa.text("UPDATE enrolment SET state = :state"), {"state": EnrolmentState.WITHDRAWN.value})
    session.commit()
    assert client_of(room.ayu).post(room.list).status_code == 404


def test_the_page_stays_within_its_budget(client_of: Client, room: Classroom, statements: Statements) -> None:
    client = client_of(room.ayu)
    with statements() as sent:
        page = client.get(room.downloads)
    assert page.status_code == 200
    assert len(sent) <= 5
    assert "1 terkunci, belum ikut" in page.text


def test_pages_to_take_away_say_whose_they_are(client_of: Client, room: Classroom) -> None:
    for path in (room.page, room.cover, room.downloads, "/kelas"):
        answer = client_of(room.ayu).get(path)
        assert answer.headers["X-Bina-Storable"] == "page"
        assert answer.headers["X-Bina-Person"] == str(room.ayu.id)


def test_other_pages_and_refusals_are_not_storable(client_of: Client, room: Classroom) -> None:
    for path in ("/akun", "/", room.page.replace(str(room.lesson.id), str(room.locked.id))):
        assert "X-Bina-Storable" not in client_of(room.ayu).get(path).headers
    assert "X-Bina-Storable" not in client_of(None).get(room.page).headers


def test_an_old_worker_is_understood_for_two_releases_and_then_told(
    client_of: Client, room: Classroom
) -> None:
    assert client_of(room.ayu).post(f"{room.list}?p=1").status_code == 200
    assert client_of(room.ayu).post(f"{room.list}?p=99").status_code == 409


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_both_sides_agree_whether_they_understand_each_other(mine: int, theirs: int) -> None:
    assert understands(mine, ours=theirs) == understands(theirs, ours=mine)
    assert understands(mine, ours=mine + REACH)
    assert not understands(mine, ours=mine + REACH + 1)


def test_bina_can_be_installed(client_of: Client) -> None:
    client = client_of(None)
    facts = json.loads(client.get("/manifest.webmanifest").text)
    assert {icon["purpose"] for icon in facts["icons"]} == {"any", "maskable"}
    for icon in facts["icons"]:
        assert (IMAGES / icon["src"].rpartition("/")[2]).is_file()
    worker = client.get("/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert len(worker.data) <= 15_000


def test_the_page_without_a_network_is_nobodys(client_of: Client) -> None:
    assert client_of(None).get("/luring").status_code == 200


def test_hemat_data_follows_the_phone_until_its_owner_chooses(
    client_of: Client, room: Classroom, session: Session
) -> None:
    asks = {"Save-Data": "on"}
    assert "Hemat data" in client_of(room.ayu).get("/", headers=asks).text
    assert "Hemat data" not in client_of(room.ayu).get("/").text
    prefer(session, actor_for(room.ayu), locale="id", theme="auto", data_saver=False)
    session.commit()
    assert "Hemat data" not in client_of(room.ayu).get("/", headers=asks).text
    prefer(session, actor_for(room.ayu), locale="id", theme="auto", data_saver=True)
    session.commit()
    assert "Hemat data" in client_of(room.ayu).get("/").text
