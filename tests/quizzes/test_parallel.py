"""Several phones, tabs and taps at the same moment, with real commits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.cohorts.queries import seat_of
from courses.progress.models import MarkEntry
from courses.quizzes.models import Answer, AnswerRevision, Attempt, LateAnswer
from courses.quizzes.queries import answers_of, quiz_of
from courses.quizzes.services import save, start, submit
from lms.people.models import Person
from tests.factories.people import actor_for
from tests.live import LiveServer
from tests.quizzes.room import NUMBER, SHORT, Room, attempts, many, right_answers
from tests.quizzes.sending import answers, keep, person_of, send


def make_room(live: LiveServer, now: datetime, *contents: dict[str, Any], **settings: Any) -> Room:
    with live.using() as session:
        room = Room(session, now, *contents, **settings)
        session.commit()
        session.expunge_all()
    return room


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run `act(0)`, `act(1)`, … at the same moment."""
    gate = Barrier(count)

    def run(number: int) -> Any:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def client_of(live: LiveServer, person: Person) -> Any:
    client = live.app.test_client()
    client.set_cookie(live.app.config["SESSION_COOKIE_NAME"], live.cookie(person))
    return client


def test_six_taps_on_start_make_one_attempt_and_six_on_submit_one_mark(
    live_server: LiveServer,
    now: datetime,
) -> None:
    live_server.app.config["WTF_CSRF_ENABLED"] = False
    room = make_room(live_server, now, *many(3))
    clients = [client_of(live_server, room.ayu) for _ in range(6)]
    begun = together(6, lambda n: clients[n].post(f"{room.here}/mulai"))
    (at,) = {answer.location for answer in begun}
    with live_server.session() as session:
        right = right_answers(attempts(session)[0])
    keep(clients[0], at, right)
    handed = together(6, lambda n: clients[n].post(f"{at}/kumpulkan").status_code)
    assert handed == [303] * 6
    with live_server.session() as session:
        (attempt,) = attempts(session)
        assert attempt.percent == 100
        assert session.scalar(sa.select(sa.func.count()).select_from(MarkEntry)) == 1


def test_answers_saved_while_somebody_submits_are_in_or_kept_as_late_but_never_lost(
    live_server: LiveServer,
    now: datetime,
) -> None:
    live_server.app.config["WTF_CSRF_ENABLED"] = False
    room = make_room(live_server, now, NUMBER, SHORT)
    clients = [client_of(live_server, room.ayu) for _ in range(6)]
    at = clients[0].post(f"{room.here}/mulai").location

    def act(number: int) -> int:
        if number == 5:
            return int(clients[5].post(f"{at}/kumpulkan").status_code)
        told = keep(clients[number], at, {"1": str(number)})
        # A phone that meets another one in the same moment asks again.
        while told.status_code == 409:
            told = send(clients[number], *answers(at, {"1": str(number)}))
        return told.status_code

    for client in clients:
        person_of(client)
    codes = together(6, act)
    assert codes == [200] * 5 + [303]
    with live_server.session() as session:
        kept = session.scalar(sa.select(sa.func.count()).select_from(AnswerRevision))
        late = session.scalar(sa.select(sa.func.count()).select_from(LateAnswer))
        latest = session.scalars(sa.select(Answer.last)).one_or_none() or 0
    assert kept == latest
    assert (kept or 0) + (late or 0) == 5


answer_steps = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from(["1", "9", "SKM", "", "12"]), st.booleans()), max_size=12
)


def test_any_order_of_saves_ends_with_the_latest_of_each_question(session: Session, now: datetime) -> None:
    room = Room(session, now, NUMBER, SHORT)
    seat = seat_of(session, actor_for(room.ayu), room.cohort.id)
    quiz = quiz_of(session, room.quiz.activity_id)

    @settings(max_examples=40, deadline=None)
    @given(answer_steps)
    def once(steps: list[tuple[int, str, bool]]) -> None:
        attempt = session.get_one(Attempt, start(session, seat, quiz.activity_id, now=now))
        latest: dict[int, Any] = {}
        for number, text, twice in steps:
            for _ in range(1 + twice):
                save(session, room.ayu.id, attempt.id, {number: text or None}, now=now)
            latest[number] = text or None
        assert {number: kept.value for number, kept in answers_of(session, attempt.id).items()} == latest
        submit(session, attempt, quiz, now=now)
        marks = (attempt.points, attempt.percent, attempt.submitted_at)
        submit(session, attempt, quiz, now=now + timedelta(hours=1))
        assert (attempt.points, attempt.percent, attempt.submitted_at) == marks

    once()
