"""The end of the journal: far beyond what anybody answers, told in a sentence, and without any change to what counts."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.quizzes.models import Answer, AnswerRevision, LateAnswer, Lateness
from courses.quizzes.room import MOST_BYTES, MOST_CHANGES, MOST_LATE, size_of
from courses.quizzes.room import Room as Kept
from lms.database import new_id
from tests.conftest import Client
from tests.factories.learning import ESSAY
from tests.quizzes.room import SHORT, Room, attempts, revisions, saved
from tests.quizzes.sending import LAPTOP, answers, hand_in, keep, receipts, send
from tests.quizzes.test_attempts import ago, begin


@pytest.fixture
def room(session: Session, now: Any) -> Room:
    return Room(session, now, ESSAY, SHORT)


def fill(session: Session, **columns: Any) -> None:
    """The first question was answered as often, or with as much, as said."""
    session.execute(sa.update(Answer).where(Answer.number == 1).values(**columns))
    session.commit()


@pytest.mark.parametrize("full", [{"last": MOST_CHANGES - 2}, {"size": MOST_BYTES - 60}])
def test_at_its_end_the_journal_refuses_with_a_sentence_and_what_counts_goes_on_counting(
    full: dict[str, int], room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"1": "Draf pertama"})
    fill(session, **full)
    batch = [
        *answers(at, {"1": "Kalimat terakhir"}),
        *answers(at, {"1": "x" * 100}),
        *answers(at, {"2": "y" * 100}),
    ]
    told = receipts(send(ayu, *batch))
    statuses = [one["status"] for one in told]
    assert statuses[0] == "saved"
    assert "refused" in statuses
    assert "tetap berlaku" in told[statuses.index("refused")]["message"]
    (more,) = receipts(keep(ayu, at, {"2": "z" * 100}))
    assert more["status"] == "refused"
    counted = saved(session)
    # What is kept already is known when it comes again, and the other device is refused alike.
    assert receipts(send(ayu, batch[0]))[0]["status"] == "saved"
    assert receipts(keep(ayu, at, {"1": "w" * 100}, device=LAPTOP))[0]["status"] == "refused"
    assert saved(session) == counted
    assert hand_in(ayu, at)["answer"]["open"] is False
    assert saved(session) == counted


def test_a_form_without_script_is_refused_with_what_was_typed_and_the_saved_page_can_be_handed_in(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    ayu.post(at, data={"base_1": "0", "q_1": "Draf pertama"})
    fill(session, last=MOST_CHANGES)
    typed = "Draf kedua, dengan semua yang baru saja saya tulis."
    ours = {"Sec-Fetch-Site": "same-origin"}
    refused = ayu.post(at, data={"base_1": "1", "q_1": typed}, headers=ours)
    assert refused.status_code == 409
    assert "Muat ulang halaman untuk mengumpulkannya" in refused.text
    assert typed in refused.text
    assert saved(session) == {1: "Draf pertama"}
    assert ayu.post(at, data={"base_1": "1", "q_1": "Draf pertama", "submit": "1"}).status_code == 303
    assert ayu.post(f"{at}/kumpulkan").status_code == 303
    assert not attempts(session)[0].is_open


def test_the_journal_knows_its_own_size(room: Room, client_of: Client, session: Session) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    send(ayu, *answers(at, {"1": "Satu"}), *answers(at, {"1": "Dua"}))
    keep(ayu, at, {"1": "Tiga"})
    assert revisions(session, 1) == ["Satu", "Dua", "Tiga"]
    session.expire_all()
    kept = session.scalars(sa.select(AnswerRevision.value)).all()
    assert session.scalars(sa.select(Answer.size)).one() == sum(map(size_of, kept))


def test_late_answers_have_an_end_too_and_those_that_wait_already_stay_known(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    hand_in(ayu, at)
    late = answers(at, {"2": "SKM"})
    assert receipts(send(ayu, *late))[0]["status"] == "kept"
    attempt = attempts(session)[0]
    facts = {
        "attempt_id": attempt.id,
        "number": 1,
        "received_at": ago(minutes=1),
        "reason": Lateness.AFTER_SUBMIT,
    }
    rows = [
        {"id": new_id(), "value": "", "device": LAPTOP, "rev": rev, **facts} for rev in range(MOST_LATE - 1)
    ]
    session.execute(sa.insert(LateAnswer), rows)
    session.commit()
    (told,) = receipts(keep(ayu, at, {"2": "lain"}))
    assert (told["status"], "tetap berlaku" in told["message"]) == ("refused", True)
    assert receipts(send(ayu, *late))[0]["status"] == "kept"


@given(st.lists(st.integers(0, MOST_BYTES), max_size=20), st.integers(1, 15))
def test_room_is_never_overdrawn_and_what_fits_is_always_taken(sizes: list[int], most: int) -> None:
    room, used = Kept(most=most), 0
    for size in sizes:
        fits = room.changes < most and used + size <= MOST_BYTES
        assert room.takes(size) is fits
        used += size if fits else 0
    assert (room.size, room.changes <= most) == (used, True)
