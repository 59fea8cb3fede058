"""An attempt: started once, every answer kept, handed in once, and nobody else's business."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from courses.progress.models import MarkEntry, Progress, State
from courses.quizzes.authoring import change_question
from courses.quizzes.jobs import close_overdue
from courses.quizzes.models import (
    AnswerRevision,
    Attempt,
    AttemptState,
    Counts,
    ExtraTime,
    LateAnswer,
    Question,
)
from lms.shell.cli import work_here
from tests.conftest import Client
from tests.factories.learning import ESSAY, SINGLE, TRUE_FALSE
from tests.quizzes.room import (
    EVERY_KIND,
    MARKED_BY_MACHINE,
    NUMBER,
    SHORT,
    Room,
    attempts,
    revisions,
    right_answers,
    saved,
)
from tests.quizzes.sending import keep, receipts


@pytest.fixture
def room(session: Session, now: datetime) -> Room:
    return Room(session, now, *MARKED_BY_MACHINE, time_limit_minutes=20, attempts_allowed=2)


def begin(client: FlaskClient, room: Room) -> str:
    begun = client.post(f"{room.here}/mulai")
    assert begun.status_code == 303, begun.text
    return begun.location


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)  # noqa: TID251


def test_a_second_tap_on_start_finds_the_first_attempt(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    assert begin(ayu, room) == begin(ayu, room)
    assert len(attempts(session)) == 1


def test_every_right_answer_earns_everything_and_the_ledger_says_so(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    kept = keep(ayu, at, right_answers(attempts(session)[0]))
    assert [told["answer"]["revision"] for told in receipts(kept)] == [1] * 7
    assert "Anda lulus" in ayu.post(f"{at}/kumpulkan", follow_redirects=True).text
    assert attempts(session)[0].percent == 100
    entry = session.scalars(sa.select(MarkEntry)).one()
    assert entry.percent == 100
    assert entry.passed
    assert session.scalars(sa.select(Progress.state)).one() == State.DONE


def test_handing_in_twice_is_handing_in_once(room: Room, client_of: Client, session: Session) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, right_answers(attempts(session)[0]))
    first = ayu.post(f"{at}/kumpulkan")
    before = attempts(session)[0].submitted_at
    second = ayu.post(f"{at}/kumpulkan")
    assert first.location == second.location == f"{at}/hasil"
    assert attempts(session)[0].submitted_at == before
    assert session.scalar(sa.select(sa.func.count()).select_from(MarkEntry)) == 1


def test_the_journal_of_answers_cannot_be_rewritten(room: Room, client_of: Client, session: Session) -> None:
    ayu = client_of(room.ayu)
    keep(ayu, begin(ayu, room), {"4": "SKM"})
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(sa.update(AnswerRevision).values(value="lain"))
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(sa.delete(AnswerRevision))


def test_the_ordinary_form_leaves_alone_what_it_only_showed(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"4": "lama", "5": "1"})
    keep(ayu, at, {"4": "baru"})
    # A page from before "baru" is sent: it still shows "lama", and its reader changed only question 5.
    ayu.post(at, data={"base_4": "1", "q_4": "lama", "base_5": "1", "q_5": "9"})
    assert saved(session) == {4: "baru", 5: "9"}
    # Had the reader changed question 4 as well, that would count, and both would stay in the journal.
    ayu.post(at, data={"base_4": "1", "q_4": "lain"})
    assert revisions(session, 4) == ["lama", "baru", "lain"]


def test_half_a_form_clears_nothing_and_a_whole_one_clears_what_was_emptied(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"4": "SKM", "5": "9"})
    ayu.post(at, data={"base_5": "1", "q_5": ""})
    assert saved(session) == {4: "SKM", 5: None}
    assert "Soal 5 belum dijawab" in ayu.get(f"{at}/periksa").text


def test_unknown_numbers_options_and_bases_are_dropped(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    told = receipts(keep(ayu, at, {"1": "nope", "99": "x", "-1": "x", "0": 1}, {"1": True}))
    assert [receipt["status"] for receipt in told] == ["saved", "refused", "refused", "refused"]
    assert saved(session) == {1: None}


def test_what_arrives_after_handing_in_changes_nothing_and_is_kept(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"4": "SKM"})
    ayu.post(f"{at}/kumpulkan")
    (late,) = receipts(keep(ayu, at, {"4": "lain"}))
    assert (late["status"], late["answer"]["open"]) == ("kept", False)
    assert ayu.post(at, data={"base_4": "1", "q_4": "lagi"}).location == f"{at}/hasil"
    assert session.scalars(sa.select(LateAnswer.value).order_by(LateAnswer.id)).all() == ["lain", "lagi"]
    assert saved(session)[4] == "SKM"
    assert ayu.get(at).location == f"{at}/hasil"
    assert ayu.get(f"{at}/periksa").location == f"{at}/hasil"


def test_the_clock_closes_what_is_overdue_with_what_was_saved(
    room: Room, client_of: Client, session: Session, run_jobs: Callable[[], int], app: Any
) -> None:
    ayu, budi = client_of(room.ayu), client_of(room.budi)
    at = begin(ayu, room)
    keep(ayu, at, right_answers(attempts(session)[0]))
    begin(budi, room)
    session.execute(
        sa.update(Attempt).where(Attempt.enrolment_id == room.seat.id).values(deadline=ago(minutes=11))
    )
    session.execute(
        sa.update(Attempt).where(Attempt.enrolment_id == room.budis_seat.id).values(deadline=ago(minutes=9))
    )
    session.commit()
    run_jobs()
    _run(close_overdue, app)
    _run(close_overdue, app)
    assert run_jobs() == 1
    assert run_jobs() == 0
    found = {attempt.enrolment_id: attempt for attempt in attempts(session)}
    mine, his = found[room.seat.id], found[room.budis_seat.id]
    assert (mine.state, mine.closed_by_clock) == (AttemptState.MARKED, True)
    assert mine.percent == 100
    assert his.is_open
    assert "Waktu habis, dikumpulkan otomatis" in ayu.get(f"{at}/hasil").text


def _run(task: Any, app: Any) -> None:
    with app.test_request_context():
        context = type("Context", (), {"additional_context": {"work": work_here()}})()
        task.func(context)


def test_attempts_are_counted_and_the_rule_says_which_counts(
    room: Room, client_of: Client, session: Session
) -> None:
    room.quiz.counts = Counts.LAST
    session.commit()
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, right_answers(attempts(session)[0]))
    ayu.post(f"{at}/kumpulkan")
    ayu.post(f"{begin(ayu, room)}/kumpulkan")
    assert session.scalars(sa.select(Progress.percent)).one() == 0
    third = ayu.post(f"{room.here}/mulai")
    assert third.status_code == 409
    assert "Semua percobaan" in third.text
    assert "Semua percobaan sudah dipakai" in ayu.get(room.here).text


def test_extra_time_makes_the_deadline_later(room: Room, client_of: Client, session: Session) -> None:
    session.add(ExtraTime(enrolment_id=room.seat.id, activity_id=room.quiz.activity_id, percent=50))
    session.commit()
    ayu = client_of(room.ayu)
    assert "30 menit" in ayu.get(room.here).text
    begin(ayu, room)
    attempt = attempts(session)[0]
    assert attempt.deadline
    assert attempt.deadline - attempt.started_at == timedelta(minutes=30)


def test_an_edited_question_leaves_a_running_attempt_as_it_was(
    room: Room, client_of: Client, session: Session, now: datetime
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    before = attempts(session)[0]
    number = next(n for n, shown in enumerate(before.paper, 1) if shown["kind"] == "number")
    asked = session.scalars(sa.select(Question).where(Question.kind == "number")).one()
    change_question(
        session,
        asked,
        {**asked.content, "text": "<p>Lain sama sekali</p>", "answer": 30},
        tags=[],
        source={},
        now=now,
    )
    session.commit()
    assert asked.version == 2
    page = ayu.get(at).text
    assert "Berapa median" in page
    assert "Lain sama sekali" not in page
    keep(ayu, at, {str(number): "9"})
    ayu.post(f"{at}/kumpulkan")
    assert "benar, 10 dari 10" in ayu.get(f"{at}/hasil").text
    assert "Lain sama sekali" in ayu.get(begin(ayu, room)).text


def test_somebody_elses_attempt_does_not_exist(room: Room, client_of: Client) -> None:
    at = begin(client_of(room.ayu), room)
    for stranger in (room.budi, room.citra, room.dewi, room.gita):
        client = client_of(stranger)
        for path in (at, f"{at}/periksa", f"{at}/hasil", f"{at}/jawaban"):
            assert client.get(path).status_code == 404, (stranger.full_name, path)
        assert receipts(keep(client, at, {"4": "x"}))[0]["status"] == "refused"
        assert client.post(f"{at}/kumpulkan").status_code == 404
        assert client.post(at, data={"base_4": "0", "q_4": "x"}).status_code == 404


def test_an_attempt_stands_only_under_its_own_class_and_quiz(
    room: Room, client_of: Client, session: Session, now: datetime
) -> None:
    other = Room(session, now)
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    assert ayu.get(at.replace(str(room.cohort.id), str(other.cohort.id))).status_code == 404
    assert ayu.get(at.replace(str(room.quiz.activity_id), str(other.quiz.activity_id))).status_code == 404
    assert ayu.get(other.here).status_code == 404
    assert ayu.post(f"{other.here}/mulai").status_code == 404


def test_whoever_is_signed_out_hears_401_and_may_come_back(room: Room, client_of: Client) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    assert keep(client_of(None), at, {"4": "SKM"}).status_code == 401
    assert client_of(None).get(f"{at}/jawaban", headers={"Accept": "application/json"}).status_code == 401
    facts = ayu.get(f"{at}/jawaban").get_json()
    assert facts["open"] is True
    assert 0 < facts["deadline"] - facts["now"] <= 20 * 60 * 1000


def test_a_quiz_without_questions_says_who_can_help(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, SINGLE)
    session.execute(sa.update(Question).values(retired_at=now))
    session.commit()
    refused = client_of(room.ayu).post(f"{room.here}/mulai")
    assert refused.status_code == 409
    assert "belum berisi soal" in refused.text


def test_a_first_test_is_done_when_it_is_taken(session: Session, now: datetime, client_of: Client) -> None:
    room = Room(session, now, NUMBER, SHORT, role="pre")
    ayu = client_of(room.ayu)
    page = ayu.post(f"{begin(ayu, room)}/kumpulkan", follow_redirects=True).text
    assert "Tes awal selesai" in page
    assert session.scalars(sa.select(Progress.state)).one() == State.DONE


@pytest.mark.parametrize(("reveal", "seen"), [("submitted", True), ("closed", False), ("never", False)])
def test_keys_are_revealed_only_when_the_author_said(
    reveal: str, seen: bool, session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, NUMBER, TRUE_FALSE, reveal=reveal)
    ayu = client_of(room.ayu)
    page = ayu.post(f"{begin(ayu, room)}/kumpulkan", follow_redirects=True).text
    assert ("Lihat standar." in page) is seen
    assert ("Jawaban yang tepat" in page) is seen
    if reveal == "closed":
        room.cohort.ends_on = ago(days=2).date()
        session.commit()
        assert "Lihat standar." in ayu.get(f"{room.here}/percobaan/{attempts(session)[0].id}/hasil").text


def test_an_essay_of_fifty_thousand_letters_goes_through(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, ESSAY)
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    text = "Warga menunggu. " * 3124 + "Selesai."
    assert len(text) <= 50_000
    assert keep(ayu, at, {"1": text}).status_code == 200
    ayu.post(at, data={"base_1": "1", "q_1": text + " Betul."})
    assert saved(session)[1].endswith("Selesai. Betul.")
    assert "Menunggu penilaian uraian" in ayu.post(f"{at}/kumpulkan", follow_redirects=True).text


def test_every_kind_is_answered_by_the_ordinary_form(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, *EVERY_KIND)
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    attempt = attempts(session)[0]
    form: dict[str, Any] = {"submit": "1"}
    for number, answer in right_answers(attempt).items():
        form[f"base_{number}"] = "0"
        if isinstance(answer, dict):
            form |= {f"q_{number}_{key}": str(value) for key, value in answer.items()}
        else:
            form[f"q_{number}"] = str(answer).lower() if isinstance(answer, bool) else answer
    assert ayu.post(at, data=form).location == f"{at}/periksa"
    assert "8 dari 8 soal sudah dijawab" in ayu.get(f"{at}/periksa").text
    again = ayu.get(at).text
    assert again.count("Tersimpan di server") == 8 + 1  # and the word in the page's templates
