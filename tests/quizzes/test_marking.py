"""Essays are marked by a person: in a queue, by the rubric, on the record, and only by those who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from courses.progress.models import MarkEntry, Progress, State
from courses.quizzes.models import AnswerMark, AttemptState, ExtraTime
from lms.notifications.models import Notification, Outgoing
from tests.conftest import Client
from tests.factories.learning import ESSAY, make_quiz
from tests.lookers import look, looks
from tests.quizzes.room import NUMBER, Room, attempts, many, statements
from tests.quizzes.sending import keep
from tests.quizzes.test_attempts import begin

PLAIN_ESSAY = {**ESSAY, "text": "<p>Ceritakan.</p>", "rubric": []}


@pytest.fixture
def room(session: Session, now: datetime) -> Room:
    return Room(session, now, NUMBER, ESSAY)


def write(room: Room, client_of: Client, **answers: str) -> str:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"1": "9", "2": "Saya mencatat waktu tunggu.", **answers})
    ayu.post(f"{at}/kumpulkan")
    return at


def desk_of(room: Room, session: Session, number: int = 2) -> str:
    return f"{room.desk}/penilaian/{attempts(session)[0].id}/{number}"


def test_an_essay_waits_in_the_queue_until_it_is_marked_and_the_learner_is_told(
    room: Room, client_of: Client, session: Session
) -> None:
    at = write(room, client_of)
    assert session.scalars(sa.select(Progress.state)).one() == State.WAITING
    citra = client_of(room.citra)
    queue = citra.get(f"{room.desk}/penilaian").text
    assert "Ayu Lestari" in queue
    assert "Jelaskan." in queue
    desk = desk_of(room, session)
    assert "Saya mencatat waktu tunggu." in citra.get(desk).text
    marked = citra.post(desk, data={"level_0": "1", "comment": "Jelas dan runtut."}, follow_redirects=True)
    assert "Tidak ada yang perlu dinilai" in marked.text
    attempt = attempts(session)[0]
    assert (attempt.state, attempt.passed) == (AttemptState.MARKED, True)
    assert attempt.percent == 100
    entry = session.scalars(sa.select(MarkEntry)).one()
    assert entry.percent == 100
    assert entry.given_by == room.citra.id
    told = session.scalars(sa.select(Notification).where(Notification.kind == "quizzes:marked")).one()
    assert told.person_id == room.ayu.id
    assert told.path == f"{at}/hasil"
    assert "Jelas dan runtut." in client_of(room.ayu).get(told.path).text


def test_a_mark_may_be_changed_with_a_reason_and_nothing_is_hidden(
    room: Room, client_of: Client, session: Session
) -> None:
    write(room, client_of)
    citra, desk = client_of(room.citra), desk_of(room, session)
    citra.post(desk, data={"level_0": "1", "comment": "Baik."})
    refused = citra.post(desk, data={"level_0": "0", "comment": "Kurang tepat."})
    assert refused.status_code == 422
    assert "Tulis alasan mengubah nilai" in refused.text
    assert "Kurang tepat." in refused.text
    citra.post(desk, data={"level_0": "0", "comment": "Kurang.", "reason": "Salah membaca"})
    marks = session.scalars(sa.select(AnswerMark).order_by(AnswerMark.id)).all()
    assert [(int(mark.share), mark.reason) for mark in marks] == [(1, ""), (0, "Salah membaca")]
    ledger = session.scalars(sa.select(MarkEntry).order_by(MarkEntry.id)).all()
    assert [(entry.percent, entry.reason) for entry in ledger][1:] == [(Decimal("33.33"), "Salah membaca")]
    assert "Salah membaca" in citra.get(desk).text
    assert session.scalars(sa.select(Progress.percent)).one() == Decimal("33.33")
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(sa.delete(AnswerMark))


def test_the_same_mark_twice_is_one_mark(room: Room, client_of: Client, session: Session) -> None:
    write(room, client_of)
    citra, desk = client_of(room.citra), desk_of(room, session)
    for _ in range(2):
        assert citra.post(desk, data={"level_0": "1", "comment": "Baik."}).status_code == 303
    for table in (AnswerMark, MarkEntry):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 1
    assert (
        len(session.scalars(sa.select(Notification).where(Notification.kind == "quizzes:marked")).all()) == 1
    )


@pytest.mark.parametrize("form", [{}, {"level_0": ""}, {"level_0": "7"}, {"level_0": "-1"}, {"level_0": "x"}])
def test_every_criterion_needs_a_level(
    form: dict[str, str], room: Room, client_of: Client, session: Session
) -> None:
    write(room, client_of)
    refused = client_of(room.citra).post(desk_of(room, session), data={**form, "comment": "Tetap ada."})
    assert refused.status_code == 422
    assert "Pilih satu tingkat untuk setiap kriteria." in refused.text
    assert "Tetap ada." in refused.text


def test_without_a_rubric_points_are_typed_as_people_type_them(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, NUMBER, PLAIN_ESSAY)
    write(room, client_of)
    citra, desk = client_of(room.citra), desk_of(room, session)
    for typed in ("", "21", "-1", "banyak"):
        assert citra.post(desk, data={"points": typed}).status_code == 422
    assert citra.post(desk, data={"points": "12,5"}).status_code == 303
    assert attempts(session)[0].points == Decimal("22.50")
    assert 'value="12,5"' in citra.get(desk).text


def test_with_two_essays_the_learner_waits_for_both(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, NUMBER, ESSAY, PLAIN_ESSAY)
    write(room, client_of, **{"3": "Suatu hari."})
    citra = client_of(room.citra)
    then = citra.post(desk_of(room, session), data={"level_0": "1"})
    assert then.location == desk_of(room, session, 3)
    assert attempts(session)[0].state is AttemptState.SUBMITTED
    assert not session.scalars(sa.select(MarkEntry)).all()
    citra.post(then.location, data={"points": "20"})
    assert attempts(session)[0].percent == 100


def test_nothing_written_makes_nobody_wait(room: Room, client_of: Client, session: Session) -> None:
    write(room, client_of, **{"2": " "})
    assert attempts(session)[0].state is AttemptState.MARKED
    assert client_of(room.citra).get(desk_of(room, session)).status_code == 404


def test_only_the_class_and_its_administrators_mark(room: Room, client_of: Client, session: Session) -> None:
    write(room, client_of)
    desk = desk_of(room, session)
    pages = (f"{room.desk}/penilaian", desk, f"{room.desk}/kuis/{room.quiz.activity_id}/tambahan-waktu")
    for person, status in (
        (room.citra, 200),
        (room.dewi, 200),
        (room.eko, 404),
        (room.gita, 404),
        (room.fitri, 403),
        (room.ayu, 403),
    ):
        for page in pages:
            assert client_of(person).get(page).status_code == status, (person.full_name, page)
    for person in (room.eko, room.gita, room.fitri, room.ayu):
        assert client_of(person).post(desk, data={"level_0": "1"}).status_code in {403, 404}
    assert not session.scalars(sa.select(AnswerMark)).all()


def test_an_answer_is_marked_only_in_its_own_class(
    room: Room, client_of: Client, session: Session, now: datetime
) -> None:
    write(room, client_of)
    other = Room(session, now, NUMBER)
    address = desk_of(room, session).replace(str(room.cohort.id), str(other.cohort.id))
    assert client_of(other.citra).get(address).status_code == 404
    assert client_of(other.citra).post(address, data={"level_0": "1"}).status_code == 404


def test_the_class_sees_means_gain_and_how_many_passed(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, *many(4), role="pre")
    last = make_quiz(session, room.module, now, *many(4), title="Tes akhir", role="post", shuffle=False)
    session.commit()
    first_here = room.here
    for person, right in ((room.ayu, (2, 4)), (room.budi, (0, 2))):
        client = client_of(person)
        for here, count in zip(
            (first_here, first_here.replace(str(room.quiz.activity_id), str(last.activity_id))),
            right,
            strict=True,
        ):
            room.here = here
            at = begin(client, room)
            answers = next(found for found in attempts(session) if str(found.id) in at)
            keys = [key["content"]["options"] for key in answers.keys[:count]]
            keep(
                client,
                at,
                {str(n): next(o["id"] for o in options if o["correct"]) for n, options in enumerate(keys, 1)},
            )
            client.post(f"{at}/kumpulkan")
    page = client_of(room.citra).get(f"{room.desk}/kuis").text
    flat = " ".join(page.split())
    assert '<p class="big-number">25' in flat
    assert '<p class="big-number">75' in flat
    assert '<p class="big-number">50 <small>poin' in flat
    assert '<p class="big-number">75%' in flat
    assert 'data-label="Lulus">50%' in flat
    assert client_of(room.fitri).get(f"{room.desk}/kuis").status_code == 200
    assert client_of(room.eko).get(f"{room.desk}/kuis").status_code == 404
    assert client_of(room.ayu).get(f"{room.desk}/kuis").status_code == 403
    with statements(session) as seen:
        client_of(room.dewi).get(f"{room.desk}/kuis")
    assert len([line for line in seen if line.startswith("SELECT")]) <= 6


def test_extra_time_is_given_kept_and_noted(session: Session, now: datetime, client_of: Client) -> None:
    room = Room(session, now, NUMBER, time_limit_minutes=20)
    begin(client_of(room.ayu), room)
    before = attempts(session)[0].deadline
    assert before
    page = f"{room.desk}/kuis/{room.quiz.activity_id}/tambahan-waktu"
    citra = client_of(room.citra)
    assert "Sedang mengerjakan sampai" in citra.get(page).text
    mine, his = f"percent_{room.seat.id}", f"percent_{room.budis_seat.id}"
    for wrong in ("301", "-5", "2,5", "banyak"):
        refused = citra.post(page, data={mine: wrong, his: "25"})
        assert refused.status_code == 422
        assert f'value="{wrong}"' in refused.text
    assert "2 orang berubah" in citra.post(page, data={mine: "50", his: "25"}, follow_redirects=True).text
    given = {row.enrolment_id: row.percent for row in session.scalars(sa.select(ExtraTime))}
    assert given == {room.seat.id: 50, room.budis_seat.id: 25}
    after = attempts(session)[0].deadline
    assert after
    assert (after - before).total_seconds() == 600
    citra.post(page, data={mine: "", his: "25"})
    assert attempts(session)[0].deadline == after


def test_a_statement_more_for_nobody_in_the_queue(
    session: Session, now: datetime, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    room = Room(session, now, NUMBER, ESSAY)
    counted: list[int] = []
    for person in (room.ayu, room.budi):
        client = client_of(person)
        at = begin(client, room)
        keep(client, at, {"2": "Tulisan."})
        client.post(f"{at}/kumpulkan")
        citra = client_of(room.citra)
        with statements(session) as seen:
            citra.get(f"{room.desk}/penilaian")
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 5


def test_the_mark_reaches_the_learner_by_mail_as_well(
    room: Room, client_of: Client, session: Session, run_jobs: Callable[[], int]
) -> None:
    write(room, client_of)
    client_of(room.citra).post(desk_of(room, session), data={"level_0": "1"})
    mail: Any = session.scalars(sa.select(Outgoing).where(Outgoing.subject.contains("dinilai"))).one()
    assert "sudah dinilai" in mail.subject
    assert "/hasil" in mail.text


def test_whose_essay_and_whose_late_answer_a_marker_opened_is_logged(
    room: Room, client_of: Client, session: Session
) -> None:
    at = write(room, client_of)
    keep(client_of(room.ayu), at, {"1": "12"})
    citra, desk = client_of(room.citra), desk_of(room, session)
    with looks() as seen:
        assert citra.get(desk).status_code == 200
        assert citra.get(f"{room.desk}/jawaban-terlambat").status_code == 200
        assert client_of(room.ayu).get(f"{at}/hasil").status_code == 200
        assert client_of(room.gita).get(desk).status_code in {403, 404}
    pages = ("quizzes.class.desk", "quizzes.class.late")
    assert seen == [look(room.citra.id, room.ayu.id, page) for page in pages]
