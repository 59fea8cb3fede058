"""Time: what was given in time counts when it arrives within the grace; everything else is kept and a person decides."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.progress.models import MarkEntry
from courses.quizzes.models import Attempt, LateAnswer, Lateness
from courses.quizzes.tickets import proved, ticket_for
from lms.audit.models import AuditEntry
from tests.conftest import NOW, Client
from tests.quizzes.room import NUMBER, SHORT, Room, attempts, move_deadline, saved
from tests.quizzes.sending import hand_in, keep, receipts, ticket_at
from tests.quizzes.test_attempts import ago, begin

KEYS = ("k" * 32,)


@pytest.fixture
def room(session: Session, now: datetime) -> Room:
    return Room(session, now, NUMBER, SHORT, time_limit_minutes=20, attempts_allowed=2)


def late_answers(session: Session) -> list[LateAnswer]:
    return list(session.scalars(sa.select(LateAnswer), execution_options={"populate_existing": True}))


def overdue(session: Session, minutes: float) -> Attempt:
    """The attempt began long ago and its time has been over for so many minutes."""
    attempt = attempts(session)[0]
    attempt.started_at = ago(minutes=minutes + 20)
    move_deadline(session, attempt.id, ago(minutes=minutes))
    return attempt


def old_ticket(session: Session, secrets: tuple[str, ...], minutes: float) -> str:
    return ticket_for(attempts(session)[0], 10, secrets, ago(minutes=minutes))


@pytest.fixture
def secrets(app: object) -> tuple[str, ...]:
    return ("test-" * 8,)


def test_what_was_given_before_the_deadline_counts_when_it_arrives_within_the_grace(
    room: Room, client_of: Client, session: Session, secrets: tuple[str, ...]
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    overdue(session, 9)
    ticket = old_ticket(session, secrets, 20)
    (told,) = receipts(keep(ayu, at, {"1": "9"}, made=ago(minutes=10), ticket=ticket))
    assert (told["status"], told["answer"]["open"]) == ("saved", True)
    assert hand_in(ayu, at, made=ago(minutes=9, seconds=1), ticket=ticket)["answer"]["open"] is False
    page = ayu.get(f"{at}/hasil").text
    assert "1 jawaban tiba setelah waktu habis" in page
    assert attempts(session)[0].points == 10
    assert not attempts(session)[0].closed_by_clock


@pytest.mark.parametrize("proof", ["none", "forged", "of another attempt", "too early"])
def test_without_a_proof_of_its_time_an_answer_within_the_grace_is_kept_for_a_person(
    proof: str, room: Room, client_of: Client, session: Session, secrets: tuple[str, ...]
) -> None:
    ayu, budi = client_of(room.ayu), client_of(room.budi)
    at = begin(ayu, room)
    overdue(session, 9)
    tickets = {
        "none": "",
        "forged": old_ticket(session, ("other" * 8,), 20),
        "too early": old_ticket(session, secrets, 9.5),
    }
    if proof == "of another attempt":
        tickets[proof] = ticket_at(budi, begin(budi, room))
    (told,) = receipts(keep(ayu, at, {"1": "9"}, made=ago(minutes=10), ticket=tickets[proof]))
    assert told["status"] == "kept"
    assert "diputuskan oleh pengajar" in told["message"]
    (late,) = late_answers(session)
    assert (late.value, late.reason, late.made_at) == ("9", Lateness.AFTER_DEADLINE, None)
    assert saved(session) == {}


def test_what_arrives_after_the_grace_is_kept_even_when_it_was_given_in_time(
    room: Room, client_of: Client, session: Session, secrets: tuple[str, ...]
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    overdue(session, 11)
    ticket = old_ticket(session, secrets, 20)
    for _ in range(2):
        (told,) = receipts(keep(ayu, at, {"1": "9"}, made=ago(minutes=12), ticket=ticket))
        assert told["status"] == "kept"
    assert {late.reason for late in late_answers(session)} == {Lateness.AFTER_GRACE}


def test_a_form_without_script_that_comes_late_is_kept_as_well(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    overdue(session, 5)
    for _ in range(2):
        assert ayu.post(at, data={"base_1": "0", "q_1": "9"}).location == f"{at}/hasil"
    page = ayu.get(f"{at}/hasil").text
    assert "1 jawaban tiba terlambat" in page
    assert [late.value for late in late_answers(session)] == ["9"]
    ayu.post(at, data={"base_1": "0", "q_1": "12"})
    assert [late.value for late in late_answers(session)] == ["9", "12"]
    assert attempts(session)[0].closed_by_clock


def test_handing_in_that_was_wished_for_after_the_time_was_over_is_the_clocks(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    overdue(session, 1)
    assert hand_in(ayu, at)["answer"]["open"] is False
    assert attempts(session)[0].closed_by_clock
    assert hand_in(ayu, at)["status"] == "saved"


def handed_in_without(session: Session, room: Room, client_of: Client) -> str:
    """Ayu handed in with question 1 wrong, and the right answer came afterwards from another phone."""
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"1": "4", "2": "SKM"})
    hand_in(ayu, at)
    keep(ayu, at, {"1": "9"})
    assert attempts(session)[0].percent == 50
    return at


def test_a_person_takes_a_late_answer_in_and_the_attempt_is_marked_again(
    room: Room, client_of: Client, session: Session
) -> None:
    at = handed_in_without(session, room, client_of)
    citra = client_of(room.citra)
    page = citra.get(f"{room.desk}/jawaban-terlambat").text
    assert "Ayu Lestari" in page
    assert "Tiba setelah percobaan dikumpulkan." in page
    (late,) = late_answers(session)
    there = f"{room.desk}/jawaban-terlambat/{late.id}"
    refused = citra.post(there, data={"accept": "1", "reason": ""})
    assert refused.status_code == 422
    assert "Tulis alasan keputusan" in refused.text
    assert citra.post(there, data={"accept": "1", "reason": "Jaringan putus"}).status_code == 303
    assert citra.post(there, data={"accept": "1", "reason": "Jaringan putus"}).status_code == 303
    assert citra.post(there, data={"reject": "1", "reason": "Tidak"}).status_code == 409
    assert attempts(session)[0].percent == 100
    assert saved(session) == {1: "9", 2: "SKM"}
    entry = session.scalars(sa.select(MarkEntry).order_by(MarkEntry.id.desc())).first()
    assert entry
    assert entry.percent == 100
    assert (entry.reason, entry.given_by) == ("Jaringan putus", room.citra.id)
    assert session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "quiz:late-answer")).one()
    assert "Tidak ada jawaban terlambat" in citra.get(f"{room.desk}/jawaban-terlambat").text
    ayu = client_of(room.ayu)
    assert "ikut dinilai. Alasan: Jaringan putus" in ayu.get("/pemberitahuan").text
    assert "100" in ayu.get(f"{at}/hasil").text


def test_a_late_answer_that_is_left_out_changes_no_mark(
    room: Room, client_of: Client, session: Session
) -> None:
    handed_in_without(session, room, client_of)
    (late,) = late_answers(session)
    client_of(room.citra).post(
        f"{room.desk}/jawaban-terlambat/{late.id}", data={"reject": "1", "reason": "Setelah waktu habis"}
    )
    assert attempts(session)[0].percent == 50
    assert late_answers(session)[0].accepted is False


def test_only_the_class_decides(room: Room, client_of: Client, session: Session) -> None:
    handed_in_without(session, room, client_of)
    (late,) = late_answers(session)
    there = f"{room.desk}/jawaban-terlambat/{late.id}"
    for person, status in ((room.gita, 404), (room.ayu, 403), (room.budi, 403)):
        client = client_of(person)
        assert client.post(there, data={"accept": "1", "reason": "x"}).status_code == status
    assert late_answers(session)[0].accepted is None


def test_a_ticket_proves_a_moment_between_its_page_and_now() -> None:
    attempt = Attempt(id=uuid.UUID(int=5), started_at=NOW, deadline=None)
    ticket = ticket_for(attempt, 10, KEYS, NOW)
    later = NOW + timedelta(minutes=5)
    for made, good in [
        (NOW, True),
        (later, True),
        (NOW - timedelta(seconds=4), True),
        (NOW - timedelta(seconds=6), False),
        (later + timedelta(seconds=4), True),
        (later + timedelta(days=1), False),
    ]:
        assert proved(ticket, attempt.id, made, KEYS, later) == (made if good else None)
    assert proved(ticket, attempt.id, None, KEYS, later) is None
    assert proved(ticket, attempt.id, later, ("new" * 11, *KEYS), later) == later
    assert proved(ticket, attempt.id, later, ("new" * 11,), later) is None
    assert proved(None, attempt.id, later, KEYS, later) is None
