"""A client that never stops is slowed down; everybody who works is not."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.outbox.batch import MOST
from lms.outbox.pace import BURST, MOST_PEOPLE, REFILL, Pace
from lms.outbox.views import PACE
from tests.conftest import Client
from tests.factories.people import make_agency, make_person
from tests.quizzes.sending import operation, send

AYU, BUDI = uuid.UUID(int=10**9), uuid.UUID(int=10**9 + 1)


@given(st.lists(st.tuples(st.integers(1, MOST), st.floats(0, 300)), max_size=60))
def test_nobody_sends_more_than_a_burst_and_what_the_time_allows(sent: list[tuple[int, float]]) -> None:
    pace, now, passed = Pace(), 0.0, 0
    for pieces, pause in sent:
        now += pause
        wait = pace.wait(AYU, pieces, now=now)
        passed += 0 if wait else pieces
        assert passed <= BURST + REFILL * now + 1
        # Who waits as long as was asked is let in, and others never wait for them.
        assert pace.wait(BUDI, 1, now=now) == 0 or len(sent) > BURST
        if wait:
            later = Pace(dict(pace.used))
            assert later.wait(AYU, pieces, now=now + wait) == 0


def test_two_phones_that_send_what_is_typed_each_second_are_never_slowed_down() -> None:
    pace = Pace()
    assert all(pace.wait(AYU, 2 * 2, now=float(second)) == 0 for second in range(4 * 3600))


def test_whoever_is_quiet_is_forgotten() -> None:
    pace = Pace()
    for number in range(MOST_PEOPLE):
        pace.wait(uuid.UUID(int=number), 1, now=0.0)
    pace.wait(AYU, 1, now=1e6)
    assert set(pace.used) == {AYU}


def test_what_comes_too_fast_stays_on_the_phone_and_is_taken_later(
    client_of: Client, session: Session
) -> None:
    person = make_person(session, make_agency(session), "Ayu Lestari")
    ayu = client_of(person)
    work = operation("notes:unknown", {})
    assert send(ayu, work).status_code == 200
    PACE.used[person.id] = (BURST, PACE.used[person.id][1])
    answer = send(ayu, *(operation("notes:unknown", {}) for _ in range(400)))
    assert answer.status_code == 429
    assert 60 <= int(answer.headers["Retry-After"]) <= 80
    assert "masih ada di perangkat ini" in answer.get_json()["message"]
    del PACE.used[person.id]
    assert send(ayu, work).status_code == 200
